"""What the classifier learns from in the end: inspected rows, uninspected ones, and all again with a family unknown."""

from __future__ import annotations

import numpy as np

from models.classifier import Sample
from models.matrix import Columns, Floats, Matrix


def with_unlabelled(
    inspected: Sample, matrix: Matrix, probability: Floats, *, told: Floats | None = None, weight_ratio: float
) -> Sample:
    """Inspected rows, and uninspected ones with `probability` of being a violation as their target.

    Uninspected is not clean: each row counts in part as either, as in one step of expectation and maximisation from
    the classifier of the inspected rows (Elkan and Noto 2008, section 3). Together they weigh `weight_ratio` times
    what the inspected ones do. Their days are those of no row: they are never searched on.
    """
    if not len(matrix):
        return inspected
    weight = np.full(len(matrix), float(inspected.weight.sum()) * weight_ratio / len(matrix))
    return Sample(
        np.vstack([inspected.matrix, matrix]),
        np.concatenate([inspected.target, probability]),
        np.concatenate([inspected.weight, weight]),
        np.concatenate([inspected.days, np.full(len(matrix), inspected.days.min())]),
        None if inspected.told is None or told is None else np.vstack([inspected.told, told]),
    )


def with_families_dropped(sample: Sample, columns: Columns, *, weight_ratio: float, seed: int) -> Sample:
    """Every row, and every row again with one family of evidence, drawn at random, unknown.

    A declaration that lacks a whole family is so something the model has seen, rather than a place where missing
    values happen to lead.
    """
    if not weight_ratio:
        return sample
    families = sorted(set(columns.families))
    drawn = np.random.default_rng(seed).integers(0, max(len(families), 1), len(sample.matrix))
    poorer, told = sample.matrix.copy(), sample.told
    if told is not None:
        known = np.arange(len(families)) != drawn[:, None]  # what is unknown is as odd as usual
        told = np.vstack([told, told * known])
    for number, family in enumerate(families):
        of_family = [j for j, one in enumerate(columns.families) if one == family]
        poorer[np.ix_(drawn == number, of_family)] = np.nan
    return Sample(
        np.vstack([sample.matrix, poorer]),
        np.concatenate([sample.target, sample.target]),
        np.concatenate([sample.weight, sample.weight * weight_ratio]),
        np.concatenate([sample.days, sample.days]),
        told,
    )
