"""Where trees lead many rows at once: a bit for each row, and one AND for a split of 64 rows.

A split's condition is one bitmap of the rows that meet it. From the root down, the rows that reach
a node are ANDed with it: those that meet it go left, the others right. Leaves are numbered by a
Gray code, so that of each binary digit of a leaf's number few nodes say which rows have it; these
digits, spread to a byte for each row, are the number of its leaf. No table grows with the leaves
of all trees, and nothing branches. Numbers of leaves from bitmaps of nodes are the reverse of
QuickScorer's (Lucchese et al. 2015, SIGIR), whose bits are the leaves of one row.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.bundle.places import Matrix, Places

MOST_LEAVES = 256
"""Of a tree: the number of a leaf is one byte."""
Bits = NDArray[np.uint64]
"""Bitmaps, shape (any, words): row r is bit r % 64 of word r // 64."""
_NONE, _ALL = 0, 1
"""Where a block keeps the bitmaps of no row and of every row."""
_FULL = np.uint64(2**64 - 1)


class Node(NamedTuple):
    """A split. condition: its number. left, right: another node or, as ~number, a leaf."""

    condition: int
    left: int
    right: int


class Tree(NamedTuple):
    """Its nodes, the root first, and the values of its leaves."""

    nodes: Sequence[Node]
    leaves: Sequence[float]


