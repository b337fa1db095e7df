"""A trained model as text: boosters, calibration, anomaly, columns, window, seed. No pickle anywhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit

from features.contracts.columns import TYPOLOGIES
from features.errors import ConfigError
from features.evidence import Evidence
from models import drift
from models.calibration import Calibrator, probability_of
from models.classifier import Classifier, log_odds
from models.conformal import ConformalTable, group_names
from models.detectors import CombinedAnomaly
from models.kinds import hinted, usual_kind
from models.labels import ANY, TARGETS
from models.limits import Limits
from models.linear import Linear
from models.matrix import Columns, Floats, Matrix, build_described, build_matrix
from models.start import Start

FORMAT = 8
"""Version of the file form; a reader refuses one it does not know."""
CHECKSUMS = "checksums.json"
LATER = "later_"
"""How the names of boosters begin that were taught by held-out results as well."""

SCORE_SCHEMA = {
    "declaration_id": pl.String,
    "suspicion": pl.Float64,
    "suspicion_low": pl.Float64,
    "suspicion_high": pl.Float64,
    "p_misdeclaration": pl.Float64,
    "p_concealment": pl.Float64,
    "p_transshipment": pl.Float64,
    "raw_score": pl.Float64,
    "anomaly_score": pl.Float64,
    "anomaly_p": pl.Float64,
}


@dataclass(frozen=True)
class ModelBundle:
    """Everything that turns evidence into suspicion, and where it came from."""

    columns: Columns
    classifiers: Mapping[str, Classifier]
    """One per target: `any` and the typologies."""
    calibrators: Mapping[str, Calibrator]
    limits: Limits | None
    """How far the calibration of any violation could be off; null where there was nothing to calibrate on."""
    typology_shares: Mapping[str, float]
    """Share of each typology among the violations known in training, for those without a classifier."""
    anomaly: CombinedAnomaly
    conformal: ConformalTable
    histograms: Mapping[str, drift.Histogram]
    """Training distribution of every matrix column and of `suspicion` and `anomaly_score`, for drift."""
    trained_from: date | None
    trained_until: date | None
    test_from: date | None
    """Declarations from this day on were not seen in training."""
    seed: int
    controls_version: str
    data_version: str
    notes: tuple[str, ...] = ()
    prior_by_month: Mapping[str, float] = field(default_factory=dict)
    """Month to the share of inspected trade that would be in violation at its level; scores use the last one's."""
    metrics: Mapping[str, float] = field(default_factory=dict)
    later: ModelBundle | None = None
    """The same model taught by the held-out results as well, for declarations made since its own `test_from`; null
    where nothing was held out, or it taught nothing."""

    @property
    def is_supervised(self) -> bool:
        """Whether inspections taught it; otherwise suspicion is the prior, and the order is the anomaly score's."""
        return self.classifiers[ANY].is_learned

    @property
    def model_version(self) -> str:
        """Fingerprint of the content: same data, settings and seed give the same one."""
        digest = hashlib.sha256()
        for name, text in sorted(self._contents().items()):
            digest.update(f"{name}\n{len(text)}\n{text}".encode())
        return f"m-{digest.hexdigest()[:12]}"

    def part_for(self, day: date) -> ModelBundle:
        """What scores declarations of this day: `later` once all that taught it was known, else what was measured."""
        later = self.later
        return self if later is None or later.test_from is None or day < later.test_from else later

    def score(self, evidence: pl.DataFrame, *, registry: Sequence[Evidence] | None = None) -> pl.DataFrame:
        """Score each row by itself: no score depends on the other rows, their order or their number.

        `suspicion` is the calibrated probability of a violation of any typology, `suspicion_low` and `suspicion_high`
        the limits between which nine in ten calibrations lie (null where there was none). Where `declared_on` is there,
        declarations made since all results were known are scored by what these taught (`later`). Each `p_` is
        suspicion times how likely a violation is of that typology, which its classifier learned among violations; one
        without a classifier has its share of known violations, moved by what the row's doubts speak for. A shipment
        can be more than one: they need not add up. `raw_score` is the classifier's log-odds before calibration, for
        order among equals; without a classifier it is the anomaly score. Rows come back in the order they came. Raises
        ConfigError for a registry or columns other than those of the training.
        """
        if registry is not None:
            self.columns.check(registry)
        parts, order = self._parts(evidence)
        return pl.concat([part._score(rows) for part, rows in parts])[order]

    def _parts(self, evidence: pl.DataFrame) -> tuple[list[tuple[ModelBundle, pl.DataFrame]], NDArray[np.int64]]:
        """Rows by the part that scores them, and the order that puts these, one after the other, as they came."""
        later = self.later
        if later is None or later.test_from is None or "declared_on" not in evidence.columns:
            return [(self, evidence)], np.arange(evidence.height)
        is_late = (evidence["declared_on"] >= later.test_from).fill_null(value=False)
        came = np.argsort(is_late.to_numpy(), kind="stable")
        return [(self, evidence.filter(~is_late)), (later, evidence.filter(is_late))], np.argsort(came, kind="stable")

    def _score(self, evidence: pl.DataFrame) -> pl.DataFrame:
        matrix = build_matrix(evidence, self.columns)
        anomaly, odd = judged(self.anomaly, detector_matrix(evidence, self.columns, matrix), self.columns)
        anomaly_p = self.conformal.p_values(anomaly, group_names(evidence))
        raw = self.classifiers[ANY].raw_scores(matrix, odd)
        calibrated = self.calibrators[ANY].log_odds_of(raw)
        suspicion = probability_of(calibrated)
        low, high = (None, None) if self.limits is None else self.limits.around(raw, calibrated)
        told = hinted(matrix, self.columns)
        kinds = {f"p_{typology}": self._typology(typology, matrix, told, suspicion) for typology in TYPOLOGIES}
        return pl.DataFrame(
            {
                "declaration_id": evidence["declaration_id"],
                "suspicion": suspicion,
                "suspicion_low": low,
                "suspicion_high": high,
                **kinds,
                "raw_score": raw if self.is_supervised else anomaly,
                "anomaly_score": anomaly,
                "anomaly_p": anomaly_p,
            },
            schema=SCORE_SCHEMA,
        ).with_columns(pl.col("anomaly_p").fill_nan(None))

    def anomaly_matrix(self, evidence: pl.DataFrame) -> Matrix:
        """Build what the detectors read: the evidence, then quantities and codes of goods and lane."""
        return detector_matrix(evidence, self.columns)

    def anomaly_scores(self, matrix: Matrix) -> Floats:
        """Anomaly score of each row of an anomaly matrix."""
        return judged(self.anomaly, matrix, self.columns)[0]

    def contributions(self, evidence: pl.DataFrame) -> pl.DataFrame:
        """Exact share of each column in the raw score of few shown rows: declaration_id, code, contribution.

        Log-odds added to the base by the classifier of any violation: by its trees (tree SHAP), which costs some ninety
        times a score, by how rare the column is where they began, and by the weighted sum beside them; without a
        classifier, its part of the anomaly score.
        Largest first within a declaration; each declaration by the part that scores it.
        """
        typed = pl.concat([part._contributions(rows) for part, rows in self._parts(evidence)[0]])
        return typed.sort(["declaration_id", "contribution", "code"], descending=[False, True, False])

    def _contributions(self, evidence: pl.DataFrame) -> pl.DataFrame:
        matrix = build_matrix(evidence, self.columns)
        names = self.columns.names
        if self.is_supervised:
            parts = self.classifiers[ANY].contributions(matrix)[:, : len(names)]
            parts[:, : len(self.columns.codes)] += self._begun_with(evidence)
        elif evidence.height and self.columns.codes:
            names = self.columns.codes
            parts = self.anomaly.surprises(self.anomaly_matrix(evidence))
        else:
            parts = np.zeros((evidence.height, len(names)))
        wide = pl.DataFrame(parts, schema=list(names), orient="row").with_columns(evidence["declaration_id"])
        long = wide.unpivot(index="declaration_id", variable_name="code", value_name="contribution")
        return long.select(pl.col("declaration_id").cast(pl.String), "code", pl.col("contribution").cast(pl.Float64))

    def _begun_with(self, evidence: pl.DataFrame) -> Floats:
        """Log-odds that each evidence column brings to where the classifier of any violation begins."""
        own = self.classifiers[ANY]
        if own.start is None or not evidence.height:
            return np.zeros((evidence.height, len(self.columns.codes)))
        weight = own.boosted_share * np.append(own.start.weights, 0.0)[list(self.anomaly.groups_)]
        return np.asarray(self.anomaly.column_surprises(self.anomaly_matrix(evidence)) * weight)

    def drift_columns(self, evidence: pl.DataFrame) -> dict[str, Floats]:
        """Columns whose distribution is watched, by name: the matrix, `suspicion` and `anomaly_score`."""
        matrix = build_matrix(evidence, self.columns)
        watched = {name: matrix[:, j].astype(float) for j, name in enumerate(self.columns.names)}
        scored = self._score(evidence)  # to be taught more is no drift
        return watched | {name: scored[name].to_numpy() for name in ("suspicion", "anomaly_score")}

    def to_files(self) -> dict[str, str]:
        """All of it as text files, by name; `checksums.json` has the SHA-256 of each of the others."""
        contents = self._contents()
        return contents | {CHECKSUMS: _json({name: sha256_of(text) for name, text in contents.items()}, indent=1)}

    def _contents(self) -> dict[str, str]:
        described = {
            "format": FORMAT,
            "columns": self.columns.to_dict(),
            "trained_from": _day_text(self.trained_from),
            "seed": self.seed,
            "controls_version": self.controls_version,
            "data_version": self.data_version,
            "metrics": dict(self.metrics),
            "judgement": self._judgement(),
            "later": None if self.later is None else self.later._judgement(),
        }
        boosters = {
            _booster_file(part, name, bag): text
            for part, bundle in (("", self), (LATER, self.later))
            if bundle is not None
            for name, one in bundle.classifiers.items()
            for bag, text in enumerate(one.boosters)
        }
        return {
            "bundle.json": _json(described, indent=1),
            "anomaly.json": _json(self.anomaly.to_dict()),
            "conformal.json": _json(self.conformal.to_dict()),
            "drift.json": _json(drift.to_plain(self.histograms)),
            **boosters,
        }

    def _judgement(self) -> dict[str, Any]:
        """What differs between a model and the one taught later: all but evidence and anomaly."""
        return {
            "classifiers": {
                name: {
                    "share": one.share,
                    "n_rounds": one.n_rounds,
                    "note": one.note,
                    "n_bags": len(one.boosters),
                    "start": one.start and one.start.to_dict(),
                    "linear": one.linear and one.linear.to_dict(),
                }
                for name, one in self.classifiers.items()
            },
            "calibrators": {name: one.to_dict() for name, one in self.calibrators.items()},
            "limits": None if self.limits is None else self.limits.to_dict(),
            "typology_shares": dict(self.typology_shares),
            "prior_by_month": dict(self.prior_by_month),
            "trained_until": _day_text(self.trained_until),
            "test_from": _day_text(self.test_from),
            "notes": list(self.notes),
        }

    @classmethod
    def from_files(cls, files: Mapping[str, str]) -> ModelBundle:
        """Read the text files back; raises ConfigError that names what is missing, malformed or was changed."""
        try:
            plain = json.loads(files["bundle.json"])
            if plain["format"] != FORMAT:
                raise ConfigError(
                    f"model: form {plain['format']}, this version of oretrace reads form {FORMAT}; train again with"
                    " `oretrace train`"
                )
            _check_sums(files)
            bundle = cls(
                columns=Columns.from_dict(plain["columns"]),
                anomaly=CombinedAnomaly.from_dict(json.loads(files["anomaly.json"])),
                conformal=ConformalTable.from_dict(json.loads(files["conformal.json"])),
                histograms=drift.from_plain(json.loads(files["drift.json"])),
                trained_from=_day(plain["trained_from"]),
                seed=plain["seed"],
                controls_version=plain["controls_version"],
                data_version=plain["data_version"],
                metrics=plain["metrics"],
                **_judgement_from(plain["judgement"], files, ""),
            )
            if plain["later"] is None:
                return bundle
            return replace(bundle, later=replace(bundle, **_judgement_from(plain["later"], files, LATER)))
        except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as error:
            raise ConfigError(f"model: not a whole oretrace model: {type(error).__name__}: {error}") from error

    def _typology(self, typology: str, matrix: Matrix, told: Floats, suspicion: Floats) -> Floats:
        classifier = self.classifiers[typology]
        if not classifier.is_learned:
            return suspicion * expit(usual_kind(typology, self.typology_shares[typology]).log_odds(told))
        return suspicion * self.calibrators[typology].probability(classifier.raw_scores(matrix, told))


