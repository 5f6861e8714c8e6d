"""What more records would bring, in the words that a learning curve allows."""

from collections.abc import Iterator

import numpy as np

from mainstay.core.nouns import Estimate, Evidence
from mainstay.life.assess.findings import finding
from mainstay.stats.forecasts.outlook import AHEAD, Outlook, Reach

CURVE, CEILING, GOAL = "learning curve", "ceiling", "goal in reach"
METHOD = "random nested parts of the rows, power law calibrated on other data, 80 %"
TIME = "on rows of the same time: how it holds later is the shelf life"
TOLD = {
    Reach.REACHED: "met with as many records as were fitted",
    Reach.LIKELY: "in reach with more of the same records",
    Reach.OPEN: "may be in reach with more of the same records",
    Reach.OUT: "not in reach with these inputs: more records will not help, better inputs may",
    Reach.UNKNOWN: "cannot be told yet",
}


def prospects(found: Outlook, subject: str, *, there: int) -> Iterator[Evidence]:
    """subject: the measure; there: records there are, of which the fits may have taken a part.

    Everything is told as 1 - error, so that more is better, and by the number of records.
    """
    took = found.now.n
    part = f"; fits took {took:,} of {there:,}" if took < there else ""
    yield finding(_clause(took), subject, METHOD, _better(found.now), TIME + part)
    if not found.ahead:
        yield finding(CURVE, subject, METHOD, note="more records made it worse: not fitted")
        return
    for far, one in zip(AHEAD, found.ahead, strict=True):
        yield finding(_clause(took * far), subject, METHOD, _better(one))
    if found.ceiling:
        yield finding(CEILING, subject, METHOD, _better(found.ceiling))
    if found.chance is not None:
        yield finding(GOAL, subject, METHOD, note=_told(found))


def _clause(records: float) -> str:
    return f"{CURVE}: {records:,.0f} records"


def _better(error: Estimate) -> Estimate:
    return Estimate(1 - error.value, 1 - error.high, 1 - error.low, error.n)


def _told(found: Outlook) -> str:
    said = TOLD[found.reach]
    if found.reach not in (Reach.LIKELY, Reach.OPEN) or found.chance is None:
        return said
    chance = f"{said}; chance {found.chance:.0%}"
    return f"{chance}; {_records(found.needed)}" if found.needed else chance


def _records(needed: Estimate) -> str:
    """A range, never one number: a fitted curve is no count of records. Ask again after doubling.

    Source: Mahmood et al. (2022), How Much More Data Do I Need?
    """
    low, high = needed.low, needed.high
    if not np.isfinite(low):
        return f"more than 64 times the {needed.n:,} trained on"
    most = f"{_rounded(high):,}" if np.isfinite(high) else "more than anyone can tell"
    return f"{_rounded(low):,} to {most} records; collect twice what there is and ask again"


def _rounded(records: float) -> int:
    """To two digits."""
    scale = 10 ** max(int(np.floor(np.log10(max(records, 1)))) - 1, 0)
    return int(round(records / scale) * scale)
