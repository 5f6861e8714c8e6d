"""One look at a live model: windows into evidence, evidence into findings."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from mainstay.bundle import runtime
from mainstay.bundle.runtime import Runtime
from mainstay.core.nouns import Evidence, Verdict, Window
from mainstay.data import live
from mainstay.data.observation import Observed
from mainstay.data.source import Once
from mainstay.life.watch import (
    asked,
    beats,
    drift,
    earned,
    estimated,
    event,
    faults,
    flow,
    foretold,
    fresh,
    losses,
    maturity,
    realised,
    skewed,
    sources,
    units,
    vouched,
    windows,
)
from mainstay.life.watch.drift import Drift
from mainstay.life.watch.faults import Judged
from mainstay.life.watch.maturity import Settled
from mainstay.life.watch.order import Finding, Order, Profiled, Watched
from mainstay.life.watch.pairs import Paired
from mainstay.life.watch.realised import Answers

_ORDER = {Verdict.FAIL: 0, Verdict.UNSURE: 1, Verdict.PASS: 2, None: 3}


def watched(order: Order) -> Watched:
    """Everything there is to say of the champion as of now; nothing after it is read.

    Raises Missing for a bundle or snapshot that is gone, Broken for one that was changed.
    """
    order.places.work.mkdir(parents=True, exist_ok=True)
    order, champion = order._replace(once=Once()), order.champion
    opened = runtime.opened(
        order.places.bundle(champion.bundle),
        order.places.environments,
        expected=champion.bundle,
        version=champion.name,
        tables=False,
    )
    try:
        every = live.decisions(order.table, order.labels, order.contract, order.span, order.now)
        whole = every.cache()
        order = asked.plain(order._replace(joined=whole, whole=whole))
        ripe = maturity.settled(order)
        order = order._replace(joined=maturity.ripe(order, ripe))
        looked = sources.observed(order)
        order = order._replace(unfit=looked.unfit)
        order, told = _labelled(order, opened, ripe)
        with fresh.fitting(order, opened) as paired:
            found = _watched(order, opened, paired, told, looked)
            return found._replace(changed=looked.changed)
    finally:
        opened.close()


class _Told(NamedTuple):
    """What is known of the labels themselves. answers: with those that count, and are like any

    others; weighed: those that goals are judged on, and how they were come by, see asked.
    """

    ripe: Settled
    judged: Judged | None
    answers: Answers | None
    weighed: tuple[Answers | None, str]


def _labelled(order: Order, opened: Runtime, ripe: Settled) -> tuple[Order, _Told]:
    """What is told, and the order without labels that do not count."""
    order.tell("judging the answers whose labels are known")
    answers = realised.answers(order, opened, order.pooled)
    mature = Window(order.pooled.since, ripe.until)
    judged = faults.judged(order, answers, mature)
    order = faults.aside(order, judged)
    if judged and judged.wrong:
        answers = realised.answers(order, opened, order.pooled)
    return order, _Told(ripe, judged, answers, asked.weighed(order, opened, ripe, answers))


def _watched(
    order: Order,
    opened: Runtime,
    paired: Callable[[], Paired | None],
    told: _Told,
    looked: Observed,
) -> Watched:
    order.tell("profiling the new windows")
    made = windows.profiled(order, opened.manifest)
    every = (*order.earlier, *made)
    declared = units.units(opened.manifest)
    moved = units.moves(every, declared) if every else ()
    broke = order.event or event.broken(order, opened.manifest, every, moved)
    moved = units.believed(moved, broke, declared)
    ripe, labelled, answers, weighed = told
    goals = tuple(realised.realised(order, *weighed))
    guessed = estimated.estimates_of(order, opened, answers)
    open_goals = tuple(estimated.evidence(order, guessed)) if guessed else ()
    order.tell("comparing with the training windows")
    lost = (*losses.losses(order, guessed, _of(order, every)), *faults.rate(labelled))
    drifts = tuple(drift.drifts(order, opened.manifest, every, moved, lost))
    flows, money = tuple(flow.flow(order, every)), earned.earned(order)
    seen = skewed.evidence(order, opened.manifest)
    came = tuple(foretold.came(order, opened, ripe))
    pair = paired()
    shown = (*(drift.evidence(order, one) for one in drifts), *beats.evidence(order, every, drifts))
    silos = (*sources.evidence(order, looked), *seen, *flows)
    arrived = (*maturity.evidence(order, ripe), *faults.evidence(order, labelled))
    evidence = (*goals, *open_goals, *shown, *silos, *arrived)
    newest = realised.newest(order, answers, made[0].window.since) if answers and made else None
    judged = (*goals, *open_goals, *realised.as_goal(order, newest))
    unforeseen = event.event(order, opened, broke, judged)
    found = (
        *units.findings(order, opened.manifest, made or every[-1:], moved),
        *sources.findings(order, looked),
        *skewed.findings(order, seen),
        *flow.findings(order, flows),
        *maturity.findings(ripe),
        *faults.findings(labelled),
        *(estimated.findings(order, guessed) if guessed else ()),
        *_drifted(order, drifts, goals),
        *vouched.open_(order.vouched, beats.findings(order, drifts)),
        *filter(None, [unforeseen]),
    )
    compared = fresh.compared(order, (*order.paired, *filter(None, [pair])), every)
    ordered = tuple(sorted(evidence, key=lambda one: _ORDER[one.verdict]))
    spells = tuple(fresh.spells(order, pair)) if pair else ()
    last = guessed.audited if guessed else None, unforeseen, came
    return Watched(made, pair, money, ordered, found, compared, newest, spells, *last)


def _of(order: Order, every: tuple[Profiled, ...]) -> tuple[Window, ...]:
    """The windows of the champion."""
    return tuple(one.window for one in every if one.version == order.champion.name)


def _drifted(
    order: Order, drifts: tuple[Drift, ...], goals: tuple[Evidence, ...]
) -> Iterator[Finding]:
    hurts = any(one.verdict is Verdict.FAIL for one in goals)
    for one in drifts:
        found = drift.finding(order, one, hurts=hurts)
        if found:
            yield found
