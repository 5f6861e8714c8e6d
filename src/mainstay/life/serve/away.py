"""A model in a process of its own, as a door asks it: never waiting long, never for its start.

From a thread by `scores`; from the loop of a door by `asked`, over a line of the loop's own, which
spares the door the threads that wait for one another.
"""

import asyncio
from collections.abc import Sequence

import numpy as np

from mainstay.bundle import line
from mainstay.bundle.runtime import Matrix, Original
from mainstay.core.errors import MainstayError, Unavailable

PATIENCE = 5.0  # seconds for one prediction; what takes longer is ended, and its baseline answers


class Away:
    """The engine of a version that another process computes; `start` is for the watch to call."""

    def __init__(self, original: Original) -> None:
        self._original = original
        self._line: line.Line | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._called: tuple[int, object] = 0, None  # the process and the loop of the newest line

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._original.alive

    @property
    def process(self) -> int:
        """The number of the process, 0 where none was started."""
        return self._original.process

    def scores(self, matrix: Matrix) -> Matrix:
        """Raises Unavailable, at once where the process is gone."""
        if not self.alive:
            raise Unavailable("the model's process is not running; it is started again")
        return self._original.said(matrix, PATIENCE)

    def score(self, row: Sequence[float]) -> float:
        """The score of one row. Raises Unavailable."""
        return float(self.scores(np.array([row]))[0])

    async def asked(self, matrix: Matrix) -> Matrix | None:
        """The scores; None where there is no line yet or none come: `scores` says why, or them."""
        if self._line is None or not self._line.open:
            self._call()
            return None
        loop, process = asyncio.get_running_loop(), self.process
        future = self._line.asked(matrix)
        late = loop.call_later(PATIENCE, future.cancel)
        try:
            scores: Matrix = (await future).arrays[0]
        except MainstayError:
            return None
        except asyncio.CancelledError:
            if not future.cancelled() or loop.time() < late.when():
                raise  # whoever asked went away
            await loop.run_in_executor(None, self._original.end, process)
            return None
        finally:
            late.cancel()
        return scores

    def start(self) -> None:
        """Starts the process where it does not run. Raises Unavailable, Broken."""
        self._original.start()

    def close(self) -> None:
        """Ends the process."""
        self._original.close()

    def _call(self) -> None:
        """Has a line made, once for each process; whoever comes meanwhile asks by a thread."""
        called = self.process, asyncio.get_running_loop()
        if called != self._called and self.alive:
            self._called = called
            self._keeper = asyncio.create_task(self._keep())

    async def _keep(self) -> None:
        """As long as the line and the loop last."""
        made = await line.called(self._original.address)
        if made is not None:
            self._line = made
            await made.kept()
