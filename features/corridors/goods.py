"""What is tested: all codes of a watch together, and each code by itself; goods that several watches share, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from features.corridors.watch import Watch


def goods_of(watches: Sequence[Watch]) -> tuple[list[Watch], pl.DataFrame]:
    """Split watches into the goods to test, named by their codes, and say which good stands for which mineral.

    All codes together see a change of form at the hub; one code alone is not drowned by bulkier goods of the others.
    Minerals with the same codes, places and dates (most rare earths) share one good, so that the same figures are not
    counted as several findings. The table holds `good`, `mineral`, `hs_codes` (joined by `;`).
    """
    goods: dict[str, Watch] = {}
    names: dict[tuple[object, ...], str] = {}
    rows = []
    for watch in watches:
        codes = tuple(sorted(set(watch.hs_codes)))
        for part in sorted({codes, *((code,) for code in codes)}):
            key = (part, watch.origins, watch.destinations, watch.events, watch.everywhere_since, watch.hubs)
            name = names.get(key)
            if name is None:
                taken = sum(one.hs_codes == part for one in goods.values())
                name = ";".join(part) + (f"#{taken + 1}" if taken else "")
                names[key] = name
                goods[name] = replace(watch, name=name, hs_codes=part)
            rows.append({"good": name, "mineral": watch.name, "hs_codes": ";".join(part)})
    table = pl.DataFrame(rows, schema={"good": pl.String, "mineral": pl.String, "hs_codes": pl.String})
    return list(goods.values()), table
