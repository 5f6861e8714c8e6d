"""A model in a process of its own, as a door asks it: never waiting long, never for its start."""

from collections.abc import Sequence

import numpy as np

from mainstay.bundle.runtime import Matrix, Original
from mainstay.core.errors import Unavailable

PATIENCE = 5.0  # seconds for one prediction; what takes longer is ended, and its baseline answers


class Away:
    """The engine of a version that another process computes; `start` is for the watch to call."""

    def __init__(self, original: Original) -> None:
        self._original = original

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

    def start(self) -> None:
        """Starts the process where it does not run. Raises Unavailable, Broken."""
        self._original.start()

    def close(self) -> None:
        """Ends the process."""
        self._original.close()
