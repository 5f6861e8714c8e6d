"""Slices that nobody declared: searched among all that one or two columns tell, and judged.

Against a limit the worst of hundreds must be told from bad luck: the interval of a slice's value
holds for all that was searched together (Bonferroni). Which slices stand out from all rows is a
list, and of a list few may be wrong: at most LISTED of what is named is false on average (Benjamini
and Hochberg), and the intervals of how far they stand out keep the same promise. What is found is
told once: a further slice is named only where its rows outside of those named before show it too.

All are searched by a statistic that may be rough; whatever comes to be named is measured again
exactly, and only then judged.

Sources: Chung et al. (2019), Slice Finder; Benjamini and Hochberg (1995), Controlling the False
Discovery Rate; Benjamini and Yekutieli (2005), False Discovery Rate-Adjusted Multiple Confidence
Intervals.
"""

from collections.abc import Callable, Mapping
from itertools import islice
from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from mainstay.core.nouns import Estimate
from mainstay.stats import groupwise
from mainstay.stats.blocks import Blocks, Floats
from mainstay.stats.blockwise import Statistic, coarse
from mainstay.stats.candidates import NONE, Column, Cut, cuts
from mainstay.stats.groupwise import Groups, Whole

MOST = 10
"""Slices that are named: nobody reads more."""
FALSE, LISTED = 0.05, 0.1
"""The chance that any interval of a value is false, and the share of the named slices that may be:
what breaks a version must be proven, what somebody should look at may be wrong one time in ten."""
INNER = 5
"""Slices within one that are tried as the reason of it, the worst ones."""
POWER = 0.8
NEAR, LOOKED = 0.9, 300
"""Of the reach of an interval, by which slices are taken to be measured again; the worst of them,
so many."""


class Question(NamedTuple):
    """Where a statistic that knows `within` is bad.

    blocks: of each row, for each way. worse: 1 where more of it is worse, -1 where less is.
    least: rows of a slice.
    """

    statistic: Statistic
    blocks: tuple[Blocks, ...]
    worse: int
    least: int
    unit: str = ""


class Slice(NamedTuple):
    """value: of its rows alone; apart: how much worse than all rows; rows: shape (rows,)."""

    name: str
    value: Estimate
    apart: Estimate
    rows: NDArray[np.bool_]

    @property
    def stands_out(self) -> bool:
        """Whether it is worse than all rows, of few that are said to be and are not."""
        return self.apart.low > 0


Place = tuple[Cut, int]
"""A cut and the code of a slice in it."""
Proven = Callable[[Slice], bool]


class Search(NamedTuple):
    """places: every slice that could be judged, worst against all first; groups: the same, roughly.

    whole, rough: all rows by the statistic and by one that is told sooner. edges: errors to go for
    intervals of values that hold together, and for those of the list.
    """

    question: Question
    whole: Whole
    rough: Whole
    places: tuple[Place, ...]
    groups: Groups | None
    edges: tuple[float, float]

    @property
    def visible(self) -> float:
        """How much worse a slice of middle size must be to be named 8 times in 10; NaN for none."""
        if self.groups is None:
            return float("nan")
        far = groupwise.reach(self.whole, self.groups, self.edges[1], apart=True)
        return float(np.median(far)) * (1 + float(scipy.special.ndtri(POWER)) / self.edges[1])


def searched(question: Question, columns: Mapping[str, Column]) -> Search:
    """Every slice of these columns. Raises ValueError for a statistic without `within`."""
    whole = groupwise.whole(question.statistic, question.blocks)
    rough = groupwise.whole(coarse(question.statistic), question.blocks)
    judged = [(cut, *groupwise.groups(rough, cut, question.least))
              for cut in cuts(columns, question.least)]  # fmt: skip
    places = [(cut, int(code)) for cut, known, _ in judged for code in known]
    if not places:
        return Search(question, whole, rough, (), None, (np.inf, np.inf))
    every = groupwise.joined([one for _, _, one in judged])
    apart = _standing_out(question, rough, every)
    worst = np.argsort(-_against(question, rough, every, apart), kind="stable")
    together = float(scipy.special.ndtri(1 - FALSE / 2 / len(places)))
    ordered = tuple(places[at] for at in worst)
    return Search(question, whole, rough, ordered, every.of(worst), (together, apart))


