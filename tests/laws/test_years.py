"""Columns held against the year before: quiet while only the season moves, and shifts are found.

Streams of five numbers with a swing of the year each, looked at every fifth window over 250 days.
"""

from typing import NamedTuple

import numpy as np
import pytest
from scipy import stats
from scipy.special import ndtri

from mainstay.stats import components, detector, years
from mainstay.stats.components import Numbers, Windows
from mainstay.stats.years import Days

BUDGET, LIVE, BREAK, EVERY, ROWS = 365.25, 250, 50, 5, 100
EDGES = ndtri(np.arange(1, 20) / 20) * 1.4


class World(NamedTuple):
    """In sd of a row. swing: of the year; wander: of days, alike to the day before; month, year:

    how far whole months and years lie off; trend: from year to year.
    """

    swing: float = 1.0
    wander: float = 0.3
    alike: float = 0.5
    month: float = 0.0
    year: float = 0.0
    trend: float = 0.0


WORLDS = {
    "calm": World(wander=0.1),
    "wandering": World(),
    "days like the day before": World(alike=0.8),
    "warm months": World(month=0.2),
    "uneven years": World(month=0.1, year=0.1),
    "a trend": World(wander=0.1, trend=0.2),
}


def series(generator, count, sd, alike):
    values = generator.normal(0, sd, count)
    for at in range(1, count):
        values[at] = alike * values[at - 1] + np.sqrt(1 - alike**2) * values[at]
    return values


def number(generator, name, world, days, moved):
    at = np.arange(days)
    middle = world.swing * np.sin(2 * np.pi * at / 365.25 + generator.uniform(0, 2 * np.pi))
    middle += series(generator, days, world.wander, world.alike)
    middle += np.repeat(series(generator, days // 30 + 1, world.month, 0.3), 30)[:days]
    middle += generator.normal(0, world.year, days // 365 + 1)[at // 365] + world.trend * at / 365
    values = generator.normal((middle + moved)[:, None], 1, (days, ROWS))
    counts = [np.bincount(one, minlength=20) for one in np.searchsorted(EDGES, values)]
    return Numbers(name, np.array(counts), np.zeros(days, dtype=int))


def lived(world, seed, past, shift=0.0):
    """The reference and live windows; the first column moves from the day of the break on."""
    generator, days = np.random.default_rng([71, *seed]), past + LIVE
    moved = shift * (np.arange(days) >= past + BREAK)
    some = [number(generator, f"n{at}", world, days, moved * (at == 0)) for at in range(5)]
    reference = components.reference([cut(one, slice(past)) for one in some], rows=ROWS)
    live = components.windows(reference, [cut(one, slice(past, None)) for one in some])
    middles = np.arange(days) + 0.5
    return years.against(reference, live, Days(middles[:past], middles[past:], 1.0))


def cut(one, span):
    return Numbers(one.name, one.counts[span], one.nulls[span])


def alarm(reference, live):
    """The day of the first alarm and the column it names; infinite and none without one."""
    weight = detector.weights(reference.components, {})
    for day in range(EVERY, LIVE + 1, EVERY):
        some = Windows(*(one[:day] for one in live))
        found = detector.evidence(reference, some, weight, alarm=BUDGET)
        if found.total >= BUDGET:
            return day, next(iter(found.shares))
    return np.inf, ""


@pytest.mark.parametrize("past", [520, 730])
@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_alarms_while_only_the_season_moves_keep_to_the_budget(world, past):
    streams = 6

    found = [alarm(*lived(world, [1, seed], past))[0] for seed in range(streams)]

    promised = streams * LIVE / BUDGET
    assert sum(np.isfinite(found)) <= stats.poisson.ppf(0.95, promised)


@pytest.mark.slow
def test_the_promised_rate_holds_over_all_worlds():
    """Measured: 11 alarms in 43,800 windows where 120 are allowed."""
    found = [
        alarm(*lived(world, [3, seed], past))[0]
        for world in WORLDS.values()
        for past in (520, 730, 1095)
        for seed in range(10)
    ]

    windows = sum(min(one, LIVE) for one in found)
    assert stats.chi2.ppf(0.95, 2 * sum(np.isfinite(found)) + 2) / 2 <= windows / BUDGET


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_a_shift_beneath_the_season_is_found_and_named(world):
    found = [alarm(*lived(world, [2, seed], 730, shift=1.0)) for seed in range(5)]

    days, names = zip(*found, strict=True)
    assert BREAK < np.median(days) <= BREAK + 100
    assert names.count("n0") >= 4


def test_the_season_alone_would_be_an_alarm_against_the_whole_past():
    """What is planted here is there: without the year before every calm stream alarms."""
    generator = np.random.default_rng(4)
    some = [number(generator, "n0", World(wander=0.1), 365 + LIVE, np.zeros(365 + LIVE))]
    reference = components.reference([cut(some[0], slice(90))], rows=ROWS)
    live = components.windows(reference, [cut(some[0], slice(90, 90 + LIVE))])

    assert alarm(reference, live)[0] < LIVE
