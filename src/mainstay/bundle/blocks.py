"""Which leaves of a block of trees its inputs leave open, and what the lowest of them is worth.

Each input has a table: for each of its places, the open leaves of all trees of the block, as bits.
A tree asks few of the inputs, and each in few places, so two or more of them fit one table of all
their combinations: a row is then one look at it, not two and an AND. Sums go on tree by tree.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.bundle.places import Matrix, Places

MOST_LEAVES = 32
TREES = 100
"""Of a block: their tables and the bits of the rows that are looked up together stay near."""
COMBINED = 256
"""Places of a table of several inputs: 300 trees of 35 inputs take 3.0 us a row, else 4.5."""
ALL = np.uint32(2**MOST_LEAVES - 1)
Bits = NDArray[np.uint32]


class Table(NamedTuple):
    """Inputs together. open: shape (places, trees).

    steps: by number of the input, what each of its places adds to the place here.
    """

    steps: tuple[tuple[int, Places], ...]
    open: Bits

    def places(self, given: Sequence[Places]) -> Places:
        """Of rows, from their places in each input."""
        (first, step), *others = self.steps
        found = step.take(given[first])
        for number, more in others:
            found += more.take(given[number])
        return found


class Block:
    """Trees whose leaves are looked up together; safe to use from several threads."""

    def __init__(self, tables: Sequence[Table], values: Matrix) -> None:
        """values: of the leaves, shape (trees, MOST_LEAVES)."""
        self._tables, self._values, self.trees = tables, values.ravel(), len(values)
        # the bits of a power of two as float32 are its exponent + 127
        self._first = (np.arange(self.trees, dtype=np.int32) * MOST_LEAVES - 127)[:, None]

    def worth(self, given: Sequence[Places], count: int, out: Matrix) -> None:
        """Writes what the open leaf of each tree is worth, shape (trees, count)."""
        signed = self._open(given, count).view(np.int32)
        exponents = (signed & -signed).astype(np.float32).view(np.int32)
        exponents >>= 23
        exponents &= 255  # the sign of the highest bit is cut off
        leaves = np.add(exponents.T, self._first, dtype=np.intp)
        self._values.take(leaves, out=out, mode="clip")

    def _open(self, given: Sequence[Places], count: int) -> Bits:
        if not self._tables:
            return np.full((count, self.trees), ALL)
        first, *others = self._tables
        bits = first.open.take(first.places(given), axis=0, mode="clip")
        one = np.empty_like(bits)
        for table in others:
            table.open.take(table.places(given), axis=0, out=one, mode="clip")
            np.bitwise_and(bits, one, out=bits)
        return bits


def combined(tables: Sequence[Table], most: int = COMBINED) -> list[Table]:
    """The same leaves by fewer tables, of at most so many places where they are several inputs'."""
    left, made = sorted(tables, key=lambda one: len(one.open)), list[Table]()
    while left:
        one = left.pop()
        while fitting := [at for at, other in enumerate(left)
                          if len(one.open) * len(other.open) <= most]:  # fmt: skip
            one = _both(one, left.pop(fitting[-1]))
        made.append(one)
    return made


def _both(one: Table, other: Table) -> Table:
    width, trees = other.open.shape
    steps = tuple((number, step * width) for number, step in one.steps)
    bits = one.open[:, None] & other.open[None]
    return Table((*steps, *other.steps), bits.reshape(-1, trees))
