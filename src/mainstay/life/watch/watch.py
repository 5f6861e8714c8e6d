"""One look at a live model: windows into evidence, evidence into findings."""

from collections.abc import Callable, Iterator

from mainstay.bundle import runtime
from mainstay.bundle.runtime import Runtime
from mainstay.core.nouns import Evidence, Verdict, Window
from mainstay.data import live
from mainstay.life.watch import (
    beats,
    drift,
    earned,
    estimated,
    event,
    flow,
    fresh,
    losses,
    maturity,
    realised,
    units,
    windows,
)
from mainstay.life.watch.drift import Drift
from mainstay.life.watch.maturity import Settled
from mainstay.life.watch.order import Finding, Order, Profiled, Watched
from mainstay.life.watch.pairs import Paired

_ORDER = {Verdict.FAIL: 0, Verdict.UNSURE: 1, Verdict.PASS: 2, None: 3}


def watched(order: Order) -> Watched:
    """Everything there is to say of the champion as of now; nothing after it is read.

    Raises Missing for a bundle or snapshot that is gone, Broken for one that was changed.
    """
    order.places.work.mkdir(parents=True, exist_ok=True)
    champion = order.champion
    opened = runtime.opened(
        order.places.bundle(champion.bundle),
        order.places.environments,
        expected=champion.bundle,
        version=champion.name,
        tables=False,
    )
    try:
        every = live.decisions(order.table, order.labels, order.contract, order.span, order.now)
        order = order._replace(joined=every.cache())
        ripe = maturity.settled(order)
        order = order._replace(joined=maturity.ripe(order, ripe))
        with fresh.fitting(order, opened) as paired:
            return _watched(order, opened, paired, ripe)
    finally:
        opened.close()


def _watched(
    order: Order, opened: Runtime, paired: Callable[[], Paired | None], ripe: Settled
) -> Watched:
    order.tell("profiling the new windows")
    made = windows.profiled(order, opened.manifest)
    every = (*order.earlier, *made)
    declared = units.units(opened.manifest)
    moved = units.moves(every, declared) if every else ()
    broke = order.event or event.broken(order, opened.manifest, every, moved)
    moved = units.believed(moved, broke, declared)
    order.tell("judging the answers whose labels are known")
    answers = realised.answers(order, opened, order.pooled)
    goals = tuple(realised.realised(order, answers))
    guessed = estimated.estimates_of(order, opened, answers)
    open_goals = tuple(estimated.evidence(order, guessed)) if guessed else ()
    order.tell("comparing with the training windows")
    lost = tuple(losses.losses(order, guessed, _of(order, every)))
    drifts = tuple(drift.drifts(order, opened.manifest, every, moved, lost))
    flows, money = tuple(flow.flow(order, every)), earned.earned(order)
    pair = paired()
    stretches = (*order.paired, *filter(None, [pair]))
    shown = (*(drift.evidence(order, one) for one in drifts), *beats.evidence(order, every, drifts))
    evidence = (*goals, *open_goals, *shown, *flows, *maturity.evidence(order, ripe))
    newest = realised.newest(order, answers, made[0].window.since) if answers and made else None
    judged = (*goals, *open_goals, *realised.as_goal(order, newest))
    unforeseen = event.event(order, opened, broke, judged)
    found = (
        *units.findings(order, opened.manifest, made or every[-1:], moved),
        *flow.findings(order, flows),
        *maturity.findings(ripe),
        *(estimated.findings(order, guessed) if guessed else ()),
        *_drifted(order, drifts, goals),
        *beats.findings(order, drifts),
        *filter(None, [unforeseen]),
    )
    compared = fresh.compared(order, stretches, every)
    ordered = tuple(sorted(evidence, key=lambda one: _ORDER[one.verdict]))
    spells = tuple(fresh.spells(order, pair)) if pair else ()
    audited = guessed.audited if guessed else None
    return Watched(made, pair, money, ordered, found, compared, newest, spells, audited, unforeseen)


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
