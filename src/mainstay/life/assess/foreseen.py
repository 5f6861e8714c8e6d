"""What a model of this kind would become, with more records and with age: by fits of its train().

A goal in ROC AUC is the bound. Any other goal is on another scale than the fits are scored on;
then nothing is said of its reach, and what is promised is KEPT of the skill of a fresh model.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mainstay.bundle.worker import Worker
from mainstay.contract.model import Contract
from mainstay.core.errors import Broken
from mainstay.core.nouns import Evidence
from mainstay.life.assess import lasting
from mainstay.life.assess.alone import Floats
from mainstay.life.assess.findings import finding
from mainstay.life.assess.foresight import Foresight
from mainstay.life.assess.lasting import SHELF, Terms
from mainstay.life.assess.prospects import CURVE, prospects
from mainstay.life.assess.seen import DAY
from mainstay.life.assess.worth import a_point
from mainstay.stats.forecasts import backtest as matrices
from mainstay.stats.forecasts import kept, library
from mainstay.stats.forecasts.backtest import Backtest
from mainstay.stats.forecasts.library import Library
from mainstay.stats.forecasts.outlook import outlook
from mainstay.stats.forecasts.shelf import ShelfLife
from mainstay.trainer import backtests, learning
from mainstay.trainer.backtests import Plan, Tell
from mainstay.trainer.fit import Training
from mainstay.trainer.skill import coded, constant_loss

KEPT = 0.9
"""Of the skill of a fresh model, where no goal says what is promised."""
COST = 0.05
"""Of a retraining, in periods of a fresh model's skill, where no money says what it costs."""
SKILL = {"binary": "roc_auc", "multiclass": "log loss saved", "regression": "error saved"}


class Rows(NamedTuple):
    """training: in the order of time; when: microseconds since 1970, (rows,).

    kept: a folder for what was fitted, of these rows and this code alone.
    """

    training: Training
    when: Floats
    kept: Path


class Foreseen(NamedTuple):
    """What was found, for a person; foresight: what a certificate ends by, None of grade D."""

    evidence: tuple[Evidence, ...]
    foresight: Foresight | None


def foreseen(
    worker: Worker,
    contract: Contract,
    rows: Rows,
    *,
    others: Library | None = None,
    tell: Tell = lambda _: None,
) -> Foreseen:
    """Learning curve, then shelf life. others: reference models, else those that are shipped."""
    known = others or library.shipped()
    records = tuple(_records(worker, contract, rows.training, known, tell))
    aged = ages(worker, contract, rows, known, tell)
    return Foreseen((*records, *aged.evidence), aged.foresight)


def _records(
    worker: Worker, contract: Contract, training: Training, others: Library, tell: Tell
) -> Iterator[Evidence]:
    subject, bound = SKILL[training.task], _bound(contract)
    try:
        curve = learning.learning(worker, training, tell=tell)
    except Broken as error:
        yield finding(CURVE, subject, "nested parts of the rows", note=f"not made: {error}")
        return
    found = outlook(
        curve,
        None if bound is None else 1 - bound,
        records=min(len(training.rows), learning.MOST),
        calibration=library.calibration(others),
        seed=training.seed,
    )
    yield from prospects(found, subject, there=len(training.rows))


def ages(worker: Worker, contract: Contract, rows: Rows, others: Library, tell: Tell) -> Foreseen:
    """Shelf life alone."""
    try:
        plan = backtests.plan(rows.when)
    except Broken as error:
        note = f"not made: {error}"
        return Foreseen((finding(SHELF, SHELF, "backtest by real fits", note=note),), None)
    whole = backtests.backtest(worker, rows.training, plan, kept=rows.kept, tell=tell)
    skill = matrices.level(whole, whole.periods - 1) - whole.no_skill
    bound, seed = _promised(contract, whole, skill), rows.training.seed
    life = lasting.life(whole, bound, others, seed=seed)
    told = lasting.lasting(
        whole,
        life,
        Terms(
            bound,
            plan.days,
            _renewing(contract, rows, plan.days, skill),
            None if _bound(contract) is None else contract.watch.false_alarms,
        ),
        others=len(others.series),
    )
    return Foreseen(tuple(told), _foresight(rows.training, plan, bound, life, len(others.series)))


def _foresight(
    training: Training, plan: Plan, bound: float, life: ShelfLife, others: int
) -> Foresight | None:
    if life.forecast is None:
        return None
    return Foresight(
        task=training.task,
        measure=SKILL[training.task],
        constant=constant_loss(training.task, coded(training.label, training.task)),
        bound=bound,
        days=plan.days,
        seed=training.seed,
        others=others,
        grade=life.grade,
        seen=life.seen,
        forecast=kept.kept(life.forecast),
        begins=plan.begins,
    )


def _promised(contract: Contract, whole: Backtest, skill: float) -> float:
    bound = _bound(contract)
    return whole.no_skill + KEPT * skill if bound is None else bound


def _renewing(contract: Contract, rows: Rows, days: int, skill: float) -> float:
    """What a new version costs, in score x periods: by the money of the contract where it says."""
    value, skilled = contract.objective.value, max(skill, 0.0) if np.isfinite(skill) else 0.0
    label = np.asarray(rows.training.label, dtype=np.float64)
    point = a_point(contract, float(label.mean()), 0.5 + skilled) if value else None
    if value is None or not value.per_retrain or not point:
        return COST * skilled
    a_day = len(rows.when) / max(float(np.ptp(rows.when)) / DAY, 1.0)
    return -value.per_retrain / (point * a_day * days)


def _bound(contract: Contract) -> float | None:
    """The strictest goal in ROC AUC."""
    goals = [one.limit.bound for one in contract.objective.good_enough if one.metric == "roc_auc"]
    return max(goals, default=None)
