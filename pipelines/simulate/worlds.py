"""Named worlds (configs/worlds/NAME.toml over configs/simulate.toml), and what each seed draws for itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from features.errors import ConfigError
from pipelines.settings.closed import check_section, config_folder, load_section
from pipelines.settings.simulate import SimulateSettings
from pipelines.simulate.draws import stream


def world_names() -> list[str]:
    """Name the shipped worlds."""
    return sorted(path.stem for path in (config_folder() / "worlds").glob("*.toml"))


def load_world(name: str = "demo", override: Path | None = None) -> SimulateSettings:
    """Read the settings of a named world; raises ConfigError that lists the worlds where there is none of that name."""
    if name not in world_names():
        raise ConfigError(f"no world {name!r}; there are: {', '.join(world_names())}")
    return load_section(SimulateSettings, "simulate", override, config_folder() / "worlds" / f"{name}.toml")


def draw_settings(settings: SimulateSettings, seed: int) -> SimulateSettings:
    """Draw the settings that differ from seed to seed; the result has nothing left to draw.

    Each name under `drawn` gets its own stream, so that adding one never shifts another. Shares of schemes and of
    look-alikes are multiplied by a log-normal number of `schemes_log_sd`.
    """
    values: dict[str, Any] = settings.model_dump()
    for name, (least, most) in sorted(settings.drawn.items()):
        _set(values, name, _between(least, most, float(stream(seed, "setting", name).random())))
    spread = settings.schemes_log_sd
    for holder, table in (("evasion", "schemes"), ("evasion", "schemes_later"), ("", "lookalikes")):
        shares = values[holder][table] if holder else values[table]
        for key in shares:
            shares[key] *= float(np.exp(spread * np.clip(stream(seed, "share", table, key).normal(), -2, 2)))
    return check_section(SimulateSettings, values | {"drawn": {}, "schemes_log_sd": 0.0}, f"settings of seed {seed}")


def drawn_names(settings: SimulateSettings) -> dict[str, float]:
    """List every number of the settings by its dotted name, prices apart."""
    return dict(_numbers("", settings.model_dump(exclude={"prices_usd_per_kg", "drawn"})))


def _between(least: float, most: float, at: float) -> float:
    if least > most:
        raise ConfigError(f"simulate.toml [drawn]: the least ({least}) must not exceed the most ({most})")
    return least * (most / least) ** at if least > 0 else least + (most - least) * at


def _set(values: dict[str, Any], name: str, value: float) -> None:
    *parents, last = name.split(".")
    here: Any = values
    for part in parents:
        here = here.get(part) if isinstance(here, dict) else None
        if isinstance(here, tuple | list):
            break
    if isinstance(here, tuple | list) and last.isdigit() and int(last) < len(here):
        holder: Any = values
        for part in parents[:-1]:
            holder = holder[part]
        holder[parents[-1]] = tuple(value if at == int(last) else one for at, one in enumerate(here))
    elif isinstance(here, dict) and isinstance(here.get(last), int | float):
        here[last] = value
    else:
        raise ConfigError(f"simulate.toml [drawn]: no number {name!r} to draw")


def _numbers(prefix: str, value: Any) -> list[tuple[str, float]]:
    if isinstance(value, dict):
        return [one for key in sorted(value) for one in _numbers(f"{prefix}.{key}".lstrip("."), value[key])]
    if isinstance(value, tuple | list):
        return [one for at, item in enumerate(value) for one in _numbers(f"{prefix}.{at}", item)]
    return [(prefix, float(value))] if isinstance(value, int | float) and not isinstance(value, bool) else []
