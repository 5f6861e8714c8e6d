"""Requests of which nothing but scores is to be told: one version's model answers all of them.

They break no rule, the version answers everybody, its certificate holds, its engine answers here
and there is nothing to hide. That is most of the traffic of a healthy model, and it needs neither a
judgement per record nor a look at who answers whom. Whatever else comes takes the way of `handle`,
which says the same of these.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from mainstay.bundle.encoder import Row
from mainstay.life.serve.away import Away
from mainstay.life.serve.served import Answered, Table

_ENCODE = msgspec.json.Encoder().encode


class Said(msgspec.Struct, frozen=True, gc=False):
    """The body of a reply."""

    answers: Sequence[Answered]


class Plain:
    """How one table answers plain requests. holds: whether it does, as far as the table decides."""

    def __init__(self, table: Table | None) -> None:
        """None: nothing is served yet."""
        self.table = table
        self.holds = table is not None and _is_plain(table)
        if table is None:
            return
        self._one = table.served[0]
        self._held = self._one.held
        self._runtime, self._certificate = self._held.runtime, self._one.certificate
        self.version = self._one.share.version

    def reply(self, body: bytes, at: datetime) -> tuple[bytes, int] | None:
        """The body of the reply and how many records it answers; None where it is not plain.

        What an engine raises but its own errors is raised; the runtime is kept open meanwhile.
        """
        if self._certificate is None or at >= self._certificate.not_after:
            return None
        if self._held.circuit.flags or not self._held.taken():
            return None
        try:
            rows = self._runtime.guard.plain(body)
            said = None if rows is None else self._answers(rows)
        finally:
            self._held.given()
        return (_ENCODE(Said(said)), len(said)) if said else None

    def _answers(self, rows: Sequence[Row]) -> list[Answered] | None:
        one, said = self._one, self._runtime.said(rows)
        if None in said:
            return None
        covered = list(map(one.covered, rows))
        return one.told(rows, said, covered) if one.lenient or all(covered) else None


def _is_plain(table: Table) -> bool:
    """One version for everybody, here, waiting for nothing and hiding nothing."""
    one = table.served[0]
    alone = len(table.served) == len(table.limits) == 1 and table.trial is None
    runtime = one.held.runtime
    away = isinstance(runtime.engine, Away)  # whatever its circuit is just now
    here = not one.resting and not away and not runtime.abstain
    return alone and here and not table.ack and table.private is None
