"""The backtest matrix of a model by real fits: its own train() on sliding windows of periods.

Bounded: at most CUTS fits of TRAINED rows, each scored on TESTED rows of every later period; what
is capped is drawn once, so that all models meet the same rows. One process, one fit after another.
What was fitted is kept by cut, so that a run that was stopped goes on where it was.
"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from mainstay.bundle.worker import Worker
from mainstay.core import durable
from mainstay.core.errors import Broken, Mistake
from mainstay.core.progress import Tell, nothing
from mainstay.stats.blocks import Floats
from mainstay.stats.forecasts.backtest import Backtest, Cuts
from mainstay.trainer import fit
from mainstay.trainer.fit import Training
from mainstay.trainer.scored import MICROSECONDS_A_DAY
from mainstay.trainer.skill import Scale, coded, usual

CUTS, TRAINED, TESTED = 60, 20_000, 400
"""400 rows a cell were enough on eight data sets; more make the noise of a cell smaller."""
LEAST_ROWS, LEAST_FILLED = 100, 0.75
"""A period counts from so many rows on; so many of the calendar's periods must count."""
TRAINING, SHORTEST = 6, 3
"""A model is trained on a sixth of the periods, at least three of them."""
LENGTHS = {1: 7, 7: 52, 14: 26, 28: 13, 91: 4, 182: 2, 364: 0}
"""Days of a period, and periods until the same place of the week or the year."""
MOST_PERIODS = CUTS * TRAINING // (TRAINING - 1)


class Plan(NamedTuple):
    """place: the period of each row, from 0, -1 where its period does not count. days: of one.

    begins: of each period its first day, days since 1970.
    """

    place: Cuts
    periods: int
    days: int
    begins: tuple[int, ...] = ()

    @property
    def training(self) -> int:
        """Periods that a model is trained on."""
        return max(SHORTEST, self.periods // TRAINING)

    @property
    def season(self) -> int:
        """Periods until the same place of the week or the year, 0 for none."""
        return LENGTHS[self.days]


class _Task(NamedTuple):
    """What every fit of one matrix shares. tested: rows of each period."""

    training: Training
    label: Floats
    scale: Scale
    tested: list[Cuts]


def plan(when: Floats) -> Plan:
    """The finest periods that hold enough rows and are not too many.

    when: microseconds since 1970, (rows,). Raises Broken where no length will do.
    """
    since = when.min() if len(when) else 0.0
    days = ((when - since) // MICROSECONDS_A_DAY).astype(np.int64)
    for length in LENGTHS:
        place = days // length
        rows = np.bincount(place)
        kept = rows >= LEAST_ROWS
        if len(rows) <= MOST_PERIODS and kept.sum() > SHORTEST and kept.mean() >= LEAST_FILLED:
            begins = int(since // MICROSECONDS_A_DAY) + np.flatnonzero(kept) * length
            counted = np.where(kept, np.cumsum(kept) - 1, -1)[place]
            return Plan(counted, int(kept.sum()), length, tuple(begins.tolist()))
    raise Broken(
        f"{len(when):,} rows make no {SHORTEST + 1} periods of {LEAST_ROWS} rows: nothing tells how"
        " long a model lasts",
        hint="give a longer period with --from",
    )


def backtest(
    worker: Worker,
    training: Training,
    plan: Plan,
    *,
    kept: Path,
    scale: Scale | None = None,
    tell: Tell = nothing,
) -> Backtest:
    """Scores of every cut in every later period; training: rows in the order of `plan`.

    kept: a folder for this model, these rows and this scale alone; scale: the usual one of the task
    where none is given. Raises Mistake where the first fits fail.
    """
    task = _task(training, plan, scale)
    scores = np.full((plan.periods, plan.periods), np.nan)
    cuts = np.arange(plan.training - 1, plan.periods - 1)
    for number, cut in enumerate(cuts.tolist()):
        tell(f"backtest: fit {number + 1} of {len(cuts)}", done=number, of=len(cuts))
        scores[cut, cut + 1 :] = _resumed(worker, task, plan, cut, kept)
    return Backtest(scores, plan.training, task.scale.no_skill, plan.season)


def _task(training: Training, plan: Plan, scale: Scale | None) -> _Task:
    generator = np.random.default_rng(training.seed)
    label = coded(training.label, training.task)
    tested = [
        _some(np.flatnonzero(plan.place == period), TESTED, generator)
        for period in range(plan.periods)
    ]
    return _Task(training, label, scale or usual(training.task, label), tested)


def _resumed(worker: Worker, task: _Task, plan: Plan, cut: int, kept: Path) -> list[float]:
    """What is kept of a cut, else a fit that is kept."""
    file = kept / f"{cut}.json"
    if file.exists():
        found = msgspec.json.decode(file.read_bytes(), type=list[float | None])
        return [math.nan if one is None else one for one in found]
    row = list(_row(worker, task, plan, cut))
    kept.mkdir(parents=True, exist_ok=True)
    durable.write(file, msgspec.json.encode(row))  # NaN is null there
    return row


def _row(worker: Worker, task: _Task, plan: Plan, cut: int) -> Iterator[float]:
    """One model in every later period; NaN throughout where its rows are of one class."""
    window = np.flatnonzero((plan.place > cut - plan.training) & (plan.place <= cut))
    generator = np.random.default_rng([task.training.seed, cut])
    chosen = task.training.of(_some(window, TRAINED, generator))
    later = task.tested[cut + 1 :]
    if _one_class(task, chosen):
        yield from [math.nan] * len(later)
        return
    fit.fitted(worker, chosen)
    said = fit.scores(worker, task.training.rows[np.concatenate(later)])
    parts = np.split(said, np.cumsum([len(one) for one in later])[:-1])
    for rows, part in zip(later, parts, strict=True):
        yield task.scale.of(task.label[rows], part)


def _one_class(task: _Task, chosen: Training) -> bool:
    """Whether a window lacks a class that others have: its scores would mean something else."""
    try:
        known = fit.classes(chosen.label, chosen.task)
    except Mistake:
        return True
    return known != fit.classes(task.training.label, task.training.task)


def _some(rows: Cuts, most: int, generator: np.random.Generator) -> Cuts:
    return rows if len(rows) <= most else np.sort(generator.choice(rows, most, replace=False))
