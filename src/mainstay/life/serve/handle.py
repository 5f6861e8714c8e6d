"""One request: bytes in, status and bytes out. Nothing a caller sends makes it raise.

200: one answer per record, in order; a rejected record stands there as `rejected` with its errors.
422: nothing could be answered, `errors` say why. 400: no JSON. 503: no version is served yet.
"""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime

import msgspec

from mainstay.bundle.guard import Breach, Judgement, Rejection
from mainstay.core.entries import Entry, packed
from mainstay.life.serve.journal import Journal
from mainstay.life.serve.routing import bucket, chosen
from mainstay.life.serve.served import Served, Table

Reply = tuple[int, bytes]
ENCODE = msgspec.json.Encoder().encode


class Complaint(msgspec.Struct, frozen=True):
    """What is wrong with one member of a request."""

    path: str
    field: str
    what: str


class Answered(msgspec.Struct, frozen=True):
    """What one record gets; certificate: its short id, empty where none holds."""

    key: object
    decision: bool | float | str | None
    score: float
    decided_by: str
    version: str
    certificate: str
    flags: tuple[str, ...]
    covered: bool


class Rejected(msgspec.Struct, frozen=True):
    """What a record gets that a rule rejects, among others that are answered."""

    key: object
    errors: tuple[Complaint, ...]
    rejected: bool = True


class Door:
    """What `handle` needs. failed: requests that met a mistake of ours and got 503."""

    def __init__(
        self, table: Callable[[], Table | None], journal: Journal, now: Callable[[], datetime]
    ) -> None:
        self.failed = 0
        self._table, self._journal, self._now = table, journal, now

    def handle(self, body: bytes) -> tuple[int, bytes, int]:
        """Status, body and the number of its journal frame (0: none)."""
        try:
            while (table := self._table()) is not None:
                reply = self._by(table, body)
                if reply:
                    return reply
        except Exception:  # noqa: BLE001 - the outermost door
            self.failed += 1
            return *refusal(503, "this request could not be answered"), 0
        return *refusal(503, "no version is served here yet"), 0

    def _by(self, table: Table, body: bytes) -> tuple[int, bytes, int] | None:
        """None where the table was closed meanwhile."""
        with ExitStack() as stack:
            if not all(stack.enter_context(one.held.used()) for one in table.served):
                return None
            at = self._now()
            status, reply = answered(table, body, at)
            if status not in (200, 422):
                return status, reply, 0
            entry = Entry(at, table.routing.sequence, body, status, reply)
            return status, reply, self._journal.add(packed(entry))


def answered(table: Table, body: bytes, at: datetime) -> Reply:
    """The reply of the versions of a table, at a time."""
    champion = table.served[0]
    judged = champion.judged(body)
    if isinstance(judged, Rejection):
        return judged.status, ENCODE({"errors": _complaints(judged.reasons)})
    if len(table.served) == 1:
        said = [_answered(champion, one, at) for one in judged]
    else:
        said = _shared(table, judged, body, at)
    if all(isinstance(one, Rejected) for one in said):
        return 422, ENCODE({"errors": [each for one in said for each in _errors(one)]})
    return 200, ENCODE({"answers": said})


def refusal(status: int, what: str) -> Reply:
    """A request that is refused as a whole."""
    return status, ENCODE({"errors": [Complaint("$", "", what)]})


def _shared(
    table: Table, judged: list[Judgement], body: bytes, at: datetime
) -> list[Answered | Rejected]:
    """Each record by the version of its entity, under that version's own rules."""
    other = table.served[1].judged(body)
    if isinstance(other, Rejection):
        other = judged
    found = []
    for first, second in zip(judged, other, strict=True):
        row = first.row
        place = 0
        if row is not None:
            place = chosen(table.limits, bucket(table.served[0].entity(row)))
        found.append(_answered(table.served[place], second if place else first, at))
    return found


def _answered(one: Served, judgement: Judgement, at: datetime) -> Answered | Rejected:
    row = judgement.row
    if row is None or judgement.outcome == "reject":
        return Rejected(one.key(row) if row else None, _complaints(judgement.reasons))
    said = one.answer(judgement, at)
    return Answered(
        one.key(row), said.decision, said.score, said.decided_by, said.version, one.short,
        said.flags, one.covered(row),
    )  # fmt: skip


def _errors(one: Answered | Rejected) -> tuple[Complaint, ...]:
    return one.errors if isinstance(one, Rejected) else ()


def _complaints(reasons: tuple[Breach, ...]) -> tuple[Complaint, ...]:
    return tuple(Complaint(one.path, one.field, one.what) for one in reasons)
