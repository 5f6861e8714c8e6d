"""The learning curve of a model by real fits: its own train() on nested parts of its rows.

Bounded: REPEATS FOLDS times the anchors of at most MOST rows, the newest; every row is held out
REPEATS times, as in the curves that calibrate the forecast.
Splits are random, so what is forecast is more records of the same kind, not of another time.
"""

from collections.abc import Iterator

import numpy as np

from mainstay.bundle.worker import Worker
from mainstay.core.errors import Mistake
from mainstay.core.progress import Tell, nothing
from mainstay.stats.blocks import Floats
from mainstay.stats.forecasts import curve
from mainstay.stats.forecasts.backtest import Cuts
from mainstay.stats.forecasts.curve import Curve
from mainstay.trainer import fit
from mainstay.trainer.fit import Training
from mainstay.trainer.skill import Scale, coded, usual

FOLDS, REPEATS, MOST = 5, 2, 20_000


def learning(
    worker: Worker,
    training: Training,
    *,
    scale: Scale | None = None,
    tell: Tell = nothing,
) -> Curve:
    """Errors 1 - score by how many rows were trained on. Raises Broken for too few anchors.

    scale: the usual one of the task where none is given.
    """
    generator = np.random.default_rng(training.seed)
    newest = np.arange(max(len(training.rows) - MOST, 0), len(training.rows))
    sizes = curve.anchors(len(newest) - -(-len(newest) // FOLDS))
    label = coded(training.label, training.task)
    scale = scale or usual(training.task, label[newest])
    errors = []
    for number, (out, rows) in enumerate(_folds(newest, generator)):
        parts = FOLDS * REPEATS
        tell(f"learning curve: part {number + 1} of {parts}", done=number, of=parts)
        errors.append(
            [_error(worker, training, rows[:size], (out, label[out]), scale) for size in sizes]
        )
    return curve.curve(
        np.array(sizes, dtype=np.float64), np.array(errors).reshape(FOLDS * REPEATS, -1)
    )


def _folds(rows: Cuts, generator: np.random.Generator) -> Iterator[tuple[Cuts, Cuts]]:
    """What is held out, and what is trained on in an order of its own."""
    for _ in range(REPEATS):
        parts = np.array_split(generator.permutation(rows), FOLDS)
        for at, out in enumerate(parts):
            rest = np.concatenate([*parts[:at], *parts[at + 1 :]])
            yield out, generator.permutation(rest)


def _error(
    worker: Worker, training: Training, rows: Cuts, held_out: tuple[Cuts, Floats], scale: Scale
) -> float:
    """NaN where the rows lack a class: what scores then mean is something else."""
    some = training.of(np.sort(rows))
    try:
        known = fit.classes(some.label, some.task)
    except Mistake:
        return float("nan")
    if known != fit.classes(training.label, training.task):
        return float("nan")
    fit.fitted(worker, some)
    out, label = held_out
    return 1 - scale.of(label, fit.scores(worker, training.rows[out]))
