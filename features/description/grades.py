"""Grades that mean a mineral beside a size, a strength or a word of scrap: n42sh, rvd 100/120, yg8 scrap."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

MAGNET_GRADE_WEIGHTS = 0.6, 0.8  # 42sh may be a motor's number, n42sh is a magnet's grade (own choice)
GRIT_WEIGHT = 0.8  # a grade of diamond beside the mesh it is sold by
SCRAP_GRADE_WEIGHT = 0.8

# Meshes by GB/T 6406 and GOST 9206, grades of diamond by GB/T 23536 and GOST 9206, of hard metal by YS/T 400 and
# GOST 3882 (as remembered).
_MESHES = (
    *("30 35", "35 40", "40 45", "40 50", "45 50", "50 60", "60 70", "70 80", "80 100", "100 120", "120 140"),
    *("140 170", "170 200", "200 230", "230 270", "270 325", "325 400", "100 80", "125 100", "160 125", "200 160"),
)
_GRITS = (
    *("rvd", "mbd", *(f"mbd{n}" for n in (4, 6, 8, 10, 12)), *(f"smd{n}" for n in (25, 30, 35, 40)), "cbn", "c bn"),
    *(f"ас{n}" for n in (4, 6, 15, 20, 32, 50)),
)
_HARD_METALS = (
    *(f"yg{n}" for n in ("3", "3x", "6", "6x", "8", "8c", "10", "11", "11c", "13", "15", "20")),
    *("yt5", "yt14", "yt15", "yt30", "yw1", "yw2"),
    *(f"вк{n}" for n in (3, 4, 6, 8, 10, 15, 20)),
    *("т15к6", "т5к10", "т14к8"),
)
_SCRAP = ("废料", "废", "scrap", "лом")
_SCRAP_GRADES = tuple(
    said for grade in _HARD_METALS for scrap in _SCRAP for said in (f"{grade} {scrap}", f"{scrap} {grade}")
)


def named_grades(forms: pl.DataFrame) -> list[pl.DataFrame]:
    """Patterns of grades of magnets, diamond and hard metal: `words`, `mineral`, `form_id`, `weight`."""
    return [
        _magnet_grades(forms),
        _named("superhard", [f"{grit} {mesh}" for grit in _GRITS for mesh in _MESHES], GRIT_WEIGHT, forms),
        _named("tungsten", _SCRAP_GRADES, SCRAP_GRADE_WEIGHT, forms),
    ]


def _magnet_grades(forms: pl.DataFrame) -> pl.DataFrame:
    """Grades of magnets that stand heat: N38EH, 42uh."""
    grades = [f"{number}{heat}" for number in range(25, 57) for heat in ("sh", "uh", "eh", "ah")]
    written = pl.DataFrame(
        {
            "words": [f" {before}{grade} " for before in ("", "n") for grade in grades],
            "weight": [weight for weight in MAGNET_GRADE_WEIGHTS for _ in grades],
        }
    )
    sintered = forms.filter(pl.col("mineral") == "rare_earth_magnets", "is_listed").head(1)
    return sintered.select("mineral", "form_id").join(written, how="cross")


def _named(mineral: str, said: Sequence[str], weight: float, forms: pl.DataFrame) -> pl.DataFrame:
    """Nothing where the table of minerals does not hold the mineral."""
    words = [f" {one} " for one in said] if mineral in forms["mineral"] else []
    return pl.DataFrame({"words": words}, schema={"words": pl.String}).select(
        "words", mineral=pl.lit(mineral), form_id=pl.lit(None, pl.String), weight=pl.lit(weight)
    )
