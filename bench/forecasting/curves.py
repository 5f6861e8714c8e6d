"""Learning curves of tables by real fits, and how far forecasts of them were off."""

import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.forecasting import models
from bench.forecasting.tables import Floats, Table, Whole
from bench.form import progress
from mainstay.core.errors import Broken
from mainstay.stats.forecasts import curve, outlook, power_law
from mainstay.stats.forecasts.curve import Curve
from mainstay.stats.forecasts.power_law import PowerLaw

RECORDS, UNTOUCHED = 20_000, 40_000
"""At most: records of a table, and others that the truth is measured on, all that are left, a
quarter at least of fewer than 80,000: what the truth owes to chance is no fault of a forecast.
"""
HELD = 0.25
"""What a person holds of all records; the forecast is of a model trained on all."""
FOLDS, REPEATS = 5, 2
FEWEST = 120
TRUE = (0.5, 1.0)
"""Shares of all records at which the truth is measured."""


class Case(NamedTuple):
    """One draw of one table: the curve of what was held, the truth at sizes beyond."""

    data: str
    model: str
    sizes: Floats
    errors: Floats
    true_sizes: Floats
    true_errors: Floats


class Judged(NamedTuple):
    """A forecast of the error with all records, and what it was. off: in half-intervals."""

    data: str
    model: str
    truth: float
    last: float
    low: float
    middle: float
    high: float
    off: float
    law: PowerLaw
    true_sizes: Floats
    true_errors: Floats


def cases(table: Table, model: str, *, seed: int, kept: Path | None, draws: int) -> list[Case]:
    """So many draws of it; none where the table is too small for a curve."""
    file = kept / f"curve-{table.name}-{model}-{seed}-{draws}.npz" if kept else None
    if file and file.exists():
        held = np.load(file)
        return [
            Case(table.name, model, *(held[f"{draw}-{at}"] for at in range(4)))
            for draw in range(len(held.files) // 4)
        ]
    found = [
        one
        for draw in range(draws)
        if (one := _case(table, model, [seed, draw, zlib.crc32(table.name.encode())]))
    ]
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        parts = {f"{n}-{at}": one[2 + at] for n, one in enumerate(found) for at in range(4)}
        np.savez(file, **parts)
    return found


def judged(case: Case, *, damping: float, seed: int) -> Judged | None:
    """With the interval as the power law has it; None where no curve can be made of it, or
    the truth is perfect or unknown.
    """
    try:
        one = curve.curve(case.sizes, case.errors)
    except Broken:
        return None
    law = power_law.power_law(one, seed=seed).damped(damping)
    low, middle, high = outlook.widened(law.error(float(case.true_sizes[-1])), 1.0)
    truth = float(case.true_errors[-1])
    if not truth > 0:
        return None
    half = high - middle if truth > middle else middle - low
    off = abs(truth - middle) / max(half, 1e-6)
    last = float(np.nanmean(one.errors[:, -1]))
    return Judged(
        case.data, case.model, truth, last, low, middle, high, off, law,
        case.true_sizes, case.true_errors,
    )  # fmt: skip


def ill(case: Case) -> bool:
    """Whether the curve is one that is told and not fitted."""
    try:
        return curve.ill_behaved(Curve(*curve.curve(case.sizes, case.errors)))
    except Broken:
        return False


def _case(table: Table, model: str, seed: list[int]) -> Case | None:
    progress(f"{table.name}, {model}: learning curve, draw {seed[1] + 1} ")
    generator = np.random.default_rng(seed)
    pool, untouched = _apart(generator.permutation(len(table.label)))
    held = pool[: int(len(pool) * HELD)]
    if len(held) < FEWEST:
        return None
    sizes = curve.anchors(len(held) - len(held) // FOLDS)
    errors = np.array([_fold(table, model, one, sizes) for one in _folds(held, generator)])
    true_sizes = [int(len(pool) * share) for share in TRUE]
    true = [_error(table, model, pool[:size], untouched) for size in true_sizes]
    return Case(
        table.name, model, np.array(sizes, float), errors, np.array(true_sizes, float),
        np.array(true),
    )  # fmt: skip


def _apart(rows: Whole) -> tuple[Whole, Whole]:
    """The records of a draw, and those that its truth is measured on."""
    left = min(len(rows) // 4, RECORDS)
    pool = rows[left:][:RECORDS]
    return pool, np.concatenate([rows[:left], rows[left + len(pool) :]])[:UNTOUCHED]


def _folds(held: Whole, generator: np.random.Generator) -> list[tuple[Whole, Whole]]:
    """What is held out, each row REPEATS times, and what is trained on in an order of its own."""
    cuts = [np.array_split(generator.permutation(held), FOLDS) for _ in range(REPEATS)]
    return [
        (part, generator.permutation(np.concatenate([*parts[:at], *parts[at + 1 :]])))
        for parts in cuts
        for at, part in enumerate(parts)
    ]


def _fold(table: Table, model: str, fold: tuple[Whole, Whole], sizes: list[int]) -> list[float]:
    out, rows = fold
    return [_error(table, model, rows[:size], out) for size in sizes]


def _error(table: Table, model: str, rows: Whole, out: Whole) -> float:
    try:
        predict = models.fitted(model, table, rows)
    except ValueError:
        return float("nan")
    said = predict(table.inputs[out])
    return 1 - models.scored(table, out, said, models.scale(table))
