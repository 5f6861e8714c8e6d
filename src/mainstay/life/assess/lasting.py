"""How long a model of this kind lasts, in the words that its grade allows.

A: value, interval and chance. B: the same, its record beside it. C: a range, by analogy with other
models. D: nothing but when there will be something to say. No age beyond the longest one seen.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from mainstay.core.nouns import Estimate, Evidence
from mainstay.life.assess.findings import finding
from mainstay.life.assess.promised import Promise
from mainstay.life.assess.renewing import Renewal
from mainstay.life.assess.worth import MONTH_DAYS
from mainstay.stats.blocks import Floats
from mainstay.stats.forecasts import backtest, goal, library, paths, retraining
from mainstay.stats.forecasts import shelf as shelves
from mainstay.stats.forecasts.ageing import Ageing, ageing
from mainstay.stats.forecasts.backtest import Backtest
from mainstay.stats.forecasts.goal import Room
from mainstay.stats.forecasts.grade import Grade, coverage
from mainstay.stats.forecasts.library import Library
from mainstay.stats.forecasts.pool import FEWEST
from mainstay.stats.forecasts.retraining import Interval
from mainstay.stats.forecasts.shelf import ShelfLife

SHELF, CHANCE, AGED, SWING = "shelf life", "chance of a breach", "ageing", "ordinary swing"
RETRAIN = "cheapest retraining"
METHOD = "backtest by real fits, pooled forecasters, 80 %"
SANITY = "sanity of the goal"
FRESH = "scores of models just retrained, in standard deviations between periods, 80 %"
DAYS, YEAR = "days", 365


class Terms(NamedTuple):
    """bound: the least score promised, on the scale of the backtest; days: of a period.

    missed_a_year: how often a period may fall below the bound with nothing wrong, None where the
    bound is no goal.
    """

    promised: Promise
    bound: float
    days: int
    renewal: Renewal
    missed_a_year: float | None = None


def life(whole: Backtest, bound: float, others: Library, *, seed: int) -> ShelfLife:
    """Of a model cut in the last period. bound: the least score promised, on the matrix's scale."""
    reference = library.reference(others, backtest.horizon(whole))
    return shelves.shelf_life(whole, whole.periods - 1, bound, reference, seed=seed)


def lasting(whole: Backtest, found: ShelfLife, terms: Terms, *, others: int) -> Iterator[Evidence]:
    """found: `life`; others: how many reference models there are."""
    days, now = terms.days, whole.periods - 1
    yield from shelf(found, terms, others)
    if found.grade is Grade.D:
        return
    fresh = backtest.fresh(whole, now)
    fresh = fresh[np.isfinite(fresh)]
    yield from aged(ageing(_gaps(whole), fresh), backtest.horizon(whole) * days, terms.promised)
    if terms.missed_a_year is not None:
        yield sane(goal.room(fresh, terms.bound), terms, terms.missed_a_year)
    yield renewed(cheapest(whole, terms.renewal.costs), terms)


def kept(whole: Backtest, found: ShelfLife, terms: Terms, *, others: int) -> Iterator[Evidence]:
    """How long a goal is kept, of one beside the first: what age and retraining cost is told."""
    yield from shelf(found, terms, others)
    if found.grade is not Grade.D and terms.missed_a_year is not None:
        fresh = backtest.fresh(whole, whole.periods - 1)
        yield sane(goal.room(fresh[np.isfinite(fresh)], terms.bound), terms, terms.missed_a_year)


def cheapest(whole: Backtest, costs: float) -> Interval:
    """costs: of a retraining, in score x periods."""
    return retraining.cheapest(retraining.staleness(_gaps(whole)), costs)


def a_month(found: Interval, days: int) -> float:
    """Retrainings in a month of MONTH_DAYS, none where they do not pay."""
    return 0.0 if found.never else MONTH_DAYS / (found.periods * days)


def _gaps(whole: Backtest) -> Floats:
    return paths.gaps(whole, whole.periods - 1, backtest.horizon(whole))


