"""What the door looks up for a version, as its contract says."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from mainstay.bundle.guard import RequestColumn
from mainstay.bundle.lookup import Lookup
from mainstay.contract.model import Contract
from mainstay.contract.sources import DECISIONS
from mainstay.data import views


def lookups(contract: Contract, request: Sequence[RequestColumn]) -> tuple[Lookup, ...]:
    """One for each context of which a request holds a column; none where callers send all."""
    if contract.serve.context == "sent":
        return ()
    return tuple(_lookups(contract, {one.name for one in request}))


def _lookups(contract: Contract, names: set[str]) -> Iterator[Lookup]:
    for name, clause in contract.data.context.items():
        taken = [one for one in clause.take if one.name in names]
        columns = tuple(one.name for one in taken)
        if taken:
            yield Lookup(
                name=name,
                view=views.identity(contract, name, columns),
                on=clause.on,
                columns=columns,
                timed=clause.as_of is not None or clause.source == DECISIONS,
                within=_seconds(clause.within),
                fresh=_seconds(clause.fresh_within),
                counts=tuple(one.name for one in taken if one.function == "count"),
                cold=contract.serve.cold,
                stale=contract.serve.stale,
            )


def _seconds(length: timedelta | None) -> float | None:
    return None if length is None else length.total_seconds()
