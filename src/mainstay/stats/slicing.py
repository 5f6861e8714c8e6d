"""Slices that nobody declared: searched among all that one or two columns tell, and judged.

Against a limit the worst of hundreds must be told from bad luck: the interval of a slice's value
holds for all that was searched together (Bonferroni). Which slices stand out from all rows is a
list, and of a list few may be wrong: at most 0.05 of what is named is false on average (Benjamini
and Hochberg), and the intervals of how far they stand out keep the same promise. What is found is
told once: a further slice is named only where its rows outside of those named before show it too.

Sources: Chung et al. (2019), Slice Finder; Benjamini and Hochberg (1995), Controlling the False
Discovery Rate; Benjamini and Yekutieli (2005), False Discovery Rate-Adjusted Multiple Confidence
Intervals.
"""

from collections.abc import Callable, Mapping
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from mainstay.core.nouns import Estimate
from mainstay.stats import groupwise
from mainstay.stats.blocks import Blocks, Floats
from mainstay.stats.blockwise import Statistic
from mainstay.stats.candidates import NONE, Column, Cut, cuts
from mainstay.stats.groupwise import Groups, Whole

MOST = 10
"""Slices that are named: nobody reads more."""
FALSE = 0.05
"""Share of the named slices that may be false, and the chance that any interval of a value is."""
INNER = 5
"""Slices within one that are tried as the reason of it, the worst ones."""
POWER = 0.8


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


class Search(NamedTuple):
    """places: the cut and the code of every slice that could be judged, worst against all first."""

    question: Question
    whole: Whole
    places: tuple[tuple[Cut, int], ...]
    groups: Groups | None
    edges: tuple[float, float]

    @property
    def visible(self) -> float:
        """How much worse a slice of middle size must be to be named 8 times in 10; NaN for none."""
        if self.groups is None:
            return float("nan")
        far = groupwise.reach(self.whole, self.groups, self.edges[1], apart=True)
        return float(np.median(far)) * (1 + float(special.ndtri(POWER)) / self.edges[1])


def searched(question: Question, columns: Mapping[str, Column]) -> Search:
    """Every slice of these columns. Raises ValueError for a statistic without `within`."""
    whole = groupwise.whole(question.statistic, question.blocks)
    judged = [(cut, *groupwise.groups(whole, cut, question.least))
              for cut in cuts(columns, question.least)]  # fmt: skip
    places = [(cut, int(code)) for cut, known, _ in judged for code in known]
    if not places:
        return Search(question, whole, (), None, (np.inf, np.inf))
    every = groupwise.joined([one for _, _, one in judged])
    apart = _standing_out(question, whole, every)
    worst = np.argsort(-_against(question, whole, every, apart), kind="stable")
    together = float(special.ndtri(1 - FALSE / 2 / len(places)))
    ordered = tuple(places[at] for at in worst)
    return Search(question, whole, ordered, every.of(worst), (together, apart))


def named(search: Search, proven: Callable[[Slice], bool]) -> list[Slice]:
    """The proven slices, worst against all first, none that those before it explain; MOST."""
    taken = np.zeros(len(search.question.blocks[0]), dtype=np.bool_)
    known = list(filter(proven, _slices(search, search.groups, search.places)))
    found: list[Slice] = []
    for one in known:
        if len(found) < MOST and any(map(proven, _outside(search, one, taken))):
            found.append(_source(search, one, known, proven))
            taken |= found[-1].rows
    return found


def _source(
    search: Search, one: Slice, known: list[Slice], proven: Callable[[Slice], bool]
) -> Slice:
    """The smaller slice within it that is why it is proven: the rest of its rows is not."""
    inner = (other for other in known if other is not one and not (other.rows & ~one.rows).any())
    for other in islice(inner, INNER):
        if not any(map(proven, _outside(search, one, other.rows))):
            return other
    return one


def _outside(search: Search, one: Slice, taken: NDArray[np.bool_]) -> list[Slice]:
    """The slice without the rows that are taken, where enough are left."""
    cut = Cut(np.where(one.rows & ~taken, 0, NONE), (one.name,))
    known, groups = groupwise.groups(search.whole, cut, search.question.least)
    return _slices(search, groups, tuple((cut, int(code)) for code in known))


def _slices(
    search: Search, groups: Groups | None, places: tuple[tuple[Cut, int], ...]
) -> list[Slice]:
    if groups is None:
        return []
    whole, unit = search.whole, search.question.unit
    together, edge = search.edges
    less = search.question.worse * (groups.value - whole.value)
    parts = zip(
        places,
        _estimates(groups, groups.value, groupwise.reach(whole, groups, together), unit),
        _estimates(groups, less, groupwise.reach(whole, groups, edge, apart=True), unit),
        strict=True,
    )
    return [
        Slice(cut.names[code], value, apart, cut.codes == code)
        for (cut, code), value, apart in parts
    ]


def _estimates(groups: Groups, value: Floats, far: Floats, unit: str) -> list[Estimate]:
    numbers = zip(value.tolist(), far.tolist(), groups.n.tolist(), strict=True)
    return [Estimate(one, one - off, one + off, n, unit) for one, off, n in numbers]


def _standing_out(question: Question, whole: Whole, every: Groups) -> float:
    """The edge beyond which at most FALSE of what lies there is false; beyond it may be nothing.

    Steps up: so many are named that the chance of each to be by luck is FALSE of their share.
    """
    tried = len(every.n)
    named = tried
    while True:
        edge = float(special.ndtri(1 - FALSE * max(named, 1) / tried))
        beyond = int((_against(question, whole, every, edge) > 1).sum())
        if beyond >= named or named <= 1:
            return edge
        named = beyond


def _against(question: Question, whole: Whole, groups: Groups, edge: float) -> Floats:
    """How much worse than all rows, in reaches of the interval."""
    less = question.worse * (groups.value - whole.value)
    return np.asarray(less / groupwise.reach(whole, groups, edge, apart=True))