def shelf(found: ShelfLife, terms: Terms, others: int) -> Iterator[Evidence]:
    """When a promise breaks, and how likely within what was seen; others: reference models."""
    days, against = terms.days, f"against {terms.promised.words}"
    if found.grade is Grade.D or found.breach is None:
        left = f"grade D: nothing to say before {FEWEST} periods of {days} days were scored"
        yield finding(SHELF, SHELF, METHOD, note=left)
        return
    beyond = f"more than {found.seen * days}"
    ends = [beyond if age > found.seen else f"{age * days:.0f}" for age in _ends(found.breach)]
    surely = found.breach.low > found.seen
    span = f"80 %: {beyond if surely else f'{ends[0]} to {ends[2]}'} days"
    if found.grade is Grade.C:
        yield finding(
            SHELF, SHELF, METHOD, note=f"{span}, by analogy with {others} models, {against}"
        )
        return
    note = f"grade {found.grade}, {ends[1]} days ({span}) {against}{_record(found)}"
    yield finding(SHELF, SHELF, METHOD, _capped(found.breach, found.seen, days), note)
    within = f"within {found.seen * days} days"
    yield finding(CHANCE, SHELF, METHOD, note=f"{found.chance:.0%} {within}")


def aged(found: Ageing, days: int, promised: Promise) -> Iterator[Evidence]:
    """What age costs, which retraining recovers, and what differs between periods anyway.

    In money where the goal is.
    """
    said = {
        True: "larger than the ordinary swing: retraining pays where it is cheap",
        False: "smaller than the ordinary swing: a bad period seldom asks for retraining",
        None: "not told apart from the ordinary swing",
    }
    lost, swing = promised.amount(found.lost), promised.amount(found.swing)
    yield finding(AGED, SHELF, f"{METHOD}, over {days} days", lost, said[found.larger])
    yield finding(SWING, SHELF, f"{METHOD}, standard deviation of fresh models", swing)


def sane(found: Room | None, terms: Terms, missed_a_year: float) -> Evidence:
    """How far the goal lies below fresh models, and how often it is missed with nothing wrong."""
    days, subject = terms.days, f"goal {terms.promised.words}"
    if found is None:
        return finding(SANITY, SHELF, FRESH, note="too few independent periods to tell")
    chance = min(missed_a_year * days / YEAR, 0.5)
    often = _every(found.missed, days)
    if found.missed.value <= chance:
        return finding(SANITY, subject, FRESH, found.swings, often)
    at, many = goal.reached(found, chance), goal.pooled(found, chance)
    pool = f", or judge {many} periods at once" if many else ""
    ask = _asked(terms.promised, at)
    note = f"{often}; for {missed_a_year:g} a year ask {ask}{pool}"
    return finding(SANITY, subject, FRESH, found.swings, note)


def _asked(promised: Promise, score: float) -> str:
    value = promised.scale.value(score)
    return f"{value:,.0f} {promised.currency}" if promised.currency else f"{value:.3f}"


def _every(missed: Estimate, days: int) -> str:
    """Never rarer than could be seen."""
    told = f"with nothing wrong a period of {days} days misses it"
    most = missed.n * days
    value, soonest, latest = (
        days / one if one else np.inf for one in (missed.value, missed.high, missed.low)
    )
    if value > most:
        return f"{told} less than once in the {most} days seen"
    rarely = f"{latest:.0f}" if latest <= most else f"more than {most}"
    return f"{told} every {value:.0f} days (80 %: {soonest:.0f} to {rarely})"


def renewed(found: Interval, terms: Terms) -> Evidence:
    """How often to retrain at least cost, by which cost, and what costs as little."""
    days = terms.days
    alike = f"{found.shortest * days} to {found.longest * days} days cost the same within 3 %"
    seen = f"retraining within the {len(found.costs) * days} days seen does not pay; "
    age = Estimate(
        float(found.periods * days),
        float(found.shortest * days),
        float(found.longest * days),
        len(found.costs),
        DAYS,
    )
    note = f"{seen if found.never else ''}{alike}, with {terms.renewal.said}"
    return finding(RETRAIN, SHELF, METHOD, age, note)


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
