"""One version as it answers here: its runtime, its certificate, who is using it right now."""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

import msgspec

from mainstay.bundle import slices
from mainstay.bundle.encoder import Row, attribute
from mainstay.bundle.guard import Judgement, Rejection
from mainstay.bundle.manifest import Manifest
from mainstay.bundle.runtime import Answer, Matrix, Runtime, Said, given
from mainstay.core import clock
from mainstay.core.entries import ABSTAINED, ENGINE, EXPIRED, NAMED, REST
from mainstay.core.errors import Unavailable
from mainstay.life.serve.away import Away
from mainstay.life.serve.circuit import Circuit
from mainstay.life.serve.hearing import Hearing
from mainstay.life.serve.private import Private
from mainstay.seal.certificate import Certificate
from mainstay.seal.routing import Routing, Share

MODEL = "model"
"""Who decided, where the model did."""
Known = Sequence[Said | None] | None
"""What a model says of some rows; None where nobody has asked it yet."""


class Answered(msgspec.Struct, frozen=True, gc=False):
    """What one record gets; certificate: its short id, empty where none holds."""

    key: object
    decision: bool | float | str | None
    score: float
    decided_by: str
    version: str
    certificate: str
    flags: tuple[str, ...]
    covered: bool


class Silent:
    """The engine of a version that may not answer: its baseline does."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def scores(self, matrix: Matrix) -> Matrix:  # noqa: ARG002 - the protocol of engines
        """Raises Unavailable, always."""
        raise Unavailable(self.reason)

    def score(self, row: Sequence[float]) -> float:  # noqa: ARG002 - the protocol of engines
        """Raises Unavailable, always."""
        raise Unavailable(self.reason)

    def close(self) -> None:
        """Nothing is held."""


class Held:
    """A runtime that is closed when nobody needs it any more, and not before.

    checked: when golden rows were scored last, by the stopwatch; wrong: what was wrong with them.
    waiting: one for each request that waits for it.
    """

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.circuit = Circuit()
        self.checked, self.wrong = clock.stopwatch(), ""
        self.waiting: deque[None] = deque()  # several threads: its length needs no lock
        self._using, self._retired, self._closed = 0, False, False
        self._lock = threading.Lock()

    def taken(self) -> bool:
        """For one request, until `given`; False where it was closed already."""
        with self._lock:
            self._using += not self._closed
            return not self._closed

    def given(self) -> None:
        """A request that took it is done."""
        with self._lock:
            self._using -= 1
            if self._retired:
                self._end()

    @contextmanager
    def used(self) -> Iterator[bool]:
        """Taken for a block; False where it was closed already."""
        alive = self.taken()
        try:
            yield alive
        finally:
            if alive:
                self.given()

    def retire(self) -> None:
        """No request will come to it; it ends after those it has."""
        with self._lock:
            self._retired = True
            self._end()

    def _end(self) -> None:
        if not self._using and not self._closed:
            self._closed = True
            self.runtime.close()


class _Standing(NamedTuple):
    """What is asked of the runtime about a row; whether certificate and slice hold for it."""

    asked: Judgement
    holds: bool
    covered: bool


class Served(NamedTuple):
    """A share that is answered. certificate: None where none holds, and `reason` says why.

    short: how answers name the certificate. lenient: the model answers what is not covered too.
    resting: the entities are not the version's yet; its baseline answers them. named: the caller
    asked for this one of two. person: who decides while it rests, instead of its baseline.
    """

    share: Share
    held: Held
    certificate: Certificate | None
    entity: Callable[[Row], object]
    key: Callable[[Row], object]
    covered: Callable[[Row], bool]
    short: str = ""
    lenient: bool = True
    reason: str = ""
    resting: bool = False
    named: bool = False
    person: bool = False

    @property
    def away(self) -> bool:
        """Whether another process computes its scores, so that whoever asks may wait."""
        return isinstance(self.held.runtime.engine, Away) and not self.held.circuit.open

    def judged(self, body: bytes) -> list[Judgement] | Rejection:
        """What this version's guard finds in a request."""
        return self.held.runtime.guard.judged(body)

    def answer(self, judgement: Judgement, at: datetime) -> Answered:
        """By the model where share, certificate, slice and engine let it, else by the baseline.

        Raises ValueError for a rejected row, which has no answer.
        """
        standing = self._standing(judgement, at)
        return self._answered(judgement, standing, self.held.runtime.answer(standing.asked))

    def wanted(self, judgements: Sequence[Judgement], at: datetime) -> list[Row]:
        """The rows that its model is asked about, in order; none of these may be rejected."""
        standing = (self._standing(one, at).asked for one in judgements)
        return [given(one) for one in standing if one.outcome == "score"]

    def answers(
        self, judgements: Sequence[Judgement], at: datetime, known: Known = None
    ) -> list[Answered]:
        """Likewise of many rows, in order: the model is asked for all of them at once.

        known: what it says of those that are `wanted`, where it was asked before.
        """
        held = self.held
        plain = not (self.resting or self.named or held.circuit.flags or held.runtime.abstain)
        if not plain or any(one.reasons for one in judgements):
            return self._mixed(judgements, at, known)
        rows = list(map(given, judgements))
        holds = self.certificate is not None and at < self.certificate.not_after
        covered = list(map(self.covered, rows))
        if not holds or not (self.lenient or all(covered)):
            return self._mixed(judgements, at, known)
        said = known if known and len(known) == len(rows) else self.held.runtime.said(rows)
        if None not in said:
            return self.told(rows, said, covered)
        return [
            self.told([row], [found], [inside])[0] if found else self._unsaid(one, inside)
            for row, one, found, inside in zip(rows, judgements, said, covered, strict=True)
        ]

    def told(
        self, rows: Sequence[Row], said: Sequence[Said | None], covered: Sequence[bool]
    ) -> list[Answered]:
        """Of rows of which nothing but a score is to be told: 1 us each instead of 4."""
        version, short, key = self.held.runtime.version, self.short, self.key
        return [
            Answered(key(row), found[1], found[0], MODEL, version, short, (), inside)
            for row, found, inside in zip(rows, said, covered, strict=True)
            if found
        ]

    def _unsaid(self, judgement: Judgement, covered: bool) -> Answered:  # noqa: FBT001 - as it is
        standing = _Standing(judgement, holds=True, covered=covered)
        return self._answered(judgement, standing, self.held.runtime.worded(judgement, None))

    def _mixed(
        self, judgements: Sequence[Judgement], at: datetime, known: Known = None
    ) -> list[Answered]:
        standing = [self._standing(one, at) for one in judgements]
        said = self.held.runtime.answers([one.asked for one in standing], known)
        return list(map(self._answered, judgements, standing, said))

    def _standing(self, judgement: Judgement, at: datetime) -> _Standing:
        row = given(judgement)
        holds = self.certificate is not None and at < self.certificate.not_after
        covered = holds and self.covered(row)
        idle = self.resting or self.held.circuit.open
        if idle or not holds or not (covered or self.lenient):
            return _Standing(Judgement(row, "fallback", judgement.reasons), holds, covered)
        return _Standing(judgement, holds, covered)

    def _answered(self, judgement: Judgement, standing: _Standing, said: Answer) -> Answered:
        flags = (*said.flags, NAMED) if self.named else said.flags
        if not standing.holds:
            flags = (*flags, EXPIRED)
        elif self.resting and judgement.outcome == "score":
            flags = (*flags, REST)
        elif self.held.circuit.flags:
            flags = (*flags, *self.held.circuit.flags)
        elif standing.asked.outcome == "score" and said.decided_by == "baseline":
            flags = flags if ABSTAINED in flags else (*flags, ENGINE)
        decision, by = (None, "person") if self.person else (said.decision, said.decided_by)
        return Answered(
            self.key(given(judgement)), decision, said.score, by, said.version,
            self.short if standing.holds else "", flags, standing.covered,
        )  # fmt: skip

    def silenced(self, at: datetime | None) -> str:
        """Why its model does not answer at a time, empty where it does."""
        if self.certificate and at and at >= self.certificate.not_after:
            return f"the certificate of {self.share.version} has expired"
        engine = self.held.runtime.engine
        if isinstance(engine, Away) and not engine.alive:
            return str(self.held.runtime.failure or "the model's process is not running")
        return self.held.circuit.open or self.reason


