"""Scores of training rows by models that did not see them: what training promised of new rows."""

from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from mainstay.bundle.layout import UNSEEN
from mainstay.core import digest
from mainstay.core.errors import Broken

Floats = NDArray[np.float64]
MOST = 200_000
"""Numbers that are kept, the newest: 0.8 MB; more move no interval that is seen."""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """float32, little-endian: scores are held against scores, never replayed."""

    shape: tuple[int, ...]
    content: bytes


def written(folder: Path, scores: Floats) -> None:
    """scores: of the newest training rows in the order of time, (rows,) or (rows, classes)."""
    rows = MOST // (scores.shape[1] if scores.ndim > 1 else 1)
    kept = scores[-rows:].astype("<f4")
    (folder / UNSEEN).write_bytes(digest.canonical(_File(kept.shape, kept.tobytes())))


def read(folder: Path) -> Floats | None:
    """None where the bundle was built before they were kept. Raises Broken for anything else."""
    path = folder / UNSEEN
    if not path.is_file():
        return None
    try:
        file = msgspec.json.decode(path.read_bytes(), type=_File)
        return np.frombuffer(file.content, "<f4").reshape(file.shape).astype(np.float64)
    except ValueError as error:
        raise Broken(f"{path} holds no scores: {error}") from error