class _Sets(NamedTuple):
    """Of codes of one column. first: the number of the first; members: shape (places, sets)."""

    first: int
    column: int
    members: NDArray[np.uint8]

    def met(self, places: Places, out: NDArray[np.uint8]) -> None:
        """Writes which rows are members, eight in a byte; places: of as many rows as out has."""
        rows = self.members.take(places, axis=0, mode="clip").reshape(len(places) // 8, 8, -1)
        made = rows[:, 7].copy()
        for at in range(6, -1, -1):
            made += made
            made |= rows[:, at]
        out[self.first : self.first + made.shape[1]] = made.T


class Conditions:
    """Which rows stand at most at each place of each column, or among some of its codes.

    sizes: places of each column. sets: by column, those of codes that are asked about; the last
    place of such a column is none of them. count: of all conditions. held: bytes of the sets.
    """

    def __init__(self, sizes: Sequence[int], sets: Mapping[int, Sequence[frozenset[int]]]) -> None:
        # before the bitmaps of a column stands one that takes the rows of the last column away
        ends = np.cumsum(np.array(sizes, np.intp) + 1)
        self._first, self._clear = (ends - np.array(sizes, np.intp))[:, None], ends[:-1]
        self._end = sum(sizes) + len(sizes)
        self._sets, self.count = list[_Sets](), self._end
        for column, some in sets.items():
            members = np.zeros((sizes[column], len(some)), np.uint8)
            for at, codes in enumerate(some):
                members[list(codes), at] = 1
            self._sets.append(_Sets(self.count, column, members))
            self.count += len(some)
        self._among = {one.column: one.first for one in self._sets}
        self.held = sum(one.members.nbytes for one in self._sets)

    def at_most(self, column: int, place: int) -> int:
        """The number of a condition."""
        return int(self._first[column, 0]) + place

    def among(self, column: int, number: int) -> int:
        """That of a set of a column, by the order in which they were given."""
        return self._among[column] + number

    def met(self, places: Places) -> Bits:
        """Of rows by their places, shape (columns, rows): by number, void between columns."""
        count = places.shape[1]
        rows, width = np.arange(count), -(-count // 64) * 8
        bits = np.zeros((self.count, width), np.uint8)
        own = ((places + self._first) * width + (rows >> 3)).ravel()
        np.add.at(bits.reshape(-1), own, np.tile((1 << (rows & 7)).astype(np.uint8), len(places)))
        words: Bits = bits.view(np.uint64)
        known = words[: self._end]
        known[self._clear] = _FULL
        np.bitwise_xor.accumulate(known, axis=0, out=known)
        for one in self._sets:
            one.met(np.pad(places[one.column], (0, 8 * width - count)), bits)
        return words


class _Level(NamedTuple):
    """Nodes equally deep: their conditions, and where the bitmaps of who reaches them are kept."""

    conditions: Places
    reached: Places


class Block:
    """Trees that are walked together; safe to use from several threads."""

    def __init__(self, trees: Sequence[Tree]) -> None:
        self.trees = len(trees)
        self._levels, kept = _levels(trees)
        self._kept = 2 + 2 * sum(len(one.conditions) for one in self._levels)
        self._digits = max(1, *((len(one.leaves) - 1).bit_length() for one in trees))
        digits = [
            [kept[number, at] for at in _having(one.nodes, digit)] or [_NONE]
            for digit in range(self._digits) for number, one in enumerate(trees)
        ]  # fmt: skip
        self._begin = _begins(digits)
        self._having = np.array([at for some in digits for at in some], np.intp)
        values = np.zeros((self.trees, 1 << self._digits))
        for number, one in enumerate(trees):
            values[number, [gray(at) for at in range(len(one.leaves))]] = one.leaves
        self._values = values.ravel()
        self._offset = (np.arange(self.trees) << self._digits)[:, None]

    def worth(self, met: Bits, count: int, out: Matrix) -> None:
        """Writes what each tree's leaf of each row is worth, shape (trees, count)."""
        found = self._reached(met).take(self._having, axis=0, mode="clip")
        digits = np.bitwise_or.reduceat(found, self._begin, axis=0).view(np.uint8)
        spread = np.unpackbits(digits, axis=1, count=count, bitorder="little")
        *lower, number = spread.reshape(self._digits, self.trees, count)
        for one in reversed(lower):
            number += number  # a shift takes five times as long
            number |= one
        leaves = np.add(number, self._offset, dtype=np.intp)
        self._values.take(leaves, out=out, mode="clip")

    def _reached(self, met: Bits) -> Bits:
        """Who reaches each node and each leaf."""
        kept = np.empty((self._kept, met.shape[1]), np.uint64)
        kept[_NONE], kept[_ALL] = 0, _FULL
        at = 2
        for conditions, reached in self._levels:
            count = len(conditions)
            left, right = kept[at : at + count], kept[at + count : at + 2 * count]
            met.take(conditions, axis=0, out=left, mode="clip")
            kept.take(reached, axis=0, out=right, mode="clip")
            left &= right
            right ^= left
            at += 2 * count
        return kept


def gray(number: int) -> int:
    """Its Gray code: neighbours differ in one digit.

    >>> [gray(one) for one in range(5)]
    [0, 1, 3, 2, 6]
    """
    return number ^ number >> 1


def _levels(trees: Sequence[Tree]) -> tuple[list[_Level], dict[tuple[int, int], int]]:
    """From the roots down; and where the bitmap of each node and leaf of each tree is kept."""
    roots = [(number, 0 if one.nodes else ~0) for number, one in enumerate(trees)]
    kept, levels, end = dict.fromkeys(roots, _ALL), list[_Level](), 2
    while reached := [(number, at) for number, at in roots if at >= 0]:
        nodes = [trees[number].nodes[at] for number, at in reached]
        conditions = [one.condition for one in nodes]
        levels.append(_Level(np.array(conditions), np.array([kept[one] for one in reached])))
        numbers = [number for number, _ in reached] * 2
        below = [one.left for one in nodes] + [one.right for one in nodes]
        roots = list(zip(numbers, below, strict=True))
        kept |= {one: end + at for at, one in enumerate(roots)}
        end += len(roots)
    return levels, kept


def _having(nodes: Sequence[Node], digit: int) -> list[int]:
    """The fewest nodes, or leaves as ~number, below which all numbers of leaves have a digit.

    Leaves are numbered from left to right.
    """

    def found(at: int) -> tuple[list[int], bool]:
        """And whether these are all."""
        if at < 0:
            has = bool(gray(~at) >> digit & 1)
            return ([at] if has else []), has
        left, whole_left = found(nodes[at].left)
        right, whole_right = found(nodes[at].right)
        return ([at], True) if whole_left and whole_right else (left + right, False)

    return found(0 if nodes else ~0)[0]


def _begins(parts: Sequence[Sequence[int]]) -> Places:
    """Where each part begins in all of them together."""
    sizes = np.array([len(one) for one in parts], np.intp)
    return np.cumsum(sizes) - sizes
