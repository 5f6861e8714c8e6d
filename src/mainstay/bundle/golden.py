"""Rows kept with their expected inputs and scores: what every engine must give again."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from mainstay.core import digest
from mainstay.core.errors import Broken

Floats = NDArray[np.float64]
Encode = Callable[[Sequence[bytes]], Floats]
"""Inputs of request records."""
Score = Callable[[Floats], Floats]
"""Scores of inputs."""
APART = 2**64 - 1
"""Units in the last place between a number and no number."""


class Golden(NamedTuple):
    """Request records as JSON; inputs: shape (rows, k); scores: (rows,) or (rows, classes).

    units: what counts as one unit for each score, None for the last place of the score itself.
    """

    rows: tuple[bytes, ...]
    inputs: Floats
    scores: Floats
    units: Floats | None = None


class Replay(NamedTuple):
    """How many golden rows came out differently, and the largest distance in units of last place.

    encoded: the inputs made from the rows; scored: the scores of the golden inputs.
    """

    rows: int
    encoded: int
    encoded_ulp: int
    scored: int
    scored_ulp: int

    @property
    def exact(self) -> bool:
        """Whether every bit is as expected."""
        return self.encoded == self.scored == 0


class _Array(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A float64 array; bytes little-endian, because JSON has no infinity."""

    shape: tuple[int, ...]
    content: bytes


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    rows: tuple[msgspec.Raw, ...]
    inputs: _Array
    scores: _Array
    units: _Array | None = None


def choose(inputs: Floats, count: int = 256) -> NDArray[np.int64]:
    """Positions of at most `count` rows of a matrix, rising: the same for the same matrix.

    First of every column the row of its smallest, its largest and its first missing value, then
    rows evenly spaced over the rest.
    """
    telling = [place for column in inputs.T for place in _extremes(column)]
    kept = list(dict.fromkeys(telling))[:count]
    rest = np.setdiff1d(np.arange(len(inputs)), kept)
    room = min(count - len(kept), len(rest))
    spread = rest[np.linspace(0, len(rest) - 1, room).round().astype(np.int64)]
    return np.union1d(np.array(kept, dtype=np.int64), spread)


def written(path: Path, golden: Golden) -> None:
    """Writes the rows as canonical JSON."""
    rows = tuple(map(msgspec.Raw, golden.rows))
    units = None if golden.units is None else _packed(golden.units)
    file = _File(rows, _packed(golden.inputs), _packed(golden.scores), units)
    path.write_bytes(digest.canonical(file))


def read(path: Path) -> Golden:
    """The rows of a file. Raises Broken for anything `written` would not write."""
    try:
        file = msgspec.json.decode(path.read_bytes(), type=_File)
        inputs, scores = _unpacked(file.inputs), _unpacked(file.scores)
        units = None if file.units is None else _unpacked(file.units)
    except (OSError, ValueError, RecursionError) as error:
        raise Broken(f"{path} holds no golden rows: {error}") from error
    if not len(file.rows) == len(inputs) == len(scores):
        raise Broken(
            f"{path} holds {len(file.rows)} rows, {len(inputs)} inputs, {len(scores)} scores"
        )
    return Golden(tuple(map(bytes, file.rows)), inputs, scores, units)


def replay(golden: Golden, encode: Encode, score: Score) -> Replay:
    """Makes the inputs from the rows and the scores from the golden inputs, and compares bits."""
    encoded = distances(encode(golden.rows), golden.inputs)
    scored = distances(score(golden.inputs), golden.scores, golden.units)
    return Replay(len(golden.rows), *_worst(encoded), *_worst(scored))


def refuse(path: Path, encode: Encode, score: Score, most: int, name: str) -> None:
    """Raises Broken where a version does not repeat the golden rows of a file.

    most: units in the last place that scores may be off.
    """
    found = replay(read(path), encode, score)
    if found.encoded or found.scored_ulp > most:
        raise Broken(
            f"{name} does not repeat its golden rows here: {found.encoded} of {found.rows} "
            f"encoded otherwise, {found.scored} scored up to {found.scored_ulp} ulp off"
        )


def distances(one: Floats, other: Floats, units: Floats | None = None) -> NDArray[np.uint64]:
    """Units in the last place between numbers of two arrays of one shape.

    0 only for the same bits, or two NaN of whatever bits; APART between a number and NaN. units:
    larger ones than those of the numbers themselves, of which a part counts as a whole.
    """
    if one.shape != other.shape:
        raise Broken(f"expected numbers of shape {other.shape}, got {one.shape}")
    left, right = _ordered(one), _ordered(other)
    apart = np.where(np.isnan(one), np.where(np.isnan(other), 0, APART), APART).astype(np.uint64)
    known = ~(np.isnan(one) | np.isnan(other))
    steps = np.maximum(left, right) - np.minimum(left, right)
    if units is not None:
        with np.errstate(all="ignore"):
            larger = np.ceil(np.abs(one - other) / units)
        measured = np.isfinite(larger) & (larger < steps)
        steps = np.where(measured, np.where(measured, larger, 0), steps).astype(np.uint64)
    return np.where(known, steps, apart)


def _ordered(numbers: Floats) -> NDArray[np.uint64]:
    """Whole numbers in the order of the floats, neighbours one apart.

    Source: Bruce Dawson, Comparing Floating Point Numbers (2012).
    """
    bits = np.ascontiguousarray(numbers, dtype=np.float64).view(np.uint64)
    sign = np.uint64(1) << np.uint64(63)
    return np.where(bits & sign, ~bits, bits | sign)


def _worst(distance: NDArray[np.uint64]) -> tuple[int, int]:
    """How many rows differ, and the largest distance."""
    by_row = distance.reshape(len(distance), -1).max(axis=1, initial=0)
    return int(np.count_nonzero(by_row)), int(by_row.max(initial=0))


def _extremes(column: Floats) -> list[int]:
    known = np.flatnonzero(~np.isnan(column))
    missing = [int(place) for place in np.flatnonzero(np.isnan(column))[:1]]
    if not len(known):
        return missing
    return [int(known[column[known].argmin()]), int(known[column[known].argmax()]), *missing]


def _packed(numbers: Floats) -> _Array:
    return _Array(numbers.shape, numbers.astype("<f8").tobytes())


def _unpacked(array: _Array) -> Floats:
    return np.frombuffer(array.content, dtype="<f8").reshape(array.shape).astype(np.float64)
