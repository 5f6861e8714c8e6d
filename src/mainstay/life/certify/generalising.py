"""Whether a version holds on rows that nobody learned from: from training rows to held-out ones.

Three scores of the first goal: of rows the version learned from, of training rows out of fold, of
held-out rows. From the first to the second is what it memorised, from the second to the third what
new rows cost. What a larger model would still gain, and how far held-out rows are other rows, say
why.
"""

from collections.abc import Iterator
from typing import NamedTuple

import ibis.expr.types as ir
import msgspec
import numpy as np

from mainstay.bundle.runtime import Runtime
from mainstay.contract.metrics import MEASURES, Metric
from mainstay.core.nouns import Estimate, Evidence, Limit, known
from mainstay.life.certify import larger, unlike
from mainstay.life.certify.differences import Both, differences
from mainstay.life.certify.gates import Asked, judged
from mainstay.life.certify.held_out import HeldOut
from mainstay.life.certify.learned_rows import LearnedRows, learned_rows
from mainstay.life.certify.recent import Recent
from mainstay.stats import apart, bootstrap
from mainstay.stats.bootstrap import FEWEST_BLOCKS
from mainstay.stats.sampling import Weighed
from mainstay.stats.sampling import worth as alike
from mainstay.trainer.measures import statistic
from mainstay.trainer.scored import Floats

CLAUSE = "generalises"
REPEATS = 500
METHOD = "out of fold on training rows less held out; block bootstraps over days and entities, 95 %"
PAIRED = "learned less out of fold on the same training rows, block bootstrap, 95 %"
WEIGHTED = "out of fold, each row by how much oftener its like is there; block bootstrap, 95 %"
OLDER = "cannot tell: the bundle was built before scores out of fold were kept; build again"


class Compared(NamedTuple):
    """The first goal out of fold, and the same where rows are weighed to be like held-out ones."""

    metric: Metric
    promised: Estimate
    weighed: Estimate
    worth: float


def evidence(
    asked: Asked, opened: Runtime, learned: ir.Table, promised: Floats | None, newest: Recent
) -> Iterator[Evidence]:
    """Gates where `certify.generalises` states a limit, else findings.

    learned: the training rows. promised: their scores out of fold, None for an older bundle.
    """
    if promised is None:
        yield from _cannot_tell(asked)
        return
    rows = learned_rows(asked, opened, learned, promised)
    told = unlike.told(asked, rows)
    found = compared(asked, rows, told.weight)
    yield memorised(asked, found.metric, rows)
    yield later(asked, found)
    yield larger.gained(asked, opened.manifest, rows)
    yield unlike.evidence(asked, rows, told)
    yield weighed(asked, rows, found, unlike.CLAUSE, "the held-out ones")
    yield from since_then(asked, rows, newest)


def compared(asked: Asked, rows: LearnedRows, weight: Floats) -> Compared:
    """weight: of each training row, see stats.apart."""
    metric = asked.contract.objective.good_enough[0].metric
    some = np.flatnonzero(rows.unseen.told_by(metric))
    unseen, heavy = rows.unseen.of(some), weight[some]
    measure, unit = statistic(metric, unseen, asked.contract)
    promised, like_held = (
        bootstrap.estimate(one, unseen.blocks, seed=asked.seed, repeats=REPEATS, unit=unit)
        for one in (measure, Weighed(measure, heavy))
    )
    return Compared(metric, promised, like_held, alike(heavy))


def memorised(asked: Asked, metric: Metric, rows: LearnedRows) -> Evidence:
    """How much better rows are known that were learned from: no fault where new ones hold too."""
    told = np.flatnonzero(rows.seen.told_by(metric) & rows.unseen.told_by(metric))
    both = Both(rows.seen.of(told), rows.unseen.of(told))
    (gain,) = differences(asked, metric, [both], REPEATS)
    note = "rows that were learned from are known better by this; no fault in itself"
    return finding(asked, f"{CLAUSE}, memorised", gain, PAIRED, rows, note)


def later(asked: Asked, found: Compared) -> Evidence:
    """What the first goal loses on rows that are new: more than chance, and more than agreed?"""
    held = asked.held.measured(found.metric)
    now = _held(asked, found.metric, held)
    sign = 1 if MEASURES[found.metric].better == "more" else -1
    lost = _signed(apart.difference(found.promised, now), sign)
    most = asked.contract.certify.generalises.worse_by
    note = _said(found, now, lost)
    clause = f"{CLAUSE}, {found.metric}"
    if most is None:
        return finding(asked, clause, lost, METHOD, None, note)
    one = judged(asked, clause, lost, Limit("at_most", most), METHOD, note)
    return msgspec.structs.replace(one, population=asked.held.population(found.metric))


