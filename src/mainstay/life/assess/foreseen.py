"""What a model of this kind would become, with more records and with age: by fits of its train().

The same fits are scored by everything that the contract promises, see promised: nothing else could
tell the reach of a goal.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mainstay.bundle.worker import Worker
from mainstay.core import digest
from mainstay.core.errors import Broken
from mainstay.core.nouns import Evidence
from mainstay.core.progress import Tell, nothing
from mainstay.life.assess import expected, lasting, promised, prospects, renewing
from mainstay.life.assess.alone import Floats
from mainstay.life.assess.findings import finding
from mainstay.life.assess.foresight import Foresight
from mainstay.life.assess.lasting import SHELF, Terms
from mainstay.life.assess.promised import Promise
from mainstay.life.assess.seen import DAY
from mainstay.stats.forecasts import backtest as matrices
from mainstay.stats.forecasts import kept, library
from mainstay.stats.forecasts.backtest import Backtest
from mainstay.stats.forecasts.curve import Curve
from mainstay.stats.forecasts.library import Library
from mainstay.stats.forecasts.outlook import Outlook, outlook
from mainstay.stats.forecasts.shelf import ShelfLife
from mainstay.trainer import backtests, learning
from mainstay.trainer.backtests import Plan
from mainstay.trainer.fit import Training
from mainstay.trainer.skill import Marks
from mainstay.trainer.trial import Ground


class Rows(NamedTuple):
    """training: in the order of time; when: microseconds since 1970, (rows,); ground: the same

    rows as fits are scored on them. kept: a folder for what was fitted, of these rows and this code
    alone.
    """

    training: Training
    when: Floats
    kept: Path
    ground: Ground


class Foreseen(NamedTuple):
    """What was found, for a person; said: the same in a clause, empty where nothing can be told.

    foresight: what a certificate ends by, None of grade D. chance: that the goals are reached, at
    most; None where nobody can tell; retrainings: a month, at least cost, None where nobody can
    tell.
    """

    evidence: tuple[Evidence, ...]
    foresight: Foresight | None
    said: str = ""
    chance: float | None = None
    retrainings: float | None = None


class Aged(NamedTuple):
    """How long a model lasts: lives, of each promise, of periods of so many days; foresight and

    retrainings, as in Foreseen, by the first promise.
    """

    evidence: tuple[Evidence, ...]
    foresight: Foresight | None = None
    lives: tuple[ShelfLife, ...] = ()
    days: int = 0
    retrainings: float | None = None


class _Life(NamedTuple):
    """A promise through the backtest."""

    whole: Backtest
    terms: Terms
    found: ShelfLife


def foreseen(
    worker: Worker, rows: Rows, *, others: Library | None = None, tell: Tell = nothing
) -> Foreseen:
    """Learning curve, then shelf life. others: reference models, else those that are shipped."""
    known, training = others or library.shipped(), rows.training
    asked = promised.promises(rows.ground)
    curves = learning.learning(worker, training, _marks(rows, asked), tell=tell)
    found = [
        _outlook(curve, one, training, known) for curve, one in zip(curves, asked, strict=True)
    ]
    aged = ages(worker, rows, known, tell)
    chances = [one.chance for one in found if isinstance(one, Outlook) and one.chance is not None]
    return Foreseen(
        (*_prospects(found, asked, rows), *aged.evidence),
        aged.foresight,
        _expected(found, asked, aged),
        min(chances, default=None),
        aged.retrainings,
    )


def _outlook(
    curve: Curve | Broken, promise: Promise, training: Training, others: Library
) -> Outlook | Broken:
    if isinstance(curve, Broken):
        return curve
    return outlook(
        curve,
        None if promise.bound is None else 1 - promise.bound,
        records=min(len(training.rows), learning.MOST),
        calibration=library.calibration(others),
        seed=training.seed,
    )


def _prospects(
    found: list[Outlook | Broken], asked: tuple[Promise, ...], rows: Rows
) -> Iterator[Evidence]:
    """Of every goal; one that was not looked at is no pass either."""
    for one, promise in zip(found, asked, strict=True):
        if isinstance(one, Outlook):
            yield from prospects.prospects(one, promise, there=len(rows.training.rows))
        else:
            yield from _no_curve(one, promise)
    for metric, limit in promised.unforeseen(rows.ground.contract):
        yield prospects.unlooked(metric, limit)


def _no_curve(error: Broken, promise: Promise) -> Iterator[Evidence]:
    said, subject = f"not made: {error}", promise.scale.metric
    yield finding(prospects.CURVE, subject, "nested parts of the rows", note=said)
    yield prospects.untold(promise, said)


def _expected(found: list[Outlook | Broken], asked: tuple[Promise, ...], aged: Aged) -> str:
    """Of the goal that is kept shortest, the first where nobody can tell."""
    ends = [one.breach.value if one.breach else np.inf for one in aged.lives] or [np.inf]
    at = int(np.argmin(ends))
    now, life = found[at], aged.lives[at] if aged.lives else None
    level = now if isinstance(now, Outlook) else None
    return expected.expected(asked[at], level, life, aged.days)


def ages(worker: Worker, rows: Rows, others: Library, tell: Tell) -> Aged:
    """Shelf life alone."""
    try:
        plan = backtests.plan(rows.when)
    except Broken as error:
        note = f"not made: {error}"
        return Aged((finding(SHELF, SHELF, "backtest by real fits", note=note),))
    asked = promised.promises(rows.ground)
    given = worker, rows.training, plan, _marks(rows, asked)
    wholes = backtests.backtest(*given, kept=_kept(rows, asked), tell=tell)
    lives = [
        _life(rows, plan, one, whole, others) for one, whole in zip(asked, wholes, strict=True)
    ]
    (whole, terms, found), *beside = lives
    count = len(others.series)
    told = [*lasting.lasting(whole, found, terms, others=count)]
    for one in beside:
        told += lasting.kept(one.whole, one.found, one.terms, others=count)
    foresight = _foresight(rows.training, plan, terms, found, count)
    every = tuple(one.found for one in lives)
    return Aged(tuple(told), foresight, every, plan.days, _retrainings(whole, found, terms))


def _life(rows: Rows, plan: Plan, promise: Promise, whole: Backtest, others: Library) -> _Life:
    level = matrices.level(whole, whole.periods - 1)
    bound = promise.least(level)
    skill, days = level - promise.scale.no_skill, max(float(np.ptp(rows.when)) / DAY, 1.0)
    decisions = len(rows.when) / days * plan.days
    renewal = renewing.renewal(rows.ground, promise.scale, skill=skill, decisions=decisions)
    missed = rows.ground.contract.watch.false_alarms if promise.limit else None
    terms = Terms(promise, bound, plan.days, renewal, missed)
    return _Life(whole, terms, lasting.life(whole, bound, others, seed=rows.training.seed))


def _marks(rows: Rows, asked: tuple[Promise, ...]) -> Marks:
    return Marks(rows.ground, tuple(one.scale for one in asked))


def _kept(rows: Rows, asked: tuple[Promise, ...]) -> Path:
    """Scores hang on the money of the contract and its rule, too."""
    objective = rows.ground.contract.objective
    money = objective.value.model_dump(mode="json") if objective.value else None
    rule = objective.baseline.model_dump(mode="json")
    by = [one.scale.metric for one in asked]
    return rows.kept / digest.of_value({"metrics": by, "value": money, "rule": rule})


def _foresight(
    training: Training, plan: Plan, terms: Terms, life: ShelfLife, others: int
) -> Foresight | None:
    if life.forecast is None:
        return None
    return Foresight(
        task=training.task,
        measure=terms.promised.scale.measure,
        constant=terms.promised.scale.constant,
        best=terms.promised.scale.best,
        bound=terms.bound,
        days=plan.days,
        seed=training.seed,
        others=others,
        grade=life.grade,
        seen=life.seen,
        forecast=kept.kept(life.forecast),
        begins=plan.begins,
        promise=terms.promised.words,
    )


def _retrainings(whole: Backtest, life: ShelfLife, terms: Terms) -> float | None:
    if life.forecast is None:
        return None
    return lasting.a_month(lasting.cheapest(whole, terms.renewal.costs), terms.days)
