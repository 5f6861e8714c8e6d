"""What the rungs of the ladder are handed, and what they hand back."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.bundle import runtime
from mainstay.bundle.manifest import Kind
from mainstay.bundle.parity import Units
from mainstay.bundle.trees import NOTHING, Forest
from mainstay.bundle.worker import Worker
from mainstay.trainer import fit
from mainstay.trainer.fit import Training


class Making(NamedTuple):
    """The model just fitted, in the worker, and the folder where its engine is made."""

    training: Training
    worker: Worker
    folder: Path

    def original(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """What the model itself says."""
        return fit.scores(self.worker, rows)


class Candidate(NamedTuple):
    """An engine that may answer; files by role. forest: its splits, where it has trees.

    edges: values of inputs at which it turns, where those are no splits of the inputs themselves.
    units: how far it may be from the model, where that is more than the last place of a score.
    """

    kind: Kind
    files: dict[str, Path]
    opened: Callable[[], runtime.Engine]
    forest: Forest = NOTHING
    edges: dict[int, list[float]] = {}  # noqa: RUF012 - a default nobody writes to
    units: Units | None = None
