"""Models in processes of their own, asked by the loop before the request is ended there.

A request that is not plain (a canary beside, `ack`, a version named, rules that mark rows) has
more to be told than scores, but its scores are awaited like those of a plain one. What they do not
come for goes the way with threads, which says why.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import suppress

from mainstay.bundle.contributions import Explaining
from mainstay.bundle.encoder import Row
from mainstay.bundle.runtime import Said
from mainstay.core import clock
from mainstay.life.serve.away import Away
from mainstay.life.serve.handle import Asked, Door, Outcome, divided
from mainstay.life.serve.limits import Room
from mainstay.life.serve.plain import FEW
from mainstay.life.serve.served import Served


async def ended(door: Door, begun: Asked, room: Room, threads: Executor) -> Outcome:
    """Here once its models have said all; by a thread where one says nothing here.

    room: taken for the request, given back with its table whatever happens.
    """
    if may(begun):
        try:
            begun = await asked(begun)
        except asyncio.CancelledError:  # whoever asked went away
            room.given()
            begun.table.given()
            raise
        if begun.known is not None:
            return room.ended(door.ended, begun)
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(threads, room.ended, door.ended, begun)


def may(begun: Asked) -> bool:
    """Whether nothing else of a request takes its time: reasons do, as do many rows.

    Another process may also have to be asked where a version stands in, which nobody knows before.
    """
    standby = begun.table.standby
    few = isinstance(begun.parts, list) and len(begun.body) <= FEW
    return few and not (standby and standby.away) and not (begun.explain and _explains(begun))


async def asked(begun: Asked) -> Asked:
    """The same request with what its models say; `known` stays None where one says nothing."""
    since = clock.stopwatch()
    known = None
    with suppress(Exception):  # a thread finds it again, and has a way to go
        known = await _known(begun)
    return begun._replace(known=known, waited=clock.stopwatch() - since)


async def _known(begun: Asked) -> dict[int, Sequence[Said | None]] | None:
    """By the version, as `Asked.known`."""
    parts = begun.parts if isinstance(begun.parts, list) else []
    some = {
        at: (parts[places[0]][0], [parts[place][1] for place in places])
        for at, places in divided(parts).items()
        if parts[places[0]][0].away
    }
    said = await asyncio.gather(*(_said(one, one.wanted(j, begun.at)) for one, j in some.values()))
    if None in said:
        return None
    return {at: found for at, found in zip(some, said, strict=True) if found is not None}


async def _said(one: Served, rows: Sequence[Row]) -> Sequence[Said | None] | None:
    """None where its process gives no scores here."""
    runtime = one.held.runtime
    if not rows:
        return []
    if not isinstance(runtime.engine, Away):
        return None
    scores = await runtime.engine.asked(runtime.matrix(rows))
    return None if scores is None else runtime.decided(scores, rows)


def _explains(begun: Asked) -> bool:
    parts = begun.parts if isinstance(begun.parts, list) else []
    return any(isinstance(one.held.runtime.engine, Explaining) for one, _ in parts)
