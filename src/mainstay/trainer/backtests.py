"""The backtest matrix of a model by real fits: its own train() on sliding windows of periods.

Bounded: at most CUTS fits of TRAINED rows, each scored on TESTED rows of every later period; what
is capped is drawn once, so that all models meet the same rows. One process, one fit after another.
What was fitted is kept by cut, so that a run that was stopped goes on where it was. Where a
threshold is chosen, a part of the rows of the window is left out of the fit for it, and it stays
with age.
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
from mainstay.trainer import fit, trial
from mainstay.trainer.fit import Training
from mainstay.trainer.scored import MICROSECONDS_A_DAY
from mainstay.trainer.skill import Marks
from mainstay.trainer.trial import HALF

CUTS, TRAINED, TESTED = 60, 20_000, 400
"""400 rows a cell were enough on eight data sets; more make the noise of a cell smaller."""
ASIDE, MOST_ASIDE = 5, 5_000
"""One of so many rows of a window chooses the threshold, at most these: a build takes all of them,
out of fold, which costs four fits more of each cut."""
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
    marks: Marks
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
    marks: Marks,
    *,
    kept: Path,
    tell: Tell = nothing,
) -> tuple[Backtest, ...]:
    """Scores of every cut in every later period on each scale; training: rows in the order of

    `plan`, marks: of the same. kept: a folder for this model, these rows and scales alone. Raises
    Mistake where the first fits fail.
    """
    task = _Task(training, marks, _tested(training, plan))
    scores = np.full((len(marks.scales), plan.periods, plan.periods), np.nan)
    cuts = np.arange(plan.training - 1, plan.periods - 1)
    for number, cut in enumerate(cuts.tolist()):
        tell(f"backtest: fit {number + 1} of {len(cuts)}", done=number, of=len(cuts))
        scores[:, cut, cut + 1 :] = np.transpose(_resumed(worker, task, plan, cut, kept))
    return tuple(
        Backtest(of, plan.training, scale.no_skill, plan.season)
        for of, scale in zip(scores, marks.scales, strict=True)
    )


def _tested(training: Training, plan: Plan) -> list[Cuts]:
    generator = np.random.default_rng(training.seed)
    return [
        _some(np.flatnonzero(plan.place == period), TESTED, generator)
        for period in range(plan.periods)
    ]


def _resumed(worker: Worker, task: _Task, plan: Plan, cut: int, kept: Path) -> list[list[float]]:
    """What is kept of a cut, else a fit that is kept: of each later period by scale."""
    file = kept / f"{cut}.json"
    if file.exists():
        found = msgspec.json.decode(file.read_bytes(), type=list[list[float | None]])
        return [[math.nan if one is None else one for one in row] for row in found]
    rows = list(_rows(worker, task, plan, cut))
    kept.mkdir(parents=True, exist_ok=True)
    durable.write(file, msgspec.json.encode(rows))  # NaN is null there
    return rows


def _rows(worker: Worker, task: _Task, plan: Plan, cut: int) -> Iterator[list[float]]:
    """One model in every later period; NaN throughout where its rows are of one class."""
    window = np.flatnonzero((plan.place > cut - plan.training) & (plan.place <= cut))
    generator = np.random.default_rng([task.training.seed, cut])
    learnt, aside = _parted(window, generator, chooses=task.marks.chooses)
    later = task.tested[cut + 1 :]
    chosen = task.training.of(learnt)
    if _one_class(task, chosen):
        yield from [[math.nan] * len(task.marks.scales)] * len(later)
        return
    fit.fitted(worker, chosen)
    asked = [aside, *later]
    said = fit.scores(worker, task.training.rows[np.concatenate(asked)])
    own, *parts = np.split(said, np.cumsum([len(one) for one in asked])[:-1])
    turns = trial.threshold(task.marks.ground.of(aside), own) if task.marks.chooses else HALF
    for rows, part in zip(later, parts, strict=True):
        yield task.marks.of(trial.told(task.marks.ground.of(rows), part, turns))


def _parted(window: Cuts, generator: np.random.Generator, *, chooses: bool) -> tuple[Cuts, Cuts]:
    """Rows that are fitted, and those that choose the threshold: none where none is chosen."""
    count = min(len(window) // ASIDE, MOST_ASIDE) if chooses else 0
    aside = np.sort(generator.choice(window, count, replace=False)) if count else window[:0]
    return _some(np.setdiff1d(window, aside), TRAINED, generator), aside


def _one_class(task: _Task, chosen: Training) -> bool:
    """Whether a window lacks a class that others have: its scores would mean something else."""
    try:
        known = fit.classes(chosen.label, chosen.task)
    except Mistake:
        return True
    return known != fit.classes(task.training.label, task.training.task)


def _some(rows: Cuts, most: int, generator: np.random.Generator) -> Cuts:
    return rows if len(rows) <= most else np.sort(generator.choice(rows, most, replace=False))
