"""How far a column moved, since when it most likely did."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from mainstay.core.nouns import Estimate
from mainstay.life.watch.parts import CALLED, Part
from mainstay.stats.components import Component
from mainstay.stats.detector import Evidence

REACH = 1.96  # standard errors to each side: 95 %
WHAT = {"location": "", "spread": " spread", "null": " missing", "other": " other"}


class Shift(NamedTuple):
    """A column by the component that moved it most; loud: it alone is an alarm.

    far: in training standard deviations. evidence: of the whole column, by its weight. tolerated:
    the largest that is no incident.
    """

    column: str
    what: str
    far: Estimate
    evidence: float
    weighs: bool
    loud: bool
    tolerated: float = 0.0

    @property
    def large(self) -> bool:
        """Whether it may be more than is tolerated."""
        return self.size.high >= self.tolerated

    @property
    def size(self) -> Estimate:
        """However it moved, up or down."""
        far = self.far
        if far.value >= 0:
            return far
        return Estimate(-far.value, -far.high, -far.low, far.n, far.unit)

    def __str__(self) -> str:
        far = self.far
        return (
            f"{self.column}{self.what} by {far.value:+.2f} sd ({far.low:+.2f} to {far.high:+.2f})"
        )


def shifts(part: Part, found: Evidence, alarm: float, tolerated: float = 0.0) -> Iterator[Shift]:
    """One of each column."""
    names = [one.column for one in part.reference.components]
    for name in dict.fromkeys(names):
        at = np.flatnonzero([one == name for one in names])
        loud = at[found.components[at] >= alarm]
        far = np.abs(found.shift[loud]) + REACH * found.error[loud]
        place = loud[far.argmax()] if len(loud) else at[found.components[at].argmax()]
        yield Shift(
            column=CALLED.get(name, name),
            what=_what(part.reference.components[place]),
            far=_estimate(float(found.shift[place]), float(found.error[place]), part),
            evidence=float(part.weight[at] @ found.components[at]),
            weighs=bool(part.weight[at].any()),
            loud=bool(len(loud)),
            tolerated=tolerated,
        )


def _estimate(shift: float, error: float, part: Part) -> Estimate:
    rows = int(part.live.rows.sum())
    return Estimate(shift, shift - REACH * error, shift + REACH * error, rows, "sd")


def _what(one: Component) -> str:
    """What of the column moved, where it is not where its values lie."""
    return (
        f" ({one.level})" if one.kind in ("level", "rare") else WHAT.get(one.kind, f" {one.kind}")
    )