def detector_matrix(evidence: pl.DataFrame, columns: Columns, matrix: Matrix | None = None) -> Matrix:
    """Evidence columns in order, then quantities and codes of goods and lane; NaN is unknown.

    `matrix` is the evidence's own, where it was built already.
    """
    own = build_matrix(evidence, columns) if matrix is None else matrix
    return np.hstack([own[:, : len(columns.codes)], build_described(evidence, columns)])


def anomaly_scores(anomaly: CombinedAnomaly, evidence: pl.DataFrame, columns: Columns) -> Floats:
    """Anomaly score of each row of evidence, before there is a bundle."""
    return judged(anomaly, detector_matrix(evidence, columns), columns)[0]


def judged(anomaly: CombinedAnomaly, matrix: Matrix, columns: Columns) -> tuple[Floats, Floats]:
    """Anomaly score of each row of an anomaly matrix, and how rare its doubts are by family."""
    if matrix.shape[0] and columns.codes:
        return anomaly.judge(matrix)
    return np.zeros(matrix.shape[0]), np.zeros((matrix.shape[0], anomaly.n_groups))


def rarity(anomaly: CombinedAnomaly, matrix: Matrix, columns: Columns) -> Floats:
    """How rare the doubts of each row of the classifiers' matrix are by family (CombinedAnomaly.rarity)."""
    if matrix.shape[0] and columns.codes:
        return anomaly.rarity(matrix[:, : len(columns.codes)])
    return np.zeros((matrix.shape[0], anomaly.n_groups))


