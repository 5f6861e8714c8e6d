"""One request: bytes in, status and bytes out. Nothing a caller sends makes it raise.

200: one answer per record, in order; a rejected record stands there as `rejected` with its errors.
422: nothing could be answered, `errors` say why. 400: no JSON. 503: no version is served yet.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import ClassVar, NamedTuple

import msgspec

from mainstay.bundle.completing import Completed, marked
from mainstay.bundle.encoder import Row
from mainstay.bundle.guard import Breach, Judgement, Rejection
from mainstay.bundle.runtime import Said
from mainstay.bundle.views import Store
from mainstay.core import clock, frames
from mainstay.core.entries import Entry
from mainstay.life.serve import looking, reasons
from mainstay.life.serve.counters import REJECTED, Counters
from mainstay.life.serve.journal import Journal
from mainstay.life.serve.looking import Bodies, Views
from mainstay.life.serve.plain import Plain
from mainstay.life.serve.routing import bucket, chosen
from mainstay.life.serve.served import MODEL, Answered, Aside, Held, Served, Table
from mainstay.life.serve.standby import rescued, stands_in

Reply = tuple[int, bytes]
Outcome = tuple[int, bytes, int]
"""Status, body and the number of its journal frame (0: none)."""
Parts = list[tuple[Served, Judgement]]
Tables = Callable[[], Table | None]
"""The table in force, when it is asked."""
Offer = Callable[[Aside, Entry], None]
"""What hears of a request that was answered while there is a shadow."""
LARGEST = frames.LARGEST - 1_000
"""Bytes of a request and its answer together: one frame of the journal."""
MANY = 20
"""Errors that are told of one record; of a request that gets nothing else, MANY_IN_ALL."""
MANY_IN_ALL = 100
ENCODE = msgspec.json.Encoder().encode


class Complaint(msgspec.Struct, frozen=True, gc=False):
    """What is wrong with one member of a request."""

    path: str
    field: str
    what: str


class Rejected(msgspec.Struct, frozen=True):
    """What a record gets that a rule rejects, among others that are answered."""

    decided_by: ClassVar[str] = REJECTED
    key: object
    errors: tuple[Complaint, ...]
    rejected: bool = True


class Asked(NamedTuple):
    """A request under way: what its table's versions are asked, each for the records it answers.

    It keeps the table's runtimes open until it is ended. trace: the traceparent it came with.
    explain: how many reasons each answer gets at most. known: what models say of the records that
    they are asked about, by the id of their version among the parts, where they were asked already;
    that took `waited` seconds. cut: up to when looked-up context is known, None where nothing was.
    """

    table: Table
    body: bytes
    at: datetime
    parts: Parts | Rejection
    trace: str = ""
    explain: int = 0
    known: Mapping[int, Sequence[Said | None]] | None = None
    waited: float = 0.0
    cut: datetime | None = None

    @property
    def away(self) -> bool:
        """Whether somebody has to wait for another process, or for reasons."""
        if self.explain:
            return True
        parts = self.parts
        return isinstance(parts, list) and (
            any(one.away for one, _ in parts) or stands_in(self.table)
        )


class Answering(NamedTuple):
    """A plain request: what came, completed, when, with which trace. cut: as in Asked."""

    body: bytes
    at: datetime
    trace: str
    cut: datetime | None = None


def _nothing(aside: Aside, entry: Entry) -> None:
    """Where nobody keeps shadows."""


class Door:
    """What `handle` needs. failed: requests that met a mistake of ours and got 503."""

    def __init__(
        self,
        table: Tables,
        journal: Journal,
        now: Callable[[], datetime],
        counters: Counters | None = None,
        aside: Offer = _nothing,
        views: Views | None = None,
    ) -> None:
        """views: without them context that is not sent is not known."""
        self.failed = 0
        self.counters = counters or Counters()
        self._table, self._journal, self._now = table, journal, now
        self._plain = Plain(None)
        self._aside, self._views = aside, views

    def handle(self, body: bytes) -> Outcome:
        """The outcome of a request, from begin to end."""
        begun = self.begun(body)
        return self.ended(begun) if isinstance(begun, Asked) else begun

    def plain(self, body: bytes, trace: str = "") -> Reply | None:
        """The reply to a request of which nothing but scores is to be told; None for any other.

        For the one thread that answers callers. What is wrong here is said by `begun` and `ended`.
        """
        try:
            plain = self._followed()
            asked = self._answering(plain, body, trace) if plain.holds else None
            found = plain.reply(asked.body, asked.at) if asked else None
            return self._noted(plain, asked, *found) if asked and found else None
        except Exception:  # noqa: BLE001 - the outermost door has another way to go
            return None

    async def from_away(self, body: bytes, trace: str = "") -> Reply | None:
        """Likewise where the model is in a process of its own: nobody else waits for it here."""
        try:
            plain = self._followed()
            asked = self._answering(plain, body, trace)
            found = await plain.reply_from_away(asked.body, asked.at) if asked else None
            return self._noted(plain, asked, *found) if asked and found else None
        except Exception:  # noqa: BLE001 - the outermost door has another way to go
            return None

    def awaited(self) -> Held | None:
        """Whose scores a plain request waits for, in a process of its own; None where it does not.

        For the one thread that answers callers.
        """
        return self._followed().awaited()

    def begun(self, body: bytes, trace: str = "", tables: Tables | None = None) -> Asked | Outcome:
        """A request decoded and divided among the versions; end it, here or in another thread.

        tables: where it is not for everybody who is routed.
        """
        try:
            while (table := (tables or self._table)()) is not None:
                if table.taken():  # else it was closed meanwhile, and there is a newer one
                    return self._asked(table, body, trace)
        except Exception:  # noqa: BLE001 - the outermost door
            return self._mistake()
        return *refusal(503, "no version is served here yet"), 0

    def ended(self, asked: Asked) -> Outcome:
        """Its answers, made and handed to the journal."""
        try:
            status, reply = answered(asked, self.counters)
            if status not in (200, 422):
                return status, reply, 0
            if len(asked.body) + len(reply) > LARGEST:
                return *refusal(413, "the answer would be too large: send fewer records"), 0
            sequence = asked.table.routing.sequence
            entry = Entry(asked.at, sequence, asked.body, status, reply, asked.trace, asked.cut)
            if asked.table.aside is not None and status == 200:
                self._aside(asked.table.aside, entry)
            hidden = asked.table.private
            written = hidden.entry(entry) if hidden else entry
            return status, reply, self._journal.note(written)
        except Exception:  # noqa: BLE001 - the outermost door
            return self._mistake()
        finally:
            asked.table.given()

    def _followed(self) -> Plain:
        """How the table in force answers plain requests."""
        table, plain = self._table(), self._plain
        if table is not plain.table:
            plain = self._plain = Plain(table)
        return plain

    def _answering(self, plain: Plain, body: bytes, trace: str) -> Answering | None:
        """The request completed; None where its answers are marked for it, or nothing is served."""
        if plain.table is None:
            return None
        at = self._now()
        made = looking.completed(plain.table.served[0], body, self._store(), at)
        return None if made.marks else Answering(made.body, at, trace, made.cut)

    def _store(self) -> Store | None:
        return self._views.store if self._views else None

    def _noted(self, plain: Plain, asked: Answering, reply: bytes, count: int) -> Reply | None:
        """The reply, written down; None where it is too large for that."""
        table, (body, at, trace, cut) = plain.table, asked
        if table is None or len(body) + len(reply) > LARGEST:
            return None
        entry = Entry(at, table.routing.sequence, body, 200, reply, trace, cut)
        if table.aside is not None:
            self._aside(table.aside, entry)
        self._journal.note(entry)
        self.counters.said(plain.version, MODEL, count)
        return 200, reply

    def _asked(self, table: Table, body: bytes, trace: str) -> Asked:
        try:
            at = self._now()
            whole = looking.bodies(table, body, self._store(), at)
            parts = _divided(table, whole)
            return Asked(table, whole.written, at, parts, trace, cut=whole.first.cut)
        except BaseException:
            table.given()
            raise

    def _mistake(self) -> Outcome:
        self.failed += 1
        return *refusal(503, "this request could not be answered"), 0


def answered(asked: Asked, counters: Counters) -> Reply:
    """The reply of the versions of a table, at a time, and counted."""
    if isinstance(asked.parts, Rejection):
        counters.refused(asked.table.served[0], asked.parts.reasons)
        return asked.parts.status, ENCODE({"errors": _complaints(asked.parts.reasons)})
    trial = asked.table.trial
    since = clock.stopwatch() if trial else 0.0
    said = _together(asked.parts, asked.at, asked.known or {})
    if trial:
        trial.saw(asked.parts, said, asked.waited + clock.stopwatch() - since)
    if asked.table.standby is not None:
        said = rescued(asked.table, asked.body, asked.at, said, waits=asked.away)
    counters.answered(asked.parts, said, away=asked.away)
    errors = [each for one in said if isinstance(one, Rejected) for each in one.errors]
    if errors and all(isinstance(one, Rejected) for one in said):
        return 422, ENCODE({"errors": _first(errors, MANY_IN_ALL)})
    if asked.explain:
        return 200, ENCODE({"answers": _explained(asked.parts, said, asked.explain)})
    return 200, ENCODE({"answers": said})


def refusal(status: int, what: str) -> Reply:
    """A request that is refused as a whole."""
    return status, ENCODE({"errors": [Complaint("$", "", what)]})


def _divided(table: Table, whole: Bodies) -> Parts | Rejection:
    """Each record with the version of its entity, judged under that version's own rules."""
    champion = table.served[0]
    judged = _judged(champion, whole.first)
    if isinstance(judged, Rejection):
        return judged
    if len(table.limits) == 1:
        return [(champion, one) for one in judged]
    places = [_place(table, one.row) for one in judged]
    if len(table.served) == 1:
        rest = champion._replace(resting=True, person=table.routing.person)
        either = (rest, champion)
        return [(either[place], one) for place, one in zip(places, judged, strict=True)]
    other = _judged(table.served[1], whole.second) if any(places) else judged
    if isinstance(other, Rejection):
        other = judged
    return [
        (table.served[place], (first, second)[place])
        for place, first, second in zip(places, judged, other, strict=True)
    ]


