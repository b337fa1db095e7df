"""What any way of choosing would have found, estimated from the logged probabilities of another way of choosing."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import beta

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
    alike would tell as much (Kish 1965). Where none or all are found, draws all say the same, and the interval is
    Clopper and Pearson's at `n_effective` (see `estimate_list`). Null where there is nothing to tell from.

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
        if value in {0.0, 1.0}:  # every draw says the same, which is no certainty
            low, high = _share_of(part[whole], inside, interval_share)[1:3]
        rows.append((metric, float(value), low, high, int(whole.sum()), int((positive & whole).sum()), effective))
    return pl.DataFrame(rows, schema=OFF_POLICY_SCHEMA, orient="row").with_columns(
        pl.col("value", "low", "high").fill_nan(None)
    )


def _ratio(multiplicity: Floats, weight: Floats, part: NDArray[np.bool_], whole: NDArray[np.bool_]) -> Floats:
    """Weighted share of `part` in `whole` for each draw; NaN where the whole is empty."""
    top, bottom = multiplicity @ (weight * part), multiplicity @ (weight * whole)
    found: Floats = np.divide(top, bottom, out=np.full(len(bottom), np.nan), where=bottom > 0)
    return found


def estimate_list(log: pl.DataFrame, *, interval_share: float = 0.9) -> pl.DataFrame:
    """Estimate prevalence among all candidates of a list, and the model's precision and recall on it.

    Parameters
    ----------
    log
        One candidate a row (models.ranking.LOG_SCHEMA) with `positive`: whether the inspection found a violation; null
        where it was not inspected or has no result yet.

    Returns
    -------
    Rows as those of `estimate_policy`. What the model put on the list was certain to be; its violations are counted,
    and only those of the rest are estimated, by the share among the rows drawn by lot, each counting
    1 / selection_probability (Hajek). Intervals are Clopper and Pearson's with the effective number of drawn rows
    (Korn and Graubard 1998), so that a lot without a find still says how many may have been missed. Null where
    nothing is known. Rows without a result are taken to be like those with one.
    """
    certain, rest = log.filter("follows_model"), log.filter(~pl.col("follows_model"))
    opened = certain.filter(pl.col("chosen_by").is_not_null()).drop_nulls("positive")
    drawn = rest.filter((pl.col("chosen_by") == "random") & (pl.col("selection_probability") > 0)).drop_nulls(
        "positive"
    )
    hit = _share_of(opened["positive"].to_numpy(), np.ones(opened.height), interval_share)
    missed = _share_of(drawn["positive"].to_numpy(), 1.0 / drawn["selection_probability"].to_numpy(), interval_share)
    found = hit[0] * certain.height if opened.height else 0.0
    reached = rest.filter(pl.col("selection_probability") > 0).height
    total = certain.height + reached

    def recall(share: float) -> float:
        whole = found + share * reached
        return found / whole if whole > 0 else float("nan")

    prevalence = [(found + share * reached) / total if total else float("nan") for share in missed[:3]]
    n, n_positive = opened.height + drawn.height, int(opened["positive"].sum()) + int(drawn["positive"].sum())
    n_drawn_positive = int(drawn["positive"].sum())
    effective = missed[3]
    rows = [
        ("precision", *hit[:3], opened.height, int(opened["positive"].sum()), hit[3]),
        ("missed_share", *missed[:3], drawn.height, n_drawn_positive, effective),
        ("prevalence", *prevalence, n, n_positive, effective),
        ("recall", recall(missed[0]), recall(missed[2]), recall(missed[1]), n, n_positive, effective),
    ]
    table = pl.DataFrame(rows, schema=OFF_POLICY_SCHEMA, orient="row")
    return table.with_columns(pl.col("value", "low", "high").fill_nan(None))


def _share_of(positive: NDArray[np.bool_], weight: Floats, interval_share: float) -> tuple[float, float, float, float]:
    """Weighted share, its exact binomial limits at the effective number of rows, and that number."""
    if not len(positive):
        return (float("nan"), float("nan"), float("nan"), 0.0)
    share = float(weight[positive.astype(bool)].sum() / weight.sum())
    n = float(weight.sum() ** 2 / (weight**2).sum())
    tail, k = (1 - interval_share) / 2, share * n
    low = 0.0 if k <= 0 else float(beta.ppf(tail, k, n - k + 1))
    high = 1.0 if k >= n else float(beta.ppf(1 - tail, k + 1, n - k))
    return share, low, high, n