class Aside(NamedTuple):
    """A version that scores after the answer, and what is written of its rows."""

    one: Served
    private: Private | None


class Table(NamedTuple):
    """Everything a request needs to know, swapped as one. limits: see routing.bounds.

    ack: whether an answer goes only when it is safe on disk. private: what is written otherwise.
    standby: the version that was live before, where it answers for the champion when that cannot.
    trial: what hears of every answer while there is a canary. recalled: why the canary gets none.
    aside: the shadow, which answers nobody.
    """

    routing: Routing
    served: tuple[Served, ...]
    limits: tuple[int, ...]
    ack: bool = False
    private: Private | None = None
    standby: Served | None = None
    trial: Hearing | None = None
    recalled: str = ""
    aside: Aside | None = None

    @property
    def answering(self) -> tuple[Served, ...]:
        """Those that are routed, without a canary that was recalled."""
        return self.served[:1] if self.recalled else self.served

    @property
    def everyone(self) -> tuple[Served, ...]:
        """Those that are routed and those that stand beside."""
        beside = self.standby, self.aside.one if self.aside else None
        return (*self.served, *(one for one in beside if one))

    def taken(self) -> bool:
        """All its runtimes for one request, until `given`; False where one was closed already."""
        for at, one in enumerate(self.served):
            if not one.held.taken():
                for other in self.served[:at]:
                    other.held.given()
                return False
        return True

    def given(self) -> None:
        """A request that took them is done."""
        for one in self.served:
            one.held.given()


def served(share: Share, held: Held, certificate: Certificate | None, reason: str = "") -> Served:
    """A version ready to answer."""
    stated = held.runtime.manifest
    key = _reader(stated, "key")
    made = Served(share, held, None, _entity(stated, key), key, slices.nowhere)
    made = made._replace(lenient=stated.uncovered == "flag", reason=reason)
    return proven(made, certificate) if certificate else made


def proven(one: Served, certificate: Certificate) -> Served:
    """The same version, its certificate verified just now; `reason` stays where it has no model."""
    silent = isinstance(one.held.runtime.engine, Silent)
    return one._replace(
        certificate=certificate,
        covered=slices.covered(one.held.runtime.manifest, certificate),
        short=one.share.certificate[:12],
        reason=one.reason if silent else "",
    )


def unproven(one: Served, reason: str) -> Served:
    """The same version, answered by its baseline because its certificate does not hold."""
    return one._replace(certificate=None, covered=slices.nowhere, short="", reason=reason)


def _reader(stated: Manifest, role: str) -> Callable[[Row], object]:
    name = next((one.name for one in stated.request if one.role == role), None)
    if name is None:
        return lambda _: None
    return attrgetter(attribute(stated.columns, name))


def _entity(stated: Manifest, key: Callable[[Row], object]) -> Callable[[Row], object]:
    """Whom a row is about: the key where there is no entity."""
    entity = _reader(stated, "entity")

    def found(row: Row) -> object:
        who = entity(row)
        return key(row) if who is None else who

    return found