def _judged(one: Served, asked: Completed) -> list[Judgement] | Rejection:
    """With what is to be said of looked-up context."""
    judged = one.judged(asked.body)
    return judged if isinstance(judged, Rejection) else marked(judged, asked.marks)


def _place(table: Table, row: Row | None) -> int:
    if row is None:
        return 0
    return chosen(table.limits, bucket(table.served[0].entity(row)))


def divided(parts: Parts) -> dict[int, list[int]]:
    """The places of those that are answered, by the id of their version."""
    places: dict[int, list[int]] = {}
    for place, (one, judgement) in enumerate(parts):
        if not _is_rejected(judgement):
            places.setdefault(id(one), []).append(place)
    return places


def _is_rejected(judgement: Judgement) -> bool:
    return judgement.row is None or judgement.outcome == "reject"


def _together(
    parts: Parts, at: datetime, known: Mapping[int, Sequence[Said | None]]
) -> list[Answered | Rejected]:
    """One answer per record, in order; each version is asked once, for all of its records."""
    first, judgement = parts[0]
    if len(parts) == 1 and not known:
        if _is_rejected(judgement):
            return [_rejected(first, judgement)]
        return [first.answer(judgement, at)]
    if all(one is first and not judgement.reasons for one, judgement in parts):
        return [*first.answers([judgement for _, judgement in parts], at, known.get(id(first)))]
    made: dict[int, Answered | Rejected] = {}
    for some in divided(parts).values():
        one = parts[some[0]][0]
        said = one.answers([parts[place][1] for place in some], at, known.get(id(one)))
        made.update(zip(some, said, strict=True))
    return [made.get(place) or _rejected(*parts[place]) for place in range(len(parts))]


def _explained(parts: Parts, said: list[Answered | Rejected], most: int) -> list[object]:
    return [
        answer if isinstance(answer, Rejected) else reasons.told(one, judgement, answer, most)
        for (one, judgement), answer in zip(parts, said, strict=True)
    ]


def _rejected(one: Served, judgement: Judgement) -> Rejected:
    row = judgement.row
    return Rejected(one.key(row) if row else None, _complaints(judgement.reasons))


def _complaints(reasons: tuple[Breach, ...]) -> tuple[Complaint, ...]:
    told = [Complaint(one.path, one.field, one.what) for one in reasons[: MANY + 1]]
    return tuple(_first(told, MANY, len(reasons)))


def _first(errors: list[Complaint], most: int, count: int = 0) -> list[Complaint]:
    """As many as anyone reads, and that there are more."""
    if len(errors) <= most:
        return errors
    more = (count or len(errors)) - most
    return [*errors[:most], Complaint("$", "", f"and {more} more")]