def unlearned(share: float, note: str) -> Classifier:
    """Stand-in for a target that no inspection speaks of: everyone has the prior `share`."""
    return Classifier(boosters=(), share=share, n_rounds=0, note=note)


def prior_calibrator(share: float) -> Calibrator:
    """Calibrator that leaves the log-odds of a prior as they are."""
    level = log_odds(share)
    return Calibrator("none", (level - 1.0, level + 1.0), (level - 1.0, level + 1.0), 0, 0)


def _json(value: Any, *, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False, indent=indent) + "\n"


def sha256_of(text: str) -> str:
    """SHA-256 of a text in UTF-8, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def _check_sums(files: Mapping[str, str]) -> None:
    """Raise ConfigError where a file is not what was saved, or nothing says what was."""
    if CHECKSUMS not in files:
        raise ConfigError(f"model: not a whole oretrace model: {CHECKSUMS} is missing; copy it again, or train anew")
    sums = json.loads(files[CHECKSUMS])
    unnamed = sorted(set(files) - {CHECKSUMS} - set(sums))
    if unnamed:
        raise ConfigError(f"model: not a whole oretrace model: {CHECKSUMS} does not name {', '.join(unnamed)}")
    for name, kept in sums.items():
        if name not in files or sha256_of(files[name]) != kept:
            what = "was changed after it was saved" if name in files else "is missing"
            raise ConfigError(f"model: not a whole oretrace model: {name} {what}; copy it again, or train anew")


def _judgement_from(plain: Mapping[str, Any], files: Mapping[str, str], part: str) -> dict[str, Any]:
    """Fields of a bundle from what `_judgement` made of them."""
    classifiers = {
        name: Classifier(
            boosters=tuple(files[_booster_file(part, name, bag)] for bag in range(one["n_bags"])),
            share=one["share"],
            n_rounds=one["n_rounds"],
            note=one["note"],
            start=one["start"] and Start.from_dict(one["start"]),
            linear=one["linear"] and Linear.from_dict(one["linear"]),
        )
        for name, one in plain["classifiers"].items()
    }
    return {
        "classifiers": {name: classifiers[name] for name in TARGETS},
        "calibrators": {name: Calibrator.from_dict(plain["calibrators"][name]) for name in TARGETS},
        "limits": Limits.from_dict(plain["limits"]) if plain["limits"] else None,
        "typology_shares": {name: plain["typology_shares"][name] for name in TYPOLOGIES},
        "prior_by_month": plain["prior_by_month"],
        "trained_until": _day(plain["trained_until"]),
        "test_from": _day(plain["test_from"]),
        "notes": tuple(plain["notes"]),
    }


def _booster_file(part: str, name: str, bag: int) -> str:
    return f"booster_{part}{name}_{bag}.txt"


def _day_text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
