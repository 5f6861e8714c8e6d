"""What a model of this kind would become, with more records and with age: by fits of its train().

Fits are scored by what the contract promises, see promised: nothing else could tell its reach.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mainstay.bundle.worker import Worker
from mainstay.contract.model import Contract
from mainstay.core.errors import Broken
from mainstay.core.nouns import Evidence
from mainstay.core.progress import Tell, nothing
from mainstay.life.assess import expected, lasting, prospects, renewing
from mainstay.life.assess.alone import Floats
from mainstay.life.assess.findings import finding
from mainstay.life.assess.foresight import Foresight
from mainstay.life.assess.lasting import SHELF, Terms
from mainstay.life.assess.promised import Promise, promise
from mainstay.life.assess.renewing import Renewal
from mainstay.life.assess.seen import DAY
from mainstay.stats.forecasts import backtest as matrices
from mainstay.stats.forecasts import kept, library
from mainstay.stats.forecasts.backtest import Backtest
from mainstay.stats.forecasts.library import Library
from mainstay.stats.forecasts.outlook import Outlook, outlook
from mainstay.stats.forecasts.shelf import ShelfLife
from mainstay.trainer import backtests, learning
from mainstay.trainer.backtests import Plan
from mainstay.trainer.fit import Training
from mainstay.trainer.skill import coded


class Rows(NamedTuple):
    """training: in the order of time; when: microseconds since 1970, (rows,).

    kept: a folder for what was fitted, of these rows and this code alone.
    """

    training: Training
    when: Floats
    kept: Path


class Foreseen(NamedTuple):
    """What was found, for a person; said: the same in a clause, empty where nothing can be told.

    foresight: what a certificate ends by, None of grade D. chance: that the goal is reached, None
    where nobody can tell; retrainings: a month, at least cost, None where nobody can tell.
    """

    evidence: tuple[Evidence, ...]
    foresight: Foresight | None
    said: str = ""
    chance: float | None = None
    retrainings: float | None = None


class Aged(NamedTuple):
    """How long a model lasts: life, of periods of so many days; retrainings: as in Foreseen."""

    evidence: tuple[Evidence, ...]
    foresight: Foresight | None = None
    life: ShelfLife | None = None
    days: int = 0
    retrainings: float | None = None


def foreseen(
    worker: Worker,
    contract: Contract,
    rows: Rows,
    *,
    others: Library | None = None,
    tell: Tell = nothing,
) -> Foreseen:
    """Learning curve, then shelf life. others: reference models, else those that are shipped."""
    known, promised = others or library.shipped(), _promise(contract, rows.training)
    curve = _curve(worker, rows.training, promised, known, tell)
    if isinstance(curve, Outlook):
        told, now = prospects.prospects(curve, promised, there=len(rows.training.rows)), curve
    else:
        told, now = _no_curve(curve, promised), None
    aged = ages(worker, contract, rows, known, tell)
    return Foreseen(
        (*told, *aged.evidence),
        aged.foresight,
        expected.expected(promised, now, aged.life, aged.days),
        now.chance if now else None,
        aged.retrainings,
    )


def _promise(contract: Contract, training: Training) -> Promise:
    return promise(contract, coded(training.label, training.task))


def _curve(
    worker: Worker, training: Training, promised: Promise, others: Library, tell: Tell
) -> Outlook | Broken:
    try:
        curve = learning.learning(worker, training, scale=promised.scale, tell=tell)
    except Broken as error:
        return error
    return outlook(
        curve,
        None if promised.bound is None else 1 - promised.bound,
        records=min(len(training.rows), learning.MOST),
        calibration=library.calibration(others),
        seed=training.seed,
    )


def _no_curve(error: Broken, promised: Promise) -> Iterator[Evidence]:
    said, subject = f"not made: {error}", promised.scale.metric
    yield finding(prospects.CURVE, subject, "nested parts of the rows", note=said)
    yield prospects.untold(promised, said)


def ages(worker: Worker, contract: Contract, rows: Rows, others: Library, tell: Tell) -> Aged:
    """Shelf life alone."""
    try:
        plan = backtests.plan(rows.when)
    except Broken as error:
        note = f"not made: {error}"
        return Aged((finding(SHELF, SHELF, "backtest by real fits", note=note),))
    promised = _promise(contract, rows.training)
    scale, folder = promised.scale, rows.kept / promised.scale.metric
    whole = backtests.backtest(worker, rows.training, plan, kept=folder, scale=scale, tell=tell)
    level = matrices.level(whole, whole.periods - 1)
    bound = promised.least(level)
    life = lasting.life(whole, bound, others, seed=rows.training.seed)
    renewal = _renewal(contract, rows, promised, plan, level)
    missed = contract.watch.false_alarms if promised.limit else None
    terms = Terms(promised, bound, plan.days, renewal, missed)
    told = lasting.lasting(whole, life, terms, others=len(others.series))
    foresight = _foresight(rows.training, plan, promised, bound, life, len(others.series))
    return Aged(tuple(told), foresight, life, plan.days, _retrainings(whole, life, terms))


def _foresight(
    training: Training, plan: Plan, promised: Promise, bound: float, life: ShelfLife, others: int
) -> Foresight | None:
    if life.forecast is None:
        return None
    return Foresight(
        task=training.task,
        measure=promised.scale.measure,
        constant=promised.scale.constant,
        bound=bound,
        days=plan.days,
        seed=training.seed,
        others=others,
        grade=life.grade,
        seen=life.seen,
        forecast=kept.kept(life.forecast),
        begins=plan.begins,
        promise=promised.words,
    )


def _renewal(
    contract: Contract, rows: Rows, promised: Promise, plan: Plan, level: float
) -> Renewal:
    days = max(float(np.ptp(rows.when)) / DAY, 1.0)
    return renewing.renewal(
        contract,
        promised.scale,
        coded(rows.training.label, rows.training.task),
        skill=level - promised.scale.no_skill,
        decisions=len(rows.when) / days * plan.days,
    )


def _retrainings(whole: Backtest, life: ShelfLife, terms: Terms) -> float | None:
    if life.forecast is None:
        return None
    return lasting.a_month(lasting.cheapest(whole, terms.renewal.costs), terms.days)