def named(search: Search, proven: Proven) -> list[Slice]:
    """The proven slices, worst against all first, none that those before it explain; MOST."""
    taken = np.zeros(len(search.question.blocks[0]), dtype=np.bool_)
    near = _near(search, LOOKED, proven)
    found: list[Slice] = []
    for one in near:
        if len(found) < MOST and _shows(search, one, taken, proven):
            first = (_exactly(search, each) for each in (_source(search, one, near, proven), one))
            told = next((each for each in first if each and proven(each)), None)
            if told and _shows(search, told, taken, proven):
                found.append(told)
                taken |= told.rows
    return found


def worst(search: Search, most: int) -> list[Slice]:
    """So many, worst against all first, whatever is proven of them."""
    exact = (_exactly(search, one) for one in _near(search, most, lambda _: True))
    return [one for one in exact if one is not None]


def _near(search: Search, most: int, proven: Proven) -> list[Slice]:
    """The worst of what is about proven, measured roughly: by intervals of NEAR their reach."""
    if search.groups is None:
        return []
    nobody = np.zeros(0, dtype=np.bool_)
    rough = zip(search.places, _estimated(search, search.groups, NEAR), strict=True)
    may = (
        (cut, code, Slice(cut.names[code], value, apart, nobody))
        for (cut, code), (value, apart) in rough
    )
    near = islice(((cut, code, one) for cut, code, one in may if proven(one)), most)
    return [one._replace(rows=cut.codes == code) for cut, code, one in near]


def _shows(search: Search, one: Slice, taken: NDArray[np.bool_], proven: Proven) -> bool:
    """Whether its rows outside of those that are taken show it too."""
    left = one.rows & ~taken
    if left.sum() == one.rows.sum():
        return True
    other = _measured(search, search.rough, one._replace(rows=left))
    return other is not None and proven(other)


def _source(search: Search, one: Slice, near: list[Slice], proven: Proven) -> Slice:
    """The smaller slice within it that is why it is proven: the rest of its rows is not."""
    inner = (other for other in near if other is not one and not (other.rows & ~one.rows).any())
    for other in islice(inner, INNER):
        if not _shows(search, one, other.rows, proven):
            return other
    return one


def _exactly(search: Search, one: Slice) -> Slice | None:
    return _measured(search, search.whole, one)


def _measured(search: Search, whole: Whole, one: Slice) -> Slice | None:
    """The same rows by a statistic, None where they are too few."""
    cut = Cut(np.where(one.rows, 0, NONE), (one.name,))
    known, groups = groupwise.groups(whole, cut, search.question.least)
    if not len(known):
        return None
    ((value, apart),) = _estimated(search, groups, 1.0)
    return one._replace(value=value, apart=apart)


def _estimated(search: Search, groups: Groups, share: float) -> list[tuple[Estimate, Estimate]]:
    """Value, and how much worse than all rows; share: of the reach of their intervals."""
    whole, unit = search.whole, search.question.unit
    together, edge = search.edges
    less = search.question.worse * (groups.value - whole.value)
    far = share * groupwise.reach(whole, groups, together)
    off = share * groupwise.reach(whole, groups, edge, apart=True)
    parts = _estimates(groups, groups.value, far, unit), _estimates(groups, less, off, unit)
    return list(zip(*parts, strict=True))


def _estimates(groups: Groups, value: Floats, far: Floats, unit: str) -> list[Estimate]:
    numbers = zip(value.tolist(), far.tolist(), groups.n.tolist(), strict=True)
    return [Estimate(one, one - off, one + off, n, unit) for one, off, n in numbers]


def _standing_out(question: Question, whole: Whole, every: Groups) -> float:
    """The edge beyond which at most LISTED of what lies there is false; beyond it may be nothing.

    Steps up: so many are named that the chance of each to be by luck is LISTED of their share.
    What is not beyond one edge is beyond no later one.
    """
    tried = named = len(every.n)
    while True:
        edge = float(scipy.special.ndtri(1 - LISTED * max(named, 1) / tried))
        beyond = np.flatnonzero(_against(question, whole, every, edge) > 1)
        if len(beyond) >= named or named <= 1:
            return edge
        named, every = len(beyond), every.of(beyond)


def _against(question: Question, whole: Whole, groups: Groups, edge: float) -> Floats:
    """How much worse than all rows, in reaches of the interval."""
    less = question.worse * (groups.value - whole.value)
    return np.asarray(less / groupwise.reach(whole, groups, edge, apart=True))
