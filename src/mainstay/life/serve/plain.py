"""Requests of which nothing but scores is to be told: one version's model answers all of them.

They break no rule, the version answers everybody, its certificate holds, its engine answers
and there is nothing to hide. That is most of the traffic of a healthy model, and it needs neither a
judgement per record nor a look at who answers whom. Whatever else comes takes the way of `handle`,
which says the same of these. Scores of another process are awaited by the loop itself.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from mainstay.bundle.encoder import Row
from mainstay.bundle.runtime import Said
from mainstay.life.serve.away import Away
from mainstay.life.serve.served import Answered, Held, Table

FEW = 65_536
"""Bytes of a request that the loop itself asks another process about; a thread asks for more."""
_ENCODE = msgspec.json.Encoder().encode


class Told(msgspec.Struct, frozen=True, gc=False):
    """The body of a reply."""

    answers: Sequence[Answered]


class Plain:
    """How one table answers plain requests. holds: whether it does, as far as the table decides.

    away: its engine, where it would if that were not another process.
    """

    def __init__(self, table: Table | None) -> None:
        """None: nothing is served yet."""
        self.table = table
        self.holds = table is not None and _is_plain(table)
        self.away: Away | None = None
        if table is None:
            return
        self._one = table.served[0]
        self._held = self._one.held
        self._runtime, self._certificate = self._held.runtime, self._one.certificate
        if self.holds and isinstance(self._runtime.engine, Away):  # whatever its circuit is now
            self.holds, self.away = False, self._runtime.engine
        self.version = self._one.share.version

    def reply(self, body: bytes, at: datetime) -> tuple[bytes, int] | None:
        """The body of the reply and how many records it answers; None where it is not plain.

        What an engine raises but its own errors is raised; the runtime is kept open meanwhile.
        """
        if not self._taken(at):
            return None
        try:
            rows = self._runtime.guard.plain(body)
            said = None if rows is None else self._answers(rows, self._runtime.said(rows))
        finally:
            self._held.given()
        return (_ENCODE(Told(said)), len(said)) if said else None

    async def reply_from_away(self, body: bytes, at: datetime) -> tuple[bytes, int] | None:
        """The same of the model in another process; None also where that does not answer."""
        if self.away is None or len(body) > FEW or not self._taken(at):
            return None
        try:
            rows, runtime = self._runtime.guard.plain(body), self._runtime
            scores = None if rows is None else await self.away.asked(runtime.matrix(rows))
            said = None
            if rows and scores is not None:
                said = self._answers(rows, runtime.decided(scores, rows))
        finally:
            self._held.given()
        return (_ENCODE(Told(said)), len(said)) if said else None

    def awaited(self) -> Held | None:
        """Whose scores a request waits for; None where it does not."""
        return self._held if self.away and not self._held.circuit.open else None

    def _taken(self, at: datetime) -> bool:
        """Whether the runtime is kept open for a request, until it is given."""
        if self._certificate is None or at >= self._certificate.not_after:
            return False
        return not self._held.circuit.flags and self._held.taken()

    def _answers(self, rows: Sequence[Row], said: Sequence[Said | None]) -> list[Answered] | None:
        one = self._one
        if None in said:
            return None
        covered = list(map(one.covered, rows))
        return one.told(rows, said, covered) if one.lenient or all(covered) else None


def _is_plain(table: Table) -> bool:
    """One version for everybody, waiting for no disk and hiding nothing."""
    one = table.served[0]
    alone = len(table.served) == len(table.limits) == 1 and table.trial is None
    here = not one.resting and not one.held.runtime.abstain
    return alone and here and not table.ack and table.private is None
