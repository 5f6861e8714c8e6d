"""A pattern as a table of states: one step for each character, whatever text is sent.

Positions and what may follow them: Glushkov (1961); states are sets of positions. There is nothing
to go back to, so the time is that of the text's length, and a pattern whose table would be large is
refused where the contract is read.
"""

import sys
from bisect import bisect_right
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import NamedTuple

from mainstay.core.errors import Mistake
from mainstay.core.patterns import Characters, Either, Joined, Pattern, Ranges, Repeated

STATES = 500
WORK = 200_000
"""Steps of making a table: some tenths of a second."""
DEAD, START = 0, 1
_ASCII = 128
_Set = frozenset[int]
_Steps = dict[tuple[int, int], int]


def _too_much() -> Mistake:
    return Mistake(
        "is too complicated a pattern to be judged on every request",
        "say less with it: fewer repetitions and alternatives that begin alike",
    )


class _Part(NamedTuple):
    """Of a part of a pattern: whether it may be empty, where it begins and ends."""

    empty: bool
    first: _Set
    last: _Set


class _Positions:
    """Places in a pattern where a character stands, and what may follow each."""

    def __init__(self) -> None:
        self.ranges: list[Ranges] = []
        self.follow: list[set[int]] = []
        self._work = 0

    def part(self, pattern: Pattern) -> _Part:
        match pattern:
            case Characters(ranges):
                return self._place(ranges)
            case Joined(parts):
                return self._joined([self.part(one) for one in parts])
            case Either(parts):
                made = [self.part(one) for one in parts]
                first, last = _all(one.first for one in made), _all(one.last for one in made)
                return _Part(any(one.empty for one in made), first, last)
            case Repeated():
                return self._repeated(pattern)

    def _place(self, ranges: Ranges) -> _Part:
        at = len(self.ranges)
        if at >= STATES:
            raise _too_much()
        self.ranges.append(ranges)
        self.follow.append(set())
        return _Part(empty=False, first=frozenset((at,)), last=frozenset((at,)))

    def _joined(self, parts: list[_Part]) -> _Part:
        whole = _Part(empty=True, first=frozenset(), last=frozenset())
        for part in parts:
            self._connect(whole.last, part.first)
            first = whole.first | part.first if whole.empty else whole.first
            last = whole.last | part.last if part.empty else part.last
            whole = _Part(whole.empty and part.empty, first, last)
        return whole

    def _repeated(self, pattern: Repeated) -> _Part:
        """Copies in a row, of which the last that are not needed may be left out."""
        if pattern.most == 0:
            return _Part(empty=True, first=frozenset(), last=frozenset())
        copies = pattern.most or max(pattern.least, 1)
        made = [self.part(pattern.inner) for _ in range(copies)]
        least = 0 if made[0].empty else pattern.least
        for one, other in pairwise(made):
            self._connect(one.last, other.first)
        if pattern.most is None:
            self._connect(made[-1].last, made[-1].first)
        last = _all(one.last for one in made[max(least, 1) - 1 :])
        return _Part(not least, made[0].first, last)

    def _connect(self, last: _Set, first: _Set) -> None:
        self._work += len(last) * len(first)
        if self._work > WORK:
            raise _too_much()
        for at in last:
            self.follow[at] |= first


class _Table:
    """States made from sets of positions, as they are reached; kinds: classes of characters."""

    def __init__(self, positions: _Positions, whole: _Part) -> None:
        self.cuts = _cuts(positions.ranges)
        self.steps: _Steps = {}
        self.known: dict[_Set, int] = {frozenset(): DEAD, frozenset((-1,)): START}
        self._kinds = [_kinds(ranges, self.cuts) for ranges in positions.ranges]
        self._follow = [*positions.follow, whole.first]  # what follows -1, the beginning
        self._work = 0
        open_states = [frozenset((-1,))]
        while open_states:
            open_states += self._reached(open_states.pop())

    def _reached(self, state: _Set) -> list[_Set]:
        """The states one step from a state that were not known."""
        towards: dict[int, set[int]] = {}
        for at in _all(self._follow[place] for place in state):
            self._work += len(self._kinds[at])
            for kind in self._kinds[at]:
                towards.setdefault(kind, set()).add(at)
        found = {kind: frozenset(places) for kind, places in towards.items()}
        fresh = [one for one in dict.fromkeys(found.values()) if one not in self.known]
        self.known |= {one: len(self.known) + at for at, one in enumerate(fresh)}
        self._work += len(state)
        if len(self.known) > STATES + 2 or self._work > WORK:
            raise _too_much()
        here = self.known[state]
        self.steps |= {(here, kind): self.known[places] for kind, places in found.items()}
        return fresh


def matcher(pattern: Pattern) -> Callable[[str], bool]:
    """Whether a whole text is of a pattern. Raises Mistake where that takes too large a table."""
    positions = _Positions()
    whole = positions.part(pattern)
    table = _Table(positions, whole)
    ends = {at for places, at in table.known.items() if places & whole.last}
    accepted = ends | {START} if whole.empty else ends
    return _matching(table.steps, table.cuts, len(table.known), frozenset(accepted))


def _matching(
    steps: _Steps, cuts: tuple[int, ...], states: int, accepted: _Set
) -> Callable[[str], bool]:
    kinds = [bisect_right(cuts, code) - 1 for code in range(_ASCII)]
    rows: list[dict[str, int]] = [
        {chr(code): steps[at, kind] for code, kind in enumerate(kinds) if (at, kind) in steps}
        for at in range(states)
    ]

    def matches(text: str) -> bool:
        state = START
        for sign in text:
            row = rows[state]
            if sign in row:
                state = row[sign]
                continue
            state = steps.get((state, bisect_right(cuts, ord(sign)) - 1), DEAD)
            if not state:
                return False
        return state in accepted

    return matches


def _all(sets: Iterable[AbstractSet[int]]) -> _Set:
    return frozenset[int]().union(*sets)


def _cuts(ranges: list[Ranges]) -> tuple[int, ...]:
    """Where a kind of characters begins that all positions treat alike, from 0."""
    ends = {end for some in ranges for low, high in some for end in (low, high + 1)}
    return tuple(sorted({0, *ends} - {sys.maxunicode + 1}))


def _kinds(ranges: Ranges, cuts: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(
        at
        for low, high in ranges
        for at in range(bisect_right(cuts, low) - 1, bisect_right(cuts, high))
    )
