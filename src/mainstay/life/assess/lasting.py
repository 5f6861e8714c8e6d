"""How long a model of this kind lasts, in the words that its grade allows.

A: value, interval and chance. B: the same, its record beside it. C: a range, by analogy with other
models. D: nothing but when there will be something to say. No age beyond the longest one seen.
"""

from collections.abc import Iterator

import numpy as np

from mainstay.core.nouns import Estimate, Evidence
from mainstay.life.assess.findings import finding
from mainstay.stats.forecasts import backtest, library, paths, retraining
from mainstay.stats.forecasts import shelf as shelves
from mainstay.stats.forecasts.ageing import Ageing, ageing
from mainstay.stats.forecasts.backtest import Backtest
from mainstay.stats.forecasts.grade import Grade, coverage
from mainstay.stats.forecasts.library import Library
from mainstay.stats.forecasts.pool import FEWEST
from mainstay.stats.forecasts.retraining import Interval
from mainstay.stats.forecasts.shelf import ShelfLife

SHELF, CHANCE, AGED, SWING = "shelf life", "chance of a breach", "ageing", "ordinary swing"
RETRAIN = "cheapest retraining"
METHOD = "backtest by real fits, pooled forecasters, 80 %"
DAYS = "days"


def life(whole: Backtest, bound: float, others: Library, *, seed: int) -> ShelfLife:
    """Of a model cut in the last period. bound: the least score promised, on the matrix's scale."""
    reference = library.reference(others, backtest.horizon(whole))
    return shelves.shelf_life(whole, whole.periods - 1, bound, reference, seed=seed)


def lasting(
    whole: Backtest, found: ShelfLife, *, days: int, retraining_costs: float, others: int
) -> Iterator[Evidence]:
    """found: `life`; days: of a period; retraining_costs: of one, in score x periods.

    others: how many reference models there are.
    """
    now, ages = whole.periods - 1, backtest.horizon(whole)
    yield from shelf(found, days, others)
    if found.grade is Grade.D:
        return
    gaps = paths.gaps(whole, now, ages)
    fresh = backtest.fresh(whole, now)
    yield from aged(ageing(gaps, fresh[np.isfinite(fresh)]), ages * days)
    yield renewed(retraining.cheapest(retraining.staleness(gaps), retraining_costs), days)


def shelf(found: ShelfLife, days: int, others: int) -> Iterator[Evidence]:
    """When a promise breaks, and how likely within what was seen; others: reference models."""
    if found.grade is Grade.D or found.breach is None:
        left = f"grade D: nothing to say before {FEWEST} periods of {days} days were scored"
        yield finding(SHELF, SHELF, METHOD, note=left)
        return
    beyond = f"more than {found.seen * days}"
    ends = [beyond if age > found.seen else f"{age * days:.0f}" for age in _ends(found.breach)]
    span = f"80 %: {ends[0]} to {ends[2]} days"
    if found.grade is Grade.C:
        yield finding(SHELF, SHELF, METHOD, note=f"{span}, by analogy with {others} models")
        return
    note = f"grade {found.grade}, {ends[1]} days ({span}){_record(found)}"
    yield finding(SHELF, SHELF, METHOD, _capped(found.breach, found.seen, days), note)
    within = f"within {found.seen * days} days"
    yield finding(CHANCE, SHELF, METHOD, note=f"{found.chance:.0%} {within}")


def aged(found: Ageing, days: int) -> Iterator[Evidence]:
    """What age costs, which retraining recovers, and what differs between periods anyway."""
    said = {
        True: "larger than the ordinary swing: retraining pays where it is cheap",
        False: "smaller than the ordinary swing: a bad period seldom asks for retraining",
        None: "not told apart from the ordinary swing",
    }
    yield finding(AGED, SHELF, f"{METHOD}, over {days} days", found.lost, said[found.larger])
    yield finding(SWING, SHELF, f"{METHOD}, standard deviation of fresh models", found.swing)


def renewed(found: Interval, days: int) -> Evidence:
    """How often to retrain at least cost, and what costs as little."""
    alike = f"{found.shortest * days} to {found.longest * days} days cost the same within 3 %"
    seen = f"retraining within the {len(found.costs) * days} days seen does not pay; "
    age = Estimate(
        float(found.periods * days),
        float(found.shortest * days),
        float(found.longest * days),
        len(found.costs),
        DAYS,
    )
    return finding(RETRAIN, SHELF, METHOD, age, (seen if found.never else "") + alike)


def _ends(breach: Estimate) -> tuple[float, float, float]:
    return breach.low, breach.value, breach.high


def _capped(breach: Estimate, seen: int, days: int) -> Estimate:
    """In days; an age that nobody has seen counts as the longest seen."""
    low, value, high = (min(age, seen) * days for age in _ends(breach))
    return Estimate(value, low, high, breach.n, DAYS)


def _record(found: ShelfLife) -> str:
    kept = coverage(found.forecast) if found.forecast else None
    if kept is None or found.forecast is None:
        return ""
    return f"; of {found.forecast.cells} scores foretold {kept:.0%} were inside"
