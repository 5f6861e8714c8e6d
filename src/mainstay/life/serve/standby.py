"""`serve.fallback: previous`: the version that was live before answers for one that is out."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

import msgspec

from mainstay.bundle.guard import Judgement
from mainstay.core.entries import CIRCUIT, ENGINE, EXPIRED, PREVIOUS
from mainstay.life.serve.served import Answered, Served, Table

OUT = frozenset((ENGINE, EXPIRED, CIRCUIT))
"""Flags of an answer whose model itself is out; what a rule stopped stays with the baseline."""


_Other = TypeVar("_Other")


def stands_in(table: Table) -> bool:
    """Whether its answer may have to be waited for, because the champion is out."""
    standby = table.standby
    return standby is not None and standby.away and bool(table.served[0].held.circuit.open)


def rescued(
    table: Table, body: bytes, at: datetime, said: list[Answered | _Other], *, waits: bool
) -> list[Answered | _Other]:
    """The same answers; those whose champion is out, by the version before it.

    Its own rules judge the rows, its own certificate must hold: else the baseline's answer stays.
    waits: whether another process may be waited for here.
    """
    one, champion = table.standby, table.served[0]
    places = [place for place, answer in enumerate(said) if _is_out(answer, champion)]
    if one is None or not places or (one.away and not waits):
        return said
    with one.held.used() as alive:
        judged = one.judged(body) if alive else []
        if not isinstance(judged, list) or len(judged) != len(said):
            return said
        return _replaced(one, judged, at, said, places)


def _replaced(
    one: Served,
    judged: Sequence[Judgement],
    at: datetime,
    said: list[Answered | _Other],
    places: Sequence[int],
) -> list[Answered | _Other]:
    asked = [place for place in places if judged[place].outcome == "score"]
    found = dict(zip(asked, one.answers([judged[place] for place in asked], at), strict=True))
    return [_told(answer, found.get(place)) for place, answer in enumerate(said)]


def _is_out(answer: object, champion: Served) -> bool:
    return (
        isinstance(answer, Answered)
        and answer.decided_by == "baseline"
        and answer.version == champion.share.version
        and not OUT.isdisjoint(answer.flags)
    )


def _told(before: Answered | _Other, after: Answered | None) -> Answered | _Other:
    """Only a model's answer stands in; it says why it does."""
    if after is None or after.decided_by != "model" or not isinstance(before, Answered):
        return before
    flags = (*after.flags, *(flag for flag in before.flags if flag in OUT), PREVIOUS)
    return msgspec.structs.replace(after, flags=flags)
