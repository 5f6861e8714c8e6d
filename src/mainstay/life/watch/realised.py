"""What the answers turned out to be worth, where labels are known."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

import ibis.expr.types as ir
import numpy as np
from msgspec import structs

from mainstay.bundle.runtime import Runtime
from mainstay.contract.goals import Goal
from mainstay.contract.metrics import MEASURES, VALUE
from mainstay.core.columns import Text
from mainstay.core.entries import ABSTAINED
from mainstay.core.nouns import Estimate, Evidence, Verdict, Window, known
from mainstay.core.typed import TEXT
from mainstay.data import live
from mainstay.data import rows as data_rows
from mainstay.data.expression import constant
from mainstay.data.records import FLAGS, OUTCOME, VERSION
from mainstay.life.watch.order import Order
from mainstay.stats import bootstrap, enough, sampling
from mainstay.stats.blockwise import Statistic
from mainstay.trainer.measures import of_scores, statistic
from mainstay.trainer.scored import (
    MICROSECONDS_A_DAY,
    Abstained,
    Codes,
    Floats,
    Scored,
    numbers,
    scored,
)

FEWEST = 200
"""Labelled answers below which no estimate is given: roc_auc of 100 rows reaches 0.1 each way."""
WORTH = FEWEST / 2
"""So many that count alike weighted ones must be worth."""
WEIGHT = "mainstay_weight"
REPEATS = 400
METHOD = f"block bootstrap over days and entities, {REPEATS} resamples, 95 %"


class Answers(NamedTuple):
    """Labelled answers of one version over a stretch; by_model: places of those of the model.

    weight: how many answers each stands for, (rows,). person, abstained: which a person decided,
    and which the baseline because the model abstained, (rows,); the others are the baseline's for
    other reasons. decided: as answered. unlabelled: answers whose label never came; immature: may
    still come.
    """

    window: Window
    rows: Scored
    weight: Floats
    by_model: Codes
    person: Abstained
    abstained: Abstained
    unlabelled: int
    immature: int


class Part(NamedTuple):
    """Some of the answers: what a metric takes, and the blocks of its rows."""

    label: Floats
    score: Floats
    decided: Floats
    ruled: Floats
    weight: Floats
    blocks: tuple[Codes, ...]
    payoffs: Floats | None = None


def answers(order: Order, runtime: Runtime, window: Window) -> Answers | None:
    """The answers of the champion in a window; None where no label is known yet."""
    table = ours(order, window)
    (found,) = live.counts(table, order.contract, (window,), order.now)
    if not found.labelled:
        return None
    rows = scored(labelled(table, order), order.contract, runtime)
    return told(window, rows, found.unlabelled, found.immature)


def told(window: Window, rows: Scored, unlabelled: int, immature: int) -> Answers:
    """Who decided each of these rows, and what; the counts are of those that are not among them.

    Rows count alike unless a column WEIGHT says otherwise.
    """
    by_model, person = _told(rows, OUTCOME, "model"), _told(rows, OUTCOME, live.PERSON)
    given = rows._replace(decided=np.where(by_model, rows.decided, rows.ruled))
    weight = rows.columns.get(WEIGHT)
    return Answers(
        window=window,
        rows=given,
        weight=np.ones(len(rows.label)) if weight is None else numbers(weight),
        by_model=np.flatnonzero(by_model),
        person=person,
        abstained=_told(rows, FLAGS, ABSTAINED) & ~person,
        unlabelled=unlabelled,
        immature=immature,
    )


def ours(order: Order, window: Window) -> ir.Table:
    """Decisions of a window that the champion answered."""
    return within(order, order.decided(window), window)


def within(order: Order, table: ir.Table, window: Window) -> ir.Table:
    """The same of decisions that are joined otherwise."""
    some = data_rows.within(table, order.contract.data.decisions.time, window)
    return some.filter(some[VERSION] == constant(order.champion.name, TEXT))


def labelled(table: ir.Table, order: Order) -> ir.Table:
    """Answers with a known label, in the order of their key."""
    label, key = order.contract.data.label.column, order.contract.data.decisions.key
    kept = table.filter(table[label].notnull(), table[OUTCOME] != live.REJECTED)
    return kept.order_by(key)


def realised(order: Order, found: Answers | None, how: str = "") -> Iterator[Evidence]:
    """Every goal of the contract, on the labelled answers of the newest windows.

    how: how these were come by, where they are not what came by itself.
    """
    for goal in order.contract.objective.good_enough:
        one = _goal(order, goal, found)
        yield structs.replace(one, population=how) if how else one


def newest(order: Order, found: Answers, since: datetime) -> Estimate | None:
    """The first metric of the goals on the answers decided since then; None where it is unknown.

    Half days are drawn, as a week has too few days: what whole days share is not in the interval.
    """
    moments = numbers(found.rows.columns[order.contract.data.decisions.time])
    at = moments[places(found, order.metric)]
    chosen = np.flatnonzero(at >= since.timestamp() * 1e6)
    if len(chosen) < FEWEST:
        return None
    halves = at[chosen] // (MICROSECONDS_A_DAY // 2)
    whole = part(found, order.metric)
    some = Part(
        label=whole.label[chosen],
        score=whole.score[chosen],
        decided=whole.decided[chosen],
        ruled=whole.ruled[chosen],
        weight=whole.weight[chosen],
        blocks=(np.unique(halves, return_inverse=True)[1],),
        payoffs=None if whole.payoffs is None else whole.payoffs[chosen],
    )
    measure, unit = _statistic(order, order.metric, some)
    seed = order.contract.train.seed
    return known(bootstrap.estimate(measure, some.blocks, seed=seed, repeats=REPEATS, unit=unit))


def as_goal(order: Order, newest: Estimate | None) -> Iterator[Evidence]:
    """The newest estimate beside its limit, where there is one and the metric has a goal."""
    stated = order.contract.objective.good_enough
    goal = next((one for one in stated if one.metric == order.metric), None)
    if newest and goal:
        yield Evidence(
            clause=f"newest, {goal.metric}",
            subject=order.champion.name,
            population="labelled answers of the new windows",
            method=METHOD,
            window=order.pooled,
            estimate=newest,
            limit=goal.limit,
            verdict=goal.limit.judge(newest),
        )


def part(found: Answers, metric: str) -> Part:
    """The answers that a metric speaks of: of the model; for money all, as they were given.

    Where the model abstains a person is given its score, and the baseline's decision is given.
    """
    rows, at = found.rows, places(found, metric)
    blocks = (rows.day[at], rows.entity[at])
    said = rows.score[at], rows.decided[at], rows.ruled[at]
    payoffs = None if rows.payoffs is None else rows.payoffs[at]
    return Part(rows.label[at], *said, found.weight[at], blocks, payoffs)


def places(found: Answers, metric: str) -> Codes:
    """Of the answers that a metric speaks of, see `part`."""
    if metric in VALUE:
        return np.flatnonzero(~found.person)
    some = found.person if of_scores(metric) else found.abstained
    return np.union1d(found.by_model, np.flatnonzero(some))


def _told(rows: Scored, column: str, word: str) -> Abstained:
    """Which rows say a word there, one a line."""
    said = rows.columns[column]
    assert isinstance(said, Text), "outcomes and flags are text"
    return np.array([*(word in level.split("\n") for level in said.levels), False])[said.codes]


def _goal(order: Order, goal: Goal, found: Answers | None) -> Evidence:
    some = part(found, goal.metric) if found else None
    if found is None or some is None or not _enough(some):
        return _evidence(order, goal, found, None)
    measure, unit = _statistic(order, goal.metric, some)
    seed, reach = order.contract.train.seed, MEASURES[goal.metric]
    estimate = bootstrap.estimate(measure, some.blocks, seed=seed, repeats=REPEATS, unit=unit)
    return _evidence(order, goal, found, bootstrap.within(estimate, reach.low, reach.high))


def _statistic(order: Order, metric: str, some: Part) -> tuple[Statistic, str]:
    measure, unit = statistic(metric, some, order.contract)
    alike = (some.weight == 1).all()
    return measure if alike else sampling.Weighed(measure, some.weight), unit


def _enough(some: Part) -> bool:
    return len(some.label) >= FEWEST and sampling.worth(some.weight) >= WORTH


def _evidence(
    order: Order, goal: Goal, found: Answers | None, estimate: Estimate | None
) -> Evidence:
    verdict = goal.limit.judge(estimate) if estimate else Verdict.UNSURE
    return Evidence(
        clause=f"realised, {goal.metric}",
        subject=order.champion.name,
        population=_population(goal.metric, found),
        method=METHOD,
        window=found.window if found else order.pooled,
        estimate=known(estimate) if estimate else None,
        limit=goal.limit,
        verdict=verdict,
        note=_note(goal, found, estimate, verdict),
    )


def _population(metric: str, found: Answers | None) -> str:
    """Which answers are in, and which are not."""
    if found is None:
        return "labelled live decisions"
    people, told = int(found.person.sum()), len(places(found, metric))
    every, model = len(found.rows.label) - people, len(found.by_model)
    who = f"{every:,} labelled answers, {every - model:,} of them the baseline's"
    if metric not in VALUE:
        out = len(found.rows.label) - told - (0 if of_scores(metric) else people)
        who = f"{told:,} labelled answers of the model; {out:,} by the baseline are out"
    left = f"; {people:,} decided by a person" if people else ""
    return f"{who}{left}; {found.unlabelled:,} never labelled, {found.immature:,} too young"


def _note(goal: Goal, found: Answers | None, estimate: Estimate | None, verdict: Verdict) -> str:
    if estimate is None:
        some = part(found, goal.metric) if found else None
        rows = len(some.label) if some else 0
        if some and rows >= FEWEST:
            alike = sampling.worth(some.weight)
            return f"{rows} labels asked for are worth {alike:.0f}, {WORTH:.0f} are needed"
        return f"{rows} labelled answers, {FEWEST} are needed for any estimate"
    if verdict is Verdict.FAIL:
        return f"short by {abs(estimate.value - goal.limit.bound):.3g}"
    more = enough.more_rows(estimate, goal.limit.bound)
    if verdict is Verdict.UNSURE:
        sure = np.isfinite(more)
        return f"about {more:,.0f} more answers would decide" if sure else "too few days"
    return ""
