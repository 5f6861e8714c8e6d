"""What more records would bring, in the words that a learning curve allows."""

from collections.abc import Iterator

import numpy as np

from mainstay.contract.metrics import Metric
from mainstay.core.nouns import Estimate, Evidence, Limit, Verdict
from mainstay.life.assess.findings import finding, gate
from mainstay.life.assess.promised import Promise
from mainstay.stats.forecasts.outlook import AHEAD, LIKELY, UNLIKELY, Outlook, Reach

CURVE, CEILING, GOAL = "learning curve", "ceiling", "goal in reach"
METHOD = "random nested parts of the rows, power law calibrated on other data, 80 %"
REACHED = f"{METHOD}, with the records there are"
ANY = (
    "random nested parts of the rows, power law calibrated on other data, with any number of"
    f" records: from a chance of {UNLIKELY * 100:.0f} to one of {LIKELY * 100:.0f} %"
)
TIME = "on rows of the same time: how it holds later is the shelf life"
NOISY = "so few rows as a fit holds out make it larger than it is; certify measures it"
SURE = 0.01
WORSE = "more records made it worse: not fitted"
TOLD = {
    Reach.REACHED: "met with as many records as were fitted",
    Reach.LIKELY: "in reach with more of the same records",
    Reach.OPEN: "may be in reach with more of the same records",
    Reach.OUT: "not in reach with these inputs: more records will not help, better inputs may",
    Reach.UNKNOWN: "cannot be told yet",
}


def prospects(found: Outlook, promised: Promise, *, there: int) -> Iterator[Evidence]:
    """there: records there are, of which the fits may have taken a part.

    Everything is told in the metric of the promise, by the number of records.
    """
    took, subject = found.now.n, promised.scale.metric
    part = f"; fits took the newest {took:,} of {there:,}" if took < there else ""
    yield finding(_clause(took), subject, METHOD, _told(promised, found.now), TIME + part)
    if not found.ahead:
        yield finding(CURVE, subject, METHOD, note=WORSE)
        yield untold(promised, WORSE)
        return
    for far, one in zip(AHEAD, found.ahead, strict=True):
        yield finding(_clause(took * far), subject, METHOD, _told(promised, one))
    if found.ceiling:
        yield finding(CEILING, subject, METHOD, _told(promised, found.ceiling))
    yield _reached(found, promised)


def untold(promised: Promise, why: str) -> Evidence:
    """What cannot be told is no pass."""
    metric, limit = promised.scale.metric, promised.limit
    said = promised.words if limit is None else why
    note = f"{TOLD[Reach.UNKNOWN]}: {said}"
    return Evidence(GOAL, metric, "", METHOD, limit=limit, verdict=Verdict.UNSURE, note=note)


def unlooked(metric: Metric, limit: Limit) -> Evidence:
    """Of a goal that no fit can be scored by."""
    note = f"not looked at: {NOISY}"
    return Evidence(GOAL, metric, "", METHOD, limit=limit, verdict=Verdict.UNSURE, note=note)


def percent(chance: float) -> str:
    """Never certain: draws cannot tell."""
    if chance < SURE:
        return f"less than {SURE:.0%}"
    return f"more than {1 - SURE:.0%}" if chance > 1 - SURE else f"{chance:.0%}"


def _reached(found: Outlook, promised: Promise) -> Evidence:
    """Held against the goal: what is reached, else what would be with any number of records."""
    limit, metric = promised.limit, promised.scale.metric
    if limit is None or found.best is None or found.reach is Reach.UNKNOWN:
        return untold(promised, "the curve is too short; collect twice what there is and ask again")
    if found.reach is Reach.REACHED:
        return gate(GOAL, metric, REACHED, _told(promised, found.now), limit, TOLD[found.reach])
    return gate(GOAL, metric, ANY, _told(promised, found.best), limit, _note(found))


def _clause(records: float) -> str:
    return f"{CURVE}: {records:,.0f} records"


def _told(promised: Promise, error: Estimate) -> Estimate:
    return promised.value(Estimate(1 - error.value, 1 - error.high, 1 - error.low, error.n))


def _note(found: Outlook) -> str:
    assert found.chance is not None, "told only of a goal"
    said = f"{TOLD[found.reach]}; chance {percent(found.chance)}, asked {LIKELY:.0%}"
    wanted = found.needed if found.reach is not Reach.OUT else None
    return f"{said}; {_records(wanted)}" if wanted else said


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
