"""The learning curve of a model by real fits: its own train() on nested parts of its rows.

Bounded: REPEATS FOLDS times the anchors of at most MOST rows, the newest; every row is held out
REPEATS times, as in the curves that calibrate the forecast.
Splits are random, so what is forecast is more records of the same kind, not of another time. Where
a threshold is chosen, it is chosen on what the other parts of the same repeat held out, each row
scored by a model that did not see it, as a build does.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from mainstay.bundle.worker import Worker
from mainstay.core.errors import Broken, Mistake
from mainstay.core.progress import Tell, nothing
from mainstay.stats.blocks import Floats
from mainstay.stats.forecasts import curve
from mainstay.stats.forecasts.backtest import Cuts
from mainstay.stats.forecasts.curve import Curve
from mainstay.trainer import fit, trial
from mainstay.trainer.fit import Training
from mainstay.trainer.skill import Marks
from mainstay.trainer.trial import HALF, Ground

FOLDS, REPEATS, MOST = 5, 2, 20_000


class _Part(NamedTuple):
    """Rows held out, and their scores by the model of each anchor, None where it was not fitted."""

    out: Cuts
    scores: list[Floats | None]


def learning(
    worker: Worker,
    training: Training,
    marks: Marks,
    *,
    tell: Tell = nothing,
) -> tuple[Curve | Broken, ...]:
    """Errors 1 - score by how many rows were trained on, on each scale by the same fits.

    Broken in place of a curve of too few anchors. marks: of the rows of training.
    """
    generator = np.random.default_rng(training.seed)
    newest = np.arange(max(len(training.rows) - MOST, 0), len(training.rows))
    sizes = curve.anchors(len(newest) - -(-len(newest) // FOLDS))
    parts = []
    for number, (out, rows) in enumerate(_folds(newest, generator)):
        many = FOLDS * REPEATS
        tell(f"learning curve: part {number + 1} of {many}", done=number, of=many)
        parts.append(_Part(out, [_scores(worker, training, rows[:size], out) for size in sizes]))
    repeats = [parts[at : at + FOLDS] for at in range(0, len(parts), FOLDS)]
    found = [[_errors(marks, one, at) for at in range(len(sizes))] for one in repeats]
    errors = np.array(found).reshape(REPEATS, len(sizes), FOLDS, len(marks.scales))
    by_scale = errors.transpose(3, 0, 2, 1).reshape(len(marks.scales), len(parts), len(sizes))
    return tuple(_curve(sizes, one) for one in by_scale)


def _curve(sizes: list[int], errors: Floats) -> Curve | Broken:
    try:
        return curve.curve(np.array(sizes, dtype=np.float64), errors)
    except Broken as error:
        return error


def _folds(rows: Cuts, generator: np.random.Generator) -> Iterator[tuple[Cuts, Cuts]]:
    """What is held out, and what is trained on in an order of its own."""
    for _ in range(REPEATS):
        parts = np.array_split(generator.permutation(rows), FOLDS)
        for at, out in enumerate(parts):
            rest = np.concatenate([*parts[:at], *parts[at + 1 :]])
            yield out, generator.permutation(rest)


def _scores(worker: Worker, training: Training, rows: Cuts, out: Cuts) -> Floats | None:
    """None where the rows lack a class: what scores then mean is something else."""
    some = training.of(np.sort(rows))
    try:
        known = fit.classes(some.label, some.task)
    except Mistake:
        return None
    if known != fit.classes(training.label, training.task):
        return None
    fit.fitted(worker, some)
    return fit.scores(worker, training.rows[out])


def _errors(marks: Marks, repeat: list[_Part], size: int) -> list[list[float]]:
    """Of each part of a repeat at one anchor, on each scale; NaN where nothing was fitted."""
    found = []
    for at, part in enumerate(repeat):
        score = part.scores[size]
        others = [*repeat[:at], *repeat[at + 1 :]]
        turns = _threshold(marks.ground, others, size) if marks.chooses else HALF
        if score is None or turns is None:
            found.append([float("nan")] * len(marks.scales))
            continue
        rows = trial.told(marks.ground.of(part.out), score, turns)
        found.append([1 - one for one in marks.of(rows)])
    return found


def _threshold(ground: Ground, others: list[_Part], size: int) -> float | None:
    """By rows that no model here is measured on, each scored by one that did not see it."""
    known = [(one.out, scores) for one in others if (scores := one.scores[size]) is not None]
    if not known:
        return None
    out, scores = (np.concatenate(each) for each in zip(*known, strict=True))
    return trial.threshold(ground.of(out), scores)