def since_then(asked: Asked, rows: LearnedRows, newest: Recent) -> Iterator[Evidence]:
    """How far the newest decisions are other rows than training rows, and what that comes to.

    Findings: nobody knows their labels. Nothing of a period without decisions.
    """
    if not newest.days:
        return
    clause = f"{unlike.CLAUSE}, newest {newest.days} days"
    if newest.days < FEWEST_BLOCKS:
        note = f"cannot tell yet: at least {FEWEST_BLOCKS} days since the hold-out are needed"
        nothing = Estimate(np.nan, np.nan, np.nan, 0)
        yield finding(asked, clause, nothing, unlike.METHOD, rows, note)
        return
    count = len(newest.day)
    unlabelled = asked.held._replace(
        label=np.full(count, np.nan), columns=newest.columns, day=newest.day
    )
    told = unlike.told(asked._replace(held=unlabelled), rows)
    made = finding(asked, clause, told.strength, unlike.METHOD, rows, unlike.said(told))
    beside = f"{count:,} decisions since the hold-out beside {len(rows.unseen.label):,} trained on"
    yield msgspec.structs.replace(made, population=beside, window=newest.window)
    found = compared(asked, rows, told.weight)
    yield weighed(asked, rows, found, clause, f"those of the newest {newest.days} days")


def weighed(asked: Asked, rows: LearnedRows, found: Compared, clause: str, others: str) -> Evidence:
    """What training rows promise where they are weighed to be like others."""
    reach = MEASURES[found.metric]
    score = bootstrap.within(found.weighed, reach.low, reach.high)
    note = (
        f"if nothing but the mix of rows changed; {found.promised.n:,} rows are worth"
        f" {found.worth:,.0f} like {others}"
    )
    return finding(asked, f"{clause}, weighted {found.metric}", score, WEIGHTED, rows, note)


def finding(
    asked: Asked, clause: str, found: Estimate, method: str, rows: LearnedRows | None, note: str
) -> Evidence:
    """Without a limit. rows: the training rows it speaks of, if it does of them alone."""
    population = asked.held.population("log_loss")
    if rows is not None:
        population = f"{len(rows.unseen.label):,} of {rows.in_all:,} training rows out of fold"
    return Evidence(
        clause=clause,
        subject=asked.subject,
        population=population,
        method=method,
        window=asked.held.window,
        estimate=known(found),
        inputs=(asked.held.dataset.digest,),
        note=note,
    )


def _held(asked: Asked, metric: Metric, held: HeldOut) -> Estimate:
    measure, unit = statistic(metric, held, asked.contract)
    return bootstrap.estimate(measure, held.blocks, seed=asked.seed, repeats=REPEATS, unit=unit)


def _signed(one: Estimate, sign: int) -> Estimate:
    """What is lost is above 0, whichever way the metric runs."""
    low, high = sorted((sign * one.low, sign * one.high))
    return Estimate(sign * one.value, low, high, one.n, one.unit)


def _said(found: Compared, now: Estimate, lost: Estimate) -> str:
    """`out of fold 0.71, held out 0.69; no more than chance: it alone makes up to 0.02`"""
    chance = (lost.high - lost.low) / 2
    surely = "more than chance" if lost.low > 0 else "no more than chance"
    other = found.weighed.value
    return (
        f"out of fold {found.promised.value:.4g}, held out {now.value:.4g}: {surely}, which alone"
        f" makes {chance:.2g} either way; rows weighed to be like held-out ones promise {other:.4g}"
    )


def _cannot_tell(asked: Asked) -> Iterator[Evidence]:
    """What is stated stays unsure where nobody can tell."""
    stated = asked.contract.certify.generalises
    nothing = Estimate(np.nan, np.nan, np.nan, 0)
    metric = asked.contract.objective.good_enough[0].metric
    for name, most, method in (
        (f"{CLAUSE}, {metric}", stated.worse_by, METHOD),
        (larger.CLAUSE, stated.room, larger.METHOD),
        (unlike.CLAUSE, stated.told, unlike.METHOD),
    ):
        if most is not None:
            yield judged(asked, name, nothing, Limit("at_most", most), method, OLDER)
