"""What any way of choosing would have found, estimated from the logged probabilities of another way of choosing."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.matrix import Floats
from models.ranked_metrics import Truth, cluster_codes, draws, interval

OFF_POLICY_SCHEMA = {
    "metric": pl.String,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "n": pl.Int64,
    "n_positive": pl.Int64,
    "n_effective": pl.Float64,
}


def estimate_policy(
    logs: pl.DataFrame, *, group: str | None = None, n_draws: int = 200, interval_share: float = 0.9, seed: int = 0
) -> pl.DataFrame:
    """Estimate prevalence, and precision and recall of a policy, among all declarations that could have been chosen.

    Parameters
    ----------
    logs
        One inspected declaration a row: declaration_id, `positive` (a violation was found), `selection_probability`
        (in (0, 1], logged when it was chosen) and `follows` (the policy that is asked about would choose it too).
        Rows whose probability is null or 0 cannot stand for others and are left out.
    group
        Column that names the trader; traders are drawn again for the intervals, else rows.

    Returns
    -------
    metric (prevalence, precision, recall, share_chosen), value, low, high, n, n_positive, n_effective. Each row counts
    1 / selection_probability, and shares are taken of these counts (Hajek's ratio), so that a known number of
    declarations is not needed. `n_effective` is (sum w)^2 / sum w^2 of the rows behind the metric: how many rows drawn
    alike would tell as much (Kish 1965). Null where there is nothing to tell from.

    Notes
    -----
    The policy must be a rule about declarations, such as a place on a ranked list; who happened to choose is none.
    Right only where everything had some chance of being chosen: what had none is not spoken of. Inspections that miss
    a violation make every figure too low alike.
    """
    known = logs.filter(pl.col("selection_probability") > 0).sort("declaration_id")
    parties = known[group] if group is not None else pl.Series([None] * known.height, dtype=pl.String)
    weight = 1.0 / known["selection_probability"].cast(pl.Float64).to_numpy()
    positive, follows = known["positive"].to_numpy(), known["follows"].to_numpy()
    nothing = np.zeros(known.height)
    truth = Truth(positive, weight, nothing, nothing, cluster_codes(parties))
    blocks = list(draws(truth, n_draws=n_draws, seed=seed)) if known.height else []
    asked: dict[str, tuple[NDArray[np.bool_], NDArray[np.bool_]]] = {
        "prevalence": (positive, np.ones_like(positive)),
        "precision": (positive & follows, follows),
        "recall": (positive & follows, positive),
        "share_chosen": (follows, np.ones_like(follows)),
    }
    rows = []
    for metric, (part, whole) in asked.items():
        value = _ratio(np.ones((1, known.height)), weight, part, whole)[0]
        drawn = np.concatenate([_ratio(block, weight, part, whole) for block in blocks]) if blocks else np.empty(0)
        inside = weight[whole]
        effective = float(inside.sum() ** 2 / (inside**2).sum()) if len(inside) else 0.0
        low, high = interval(drawn, interval_share=interval_share)
        rows.append((metric, float(value), low, high, int(whole.sum()), int((positive & whole).sum()), effective))
    return pl.DataFrame(rows, schema=OFF_POLICY_SCHEMA, orient="row").with_columns(
        pl.col("value", "low", "high").fill_nan(None)
    )


def _ratio(multiplicity: Floats, weight: Floats, part: NDArray[np.bool_], whole: NDArray[np.bool_]) -> Floats:
    """Weighted share of `part` in `whole` for each draw; NaN where the whole is empty."""
    top, bottom = multiplicity @ (weight * part), multiplicity @ (weight * whole)
    found: Floats = np.divide(top, bottom, out=np.full(len(bottom), np.nan), where=bottom > 0)
    return found
