"""Blocks of rows that belong together: days, entities, and what of both is left to draw."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Blocks = NDArray[np.integer]

_AT_ONCE = 200_000
"""Numbers drawn at a time: their counts stay in the processor's cache."""


class Structure(NamedTuple):
    """One way to cut the rows of several groups into so many blocks.

    codes: for each group the block of each of its rows, from 0. sign: how the variance it shows
    enters the sum, +1 for a way of its own, -1 for the pairs of two, +1 for triples of three.
    """

    blocks: int
    codes: tuple[Blocks, ...]
    sign: int = 1
    crossed: bool = False


def structures(groups: Sequence[tuple[Blocks, ...]]) -> list[Structure]:
    """Every way that matters, then their crossings; groups: per way the block of each row.

    A way whose blocks all lie within blocks of a coarser one adds nothing to it and is left out:
    entities that never return, or rows by their key. Raises ValueError where groups differ in
    their number of ways, or ways in their number of rows.
    """
    ways = {len(group) for group in groups}
    if len(ways) != 1 or 0 in ways or any(len({len(one) for one in group}) > 1 for group in groups):
        raise ValueError("every group needs the same ways, every way a block for each row")
    joined = [_compact(np.concatenate(way)) for way in zip(*groups, strict=True)]
    cuts = np.cumsum([len(group[0]) for group in groups])[:-1]
    kept = _coarsest(joined)
    sizes = range(1, len(kept) + 1)
    chosen = [some for size in sizes for some in combinations(kept, size)]
    return [_structure(some, cuts) for some in chosen]


def effective(codes: Blocks) -> float:
    """(sum c)^2 / sum c^2 of the block sizes c: as many equal blocks would say as much."""
    sizes = np.bincount(codes).astype(np.float64)
    return float(sizes.sum() ** 2 / np.square(sizes).sum()) if len(codes) else 0.0


def drawn(
    structure: Structure, repeats: int, generator: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """How often each block was drawn, as many as there are, some of the repeats at a time.

    Each of shape (draws, blocks); the draws of all together are the repeats.
    """
    blocks = structure.blocks
    most = max(_AT_ONCE // max(blocks, 1), 1)
    for first in range(0, repeats, most):
        draws = min(most, repeats - first)
        found = generator.integers(max(blocks, 1), size=(draws, blocks))
        found += np.arange(draws)[:, None] * blocks
        yield np.bincount(found.ravel(), minlength=draws * blocks).reshape(draws, blocks)


def sums(codes: Blocks, values: Floats, blocks: int) -> Floats:
    """Sum of the values of each block, shape (blocks,)."""
    return np.bincount(codes, values, blocks).astype(np.float64, copy=False)


def _structure(some: tuple[Blocks, ...], cuts: NDArray[np.integer]) -> Structure:
    codes = _crossed(some)
    sign = 1 if len(some) % 2 else -1
    return Structure(_count(codes), tuple(np.split(codes, cuts)), sign, len(some) > 1)


def _coarsest(ways: list[Blocks]) -> list[Blocks]:
    kept: list[Blocks] = []
    for way in sorted(ways, key=_count):
        if all(_count(_crossed((way, other))) > _count(way) for other in kept):
            kept.append(way)
    return kept


def _crossed(some: tuple[Blocks, ...]) -> Blocks:
    codes = some[0]
    for way in some[1:]:
        codes = _compact(codes * np.int64(_count(way)) + way)
    return codes


def _compact(codes: Blocks) -> Blocks:
    return np.unique(codes, return_inverse=True)[1]


def _count(codes: Blocks) -> int:
    return int(codes.max()) + 1 if len(codes) else 0
