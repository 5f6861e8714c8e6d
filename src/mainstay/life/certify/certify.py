"""Every gate of a version on its held-out rows; nothing is opened without a registration.

What no clause asks for is only measured while every gate before it holds: a refusal needs no
simpler models, and its inputs need not be spoilt.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import ibis.expr.types as ir
import msgspec
import numpy as np

from mainstay.bundle import layout, runtime, unseen
from mainstay.bundle.parity import Proof
from mainstay.bundle.runtime import Runtime
from mainstay.contract.document import Document
from mainstay.core import clock
from mainstay.core.answers import worst
from mainstay.core.errors import Broken
from mainstay.core.nouns import Evidence, ModelVersion, Verdict
from mainstay.core.places import Places
from mainstay.data import engine, reading, rows, snapshot
from mainstay.data.profile import Profile
from mainstay.data.rows import Rows
from mainstay.data.source import Reader
from mainstay.life.certify import (
    again,
    champion,
    gates,
    generalising,
    held_out,
    newcomers,
    proving,
    recent,
    registration,
    robust,
    simplest,
)
from mainstay.life.certify.champion import Bout, Champion
from mainstay.life.certify.details import Beside, Details, details
from mainstay.life.certify.fairness import fairness
from mainstay.life.certify.found_slices import Searched, found_slices
from mainstay.life.certify.gates import Asked
from mainstay.life.certify.held_out import HeldOut, Opening
from mainstay.life.certify.proving import Proved
from mainstay.life.certify.registration import Registration
from mainstay.life.certify.robust import Shaken
from mainstay.life.certify.simplest import Ladder
from mainstay.life.certify.slices import Judged, slices
from mainstay.life.certify.steps import Steps
from mainstay.seal.waiver import Waiver
from mainstay.trainer.scored import Floats

WARM_UP = 50


class Order(NamedTuple):
    """Which version is judged, under which registration, as of when; tell is told each step.

    proved: what an earlier judgement of the same bundle proved of it. waivers: in force, each of
    which excuses a gate as a person saw it. champion: the live version, where it is another.
    """

    document: Document
    places: Places
    version: ModelVersion
    registration: Registration | None
    now: datetime
    proved: Proved | None = None
    waivers: tuple[Waiver, ...] = ()
    champion: Champion | None = None
    tell: Callable[[str], None] = lambda _: None


class Seen(NamedTuple):
    """Training rows and held-out ones, the latter in their order."""

    learned: ir.Table
    held: ir.Table


class Judgement(NamedTuple):
    """All evidence, the slices not covered, the rows it was judged on.

    gates: the evidence with a limit; what has none is a finding and gates nothing.
    details: for the page of a certificate or of a refusal. proved: for the next judgement of the
    same bundle. seconds: how long each step took.
    """

    evidence: tuple[Evidence, ...]
    not_covered: tuple[str, ...]
    held: HeldOut
    registration: Registration
    details: Details
    proved: Proved
    waivers: tuple[Waiver, ...] = ()
    seconds: Mapping[str, float] = MappingProxyType({})

    @property
    def waived(self) -> tuple[Evidence, ...]:
        """Gates that do not hold and are excused."""
        return _waived(self.evidence, self.waivers)

    @property
    def gates(self) -> tuple[Evidence, ...]:
        """What has a limit."""
        return tuple(one for one in self.evidence if one.limit is not None)

    def accepted(self, named: tuple[str, ...]) -> tuple[str, ...]:
        """Unsure gates that the contract named; `slices` names `slices, carrier = EV` too."""
        return tuple(one.clause for one in self.evidence if _is_accepted(one, named))

    def verdict(self, named: tuple[str, ...]) -> Verdict:
        """Of the whole, without the unsure gates that the contract accepts and what is waived."""
        return _verdict(self.evidence, self.waivers, named)


def certified(order: Order) -> Judgement:
    """Opens the held-out rows once and judges every gate.

    Raises Refused without a registration, Conflict for a contract changed since, Broken where a
    gate that the contract must state is absent, Unsure where no label is known yet.
    """
    version = order.version
    stated = registration.checked(
        order.registration, contract=order.document.digest, version=version.name
    )
    _refuse_without_goal(order)
    folder = order.places.bundle(version.bundle)
    opened = runtime.opened(
        folder, order.places.environments, expected=version.bundle, version=version.name
    )
    steps = Steps(order.tell)
    try:
        made = _judged(order._replace(tell=steps), stated, opened)
    finally:
        opened.close()
    return made._replace(seconds=steps.ended())


def _refuse_without_goal(order: Order) -> None:
    if not order.document.contract.objective.good_enough:
        finding = order.document.finding(("objective",), "objective.good_enough is not stated")
        raise Broken(
            f"nothing says how good is good enough: {finding}",
            hint="for example  good_enough: [{metric: roc_auc, at_least: 0.7}]",
        )


def _judged(order: Order, stated: Registration, opened: Runtime) -> Judgement:
    contract, version = order.document.contract, order.version
    order.places.work.mkdir(parents=True, exist_ok=True)
    case = proving.Case(version, contract, order.places, opened, order.proved)
    with proving.replaying(case) as replay, ThreadPoolExecutor(1, "cut") as beside:
        order.tell("opening the held-out rows")
        reader = reading.reader(contract, order.places)
        assembled = _assembled(order, stated, reader)
        also = champion.columns(order.champion, order.places)
        opening = Opening(contract, opened, order.places, reader.here.engine, also)
        held = held_out.held_out(opening, assembled, stated.hold_out)
        asked = Asked(contract, held, version.name, contract.train.seed, stated.attempt)
        trained = version.datasets[0].window or held.window
        proof = beside.submit(
            proving.proved, case, replay.result, reader, assembled, trained, order.now
        )
        found, groups, resampled = _resampled(order, asked)
        counted = (*gates.looks(asked), *gates.stopped(asked))
        rivals, beside_gates = _tried(order, asked, opened, (*resampled, *counted))
        order.tell("cutting the sources at a random time and replaying golden rows")
        proved = proof.result()
    every = (*resampled, *rivals, *counted, *_proofs(order, asked, opened, proved))
    order.tell("tables of the page")
    shown = details(asked, opened.manifest, beside_gates._replace(found=found.found))
    return Judgement(every, groups.not_covered, held, stated, shown, proved, order.waivers)


def _resampled(order: Order, asked: Asked) -> tuple[Searched, Judged, tuple[Evidence, ...]]:
    """What resampling days and entities says: slices found and declared, and all evidence."""
    profile = _profile(order.places.bundle(order.version.bundle))
    order.tell("goals")
    goals = tuple(gates.goals(asked))
    order.tell("declared slices")
    groups = slices(asked)
    order.tell("searching slices")
    found = found_slices(asked, profile)
    order.tell("fairness and calibration")
    others = (*fairness(asked, profile), *gates.calibrated(asked))
    return found, groups, (*goals, *groups.evidence, *found.evidence, *others)


def _holds(order: Order, some: tuple[Evidence, ...]) -> bool:
    """Whether all of it holds, is excused, or is unsure and was accepted before."""
    named = order.document.contract.certify.accept_unsure
    return _verdict(some, order.waivers, named) is Verdict.PASS


def _verdict(
    some: tuple[Evidence, ...], waivers: tuple[Waiver, ...], named: tuple[str, ...]
) -> Verdict:
    waived = _waived(some, waivers)
    return worst(tuple(one for one in some if not _is_accepted(one, named) and one not in waived))


def _is_accepted(one: Evidence, named: tuple[str, ...]) -> bool:
    return one.verdict is Verdict.UNSURE and one.clause.partition(",")[0] in named


def _waived(some: tuple[Evidence, ...], waivers: tuple[Waiver, ...]) -> tuple[Evidence, ...]:
    return tuple(one for one in some if any(waiver.excuses(one) for waiver in waivers))


def _tried(
    order: Order, asked: Asked, opened: Runtime, before: tuple[Evidence, ...]
) -> tuple[tuple[Evidence, ...], Beside]:
    """The same rows by other versions and with errors, beside the engine that is at work."""
    own = engine.connect(order.places.work)
    try:
        table = snapshot.read(own, asked.held.dataset.digest, order.places.snapshots)
        learned = snapshot.read(own, order.version.datasets[0].digest, order.places.snapshots)
        order.tell("training rows again among the held-out ones")
        known = again.again(asked, opened, learned, table)
        rivals = (*again.evidence(asked, known), *_against_live(order, asked, opened, table))
        holds = _holds(order, (*before, *rivals))
        shaken = _shaken(order, asked, opened, table, holds=holds)
        ladder = _ladder(order, asked, opened, Seen(learned, table), holds=holds)
        tried = (
            *rivals,
            *(robust.evidence(asked, shaken) if shaken else ()),
            *(simplest.evidence(asked, ladder) if ladder else ()),
        )
        told = (
            (
                *newcomers.evidence(asked, known.met),
                *_generalising(order, asked, opened, learned),
            )
            if _holds(order, (*before, *tried))
            else ()
        )
    finally:
        own.disconnect()
    return (*tried, *told), Beside(shaken=shaken, ladder=ladder)


def _against_live(
    order: Order, asked: Asked, opened: Runtime, table: ir.Table
) -> tuple[Evidence, ...]:
    if order.champion is None:
        return ()
    order.tell(f"the same rows by {order.champion.name}")
    bout = Bout(asked, order.champion, order.places, table, opened.manifest.classes)
    return tuple(champion.compared(bout))


def _shaken(
    order: Order, asked: Asked, opened: Runtime, table: ir.Table, *, holds: bool
) -> Shaken | None:
    if not holds and asked.contract.certify.robust.harm is None:
        return None
    order.tell("errors of inputs through the guard")
    return robust.shaken(asked, opened, table)


def _ladder(
    order: Order, asked: Asked, opened: Runtime, seen: Seen, *, holds: bool
) -> Ladder | None:
    if not holds and asked.contract.certify.simplest.margin is None:
        return None
    order.tell("simpler models")
    made = simplest.compared(asked, opened, seen.learned, seen.held)
    size = simplest.size(order.places.bundle(order.version.bundle), opened.manifest)
    return msgspec.structs.replace(made, size=size)


def _generalising(
    order: Order, asked: Asked, opened: Runtime, learned: ir.Table
) -> tuple[Evidence, ...]:
    """Only of a version that holds so far: what falls short anyway needs no more evidence."""
    order.tell("training rows beside held-out and newest ones")
    promised = unseen.read(order.places.bundle(order.version.bundle))
    contract, since = order.document.contract, asked.held.window.until
    reader = reading.reader(contract, order.places)  # the other one is at work
    newest = recent.recent(contract, opened.manifest, reader, since=since, now=order.now)
    reading.ended(reader)
    return tuple(generalising.evidence(asked, opened, learned, promised, newest))


def _assembled(order: Order, stated: Registration, reader: Reader) -> Rows:
    since, until = stated.hold_out.since, stated.hold_out.until
    contract = order.document.contract
    return rows.assembled(contract, reader, since=since, until=until, now=order.now)


def _proofs(order: Order, asked: Asked, opened: Runtime, proved: Proved) -> Iterator[Evidence]:
    """Latency last of all work: nothing else runs beside it any more."""
    order.tell("latency of single rows")
    bundle = order.places.bundle(order.version.bundle)
    native = opened.manifest.engine.kind != "worker"
    yield from gates.latency(asked, _milliseconds(opened, asked.held.records))
    yield from gates.parity(asked, _proof(bundle), native=native)
    yield from gates.clean_room(asked, proved)
    yield from gates.time_travel(asked, proved, order.version.datasets[0].rows)


def _profile(bundle: Path) -> Profile:
    return msgspec.json.decode((bundle / layout.PROFILE).read_bytes(), type=Profile)


def _proof(bundle: Path) -> Proof:
    return msgspec.json.decode((bundle / layout.PARITY).read_bytes(), type=Proof)


def _milliseconds(opened: Runtime, records: tuple[bytes, ...]) -> Floats:
    """Time of each single answer, the first ones not counted."""
    bodies = [b'{"records":[' + record + b"]}" for record in records]
    taken = [_answered(opened, body) for body in (*bodies[:WARM_UP], *bodies)]
    return np.array(taken[min(WARM_UP, len(bodies)) :])


def _answered(opened: Runtime, body: bytes) -> float:
    began = clock.stopwatch()
    judged = opened.guard.judged(body)
    if isinstance(judged, list) and judged[0].outcome != "reject":
        opened.answer(judged[0])
    return (clock.stopwatch() - began) * 1000
