"""What the models of one door share, and who gives way when there is too little of it.

The loop, in which callers wait for each other's requests, the room of those that wait for models in
processes of their own, and the processors that those take. Who has the highest priority here has
all of the first two; the others are told 429 before it has to wait longer than it promised, and
their processes compute when there is time. Models of one priority give each other no way, and
neither does a model alone.
"""

import asyncio
import os
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

from mainstay.bundle.operation import PRIORITIES, Operation
from mainstay.life.serve.away import Away
from mainstay.life.serve.served import Table

ROOM = 256
"""Requests of all models together that may wait for processes."""
CROWDED = "models of higher priority need this door: send it again"
PARTS = (1.0, 0.75, 0.5)
"""Of the room, for the highest priority here, the next and the last."""
NICE = (0, 5, 10)
"""Of models' own processes, likewise: beside one at 0, one at 10 gets a tenth of a processor."""
BEAT = 0.02  # seconds between two looks at how late the loop is
FADING = 0.8  # of what was seen at the last beat: a second's rush is felt for a tenth of one
PATIENCE = 0.5
"""Of the latency that a model promised: what it may wait in the loop for those below it."""
Tables = Callable[[], Iterable[tuple[Hashable, Table | None]]]


class Rights(NamedTuple):
    """Of one model. room: requests of all that may wait when another one of its comes.

    lag: seconds that the loop may be late, while it is asked; none for the highest. nice: of its
    own process.
    """

    room: int = ROOM
    lag: float = float("inf")
    nice: int = 0


class Shared:
    """What all models do together. shedding: those that are asked nothing just now."""

    def __init__(self, tables: Tables) -> None:
        """tables: of every model that is here, in force just now."""
        self.lag = 0.0
        self.shedding: frozenset[Hashable] = frozenset()
        self._tables = tables
        self._rights: Mapping[Hashable, Rights] = {}
        self._waiting: deque[None] = deque()  # several threads: its length needs no lock
        self._niced: dict[int, int] = {}  # processes that run

    def taken(self, who: Hashable) -> bool:
        """For one request that has to wait, until `given`."""
        if len(self._waiting) >= self._rights.get(who, Rights()).room:
            return False
        self._waiting.append(None)
        return True

    def given(self) -> None:
        """It waits no more."""
        self._waiting.pop()

    def look(self, late: float) -> None:
        """Decides who gives way until the next look; late: seconds that the loop was."""
        self.lag = max(late, self.lag * FADING)
        tables = [(who, table) for who, table in self._tables() if table]
        self._rights = rights({who: _operation(table) for who, table in tables})
        self.shedding = frozenset(w for w, one in self._rights.items() if self.lag > one.lag)
        self._yield({
            process: self._rights[who].nice
            for who, table in tables
            for process in _processes(table)
        })  # fmt: skip

    def _yield(self, wanted: dict[int, int]) -> None:
        """Processes of lower models leave theirs to the others, again where one was started anew.

        What was nice once stays so where the system lets nobody take more.
        """
        for process, nice in wanted.items():
            if self._niced.get(process, 0) != nice:
                with suppress(OSError):  # it ended just now
                    os.setpriority(os.PRIO_PGRP, process, nice)
        self._niced = wanted

    def beat(self, loop: asyncio.AbstractEventLoop) -> None:
        """Looks from now on, in this loop."""
        due = loop.time() + BEAT

        def looked() -> None:
            self.look(loop.time() - due)
            self.beat(loop)

        loop.call_at(due, looked)


def rights(operations: Mapping[Hashable, Operation]) -> dict[Hashable, Rights]:
    """Of each model beside the others.

    >>> from mainstay.bundle.operation import Operation
    >>> found = rights({"a": Operation(priority="high"), "b": Operation(priority="low")})
    >>> found["a"].room, found["b"]
    (256, Rights(room=192, lag=0.01, nice=5))
    """
    ranks = {who: PRIORITIES.index(one.priority) for who, one in operations.items()}
    present = sorted(set(ranks.values()))
    promised = {
        rank: min((operations[w].latency for w, other in ranks.items() if other < rank), default=0)
        for rank in present
    }
    return {
        who: Rights(
            int(ROOM * PARTS[present.index(rank)]),
            promised[rank] * PATIENCE if promised[rank] else float("inf"),
            NICE[present.index(rank)],
        )
        for who, rank in ranks.items()
    }


def _operation(table: Table) -> Operation:
    return table.served[0].held.runtime.manifest.operation


def _processes(table: Table) -> Iterator[int]:
    """Those that compute for a model just now."""
    for one in table.everyone:
        engine = one.held.runtime.engine
        if isinstance(engine, Away) and engine.alive:
            yield engine.process
