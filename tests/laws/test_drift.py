"""The watch keeps its promises: it is quiet while nothing happens and finds what does.

Small versions of the measurements in `stats/detector.py` and `stats/conversion.py`: a budget of one
alarm in 30 years of days over ten columns, each world looked at after every window.
"""

from typing import NamedTuple

import numpy as np
import pytest
from scipy.special import ndtri

from mainstay.stats import abrupt, components, conversion, detector
from mainstay.stats.components import Numbers, Texts, Windows
from mainstay.stats.conversion import Moments

BUDGET, QUIET = 10_950, 20
EDGES = ndtri(np.arange(1, 20) / 20)
SHARES = 1 / np.arange(1, 9) / (1 / np.arange(1, 9)).sum()


class World(NamedTuple):
    """Ten columns; wander: of days, in sd; alike: to the day before; week: of each seventh day."""

    rows: int = 1000
    reference_rows: int = 1000
    reference_days: int = 10
    wander: float = 0.0
    alike: float = 0.0
    week: float = 0.0


class Drift(NamedTuple):
    """What happens to the first number or the first text."""

    shift: float = 0.0
    scale: float = 1.0
    nulls: float = 0.01
    share: float = 0.0


NOTHING = Drift()
EQUAL: dict[str, float] = {}
UNEQUAL = {
    "number 0": 0.4, "text 0": 0.2, "number 1": 0.15, "text 1": 0.1, "number 2": 0.1,
    "number 3": 0.05,
}  # fmt: skip
"""Of the ten columns four count nothing."""


def wandering(generator, world, days):
    values = generator.normal(0, world.wander, days)
    for day in range(1, days):
        fresh = np.sqrt(1 - world.alike**2) * values[day]
        values[day] = world.alike * values[day - 1] + fresh
    return values + world.week * np.sin(2 * np.pi * np.arange(days) / 7)


def number(generator, world, days, rows, drift):
    values = generator.normal(0, drift.scale, (days, rows)) + drift.shift
    places = np.searchsorted(EDGES, values + wandering(generator, world, days)[:, None])
    missing = generator.binomial(rows, drift.nulls, days)
    known = np.arange(rows) >= missing[:, None]
    counts = np.bincount((places + 20 * np.arange(days)[:, None])[known], minlength=20 * days)
    return counts.reshape(days, 20), missing


def text(generator, world, days, rows, drift):
    tilted = SHARES * np.exp(world.wander / 2 * generator.normal(size=(days, 8)))
    tilted /= tilted.sum(axis=1, keepdims=True)
    tilted[:, :2] += np.array([-drift.share, drift.share])
    return np.array([generator.multinomial(rows, one) for one in tilted])


def columns(generator, world, days, rows, drift=NOTHING):
    found, none = [], np.zeros(days, dtype=int)
    for at in range(7):
        one = number(generator, world, days, rows, NOTHING if at else drift)
        found.append(Numbers(f"number {at}", *one))
    for at in range(3):
        counts = text(generator, world, days, rows, NOTHING if at else drift)
        found.append(Texts(f"text {at}", tuple("abcdefgh"), counts, none, none))
    return found


def lived(world, seed, days, drift=NOTHING):
    """A reference and the windows after it, of which the drift touches all but the first QUIET."""
    generator = np.random.default_rng(seed)
    past = columns(generator, world, world.reference_days, world.reference_rows)
    reference = components.reference(past, rows=world.rows)
    spans = [(QUIET, NOTHING), (days - QUIET, drift)] if drift != NOTHING else [(days, drift)]
    parts = [
        components.windows(reference, columns(generator, world, span, world.rows, one))
        for span, one in spans
    ]
    return reference, Windows(*(np.concatenate(one) for one in zip(*parts, strict=True)))


def looks(reference, live, importance=EQUAL):
    """What is said after every window, until the alarm."""
    weight = detector.weights(reference.components, importance)
    for day in range(1, len(live.rows) + 1):
        some = Windows(*(one[:day] for one in live))
        seen = detector.evidence(reference, some, weight, alarm=BUDGET)
        yield seen
        if seen.total >= BUDGET:
            return


def highest(world, *, worlds, days, series, importance=EQUAL):
    return [
        max(seen.total for seen in looks(*lived(world, [series, seed], days), importance))
        for seed in range(worlds)
    ]


def delays(world, drift, *, worlds, series, days=100, importance=EQUAL):
    """Windows until the alarm, and the column it names first."""
    found = []
    for seed in range(worlds):
        seen = list(looks(*lived(world, [series, seed], days, drift), importance))
        late = len(seen) - QUIET if seen[-1].total >= BUDGET else np.inf
        found.append((late, next(iter(seen[-1].shares))))
    return found


def test_no_drift_is_no_alarm():
    assert max(highest(World(), worlds=6, days=100, series=1)) < BUDGET


def test_days_that_wander_are_no_alarm():
    assert max(highest(World(wander=0.05), worlds=6, days=100, series=2)) < BUDGET


SEASONED = {"reference_rows": 900, "reference_days": 59}


@pytest.mark.parametrize("rows", [80, 900])
def test_days_like_the_day_before_are_no_alarm(rows):
    world = World(rows=rows, wander=0.3, alike=0.5, **SEASONED)

    assert max(highest(world, worlds=4, days=150, series=3)) < BUDGET


@pytest.mark.parametrize("rows", [80, 900])
def test_weekdays_are_no_alarm(rows):
    world = World(rows=rows, wander=0.1, week=0.3, **SEASONED)

    assert max(highest(world, worlds=4, days=150, series=4)) < BUDGET


DRIFTS = {
    "a shift of 0.2 sd": (Drift(shift=0.2), 5, "number 0"),
    "a shift of 0.1 sd": (Drift(shift=0.1), 12, "number 0"),
    "a wider spread": (Drift(scale=1.15), 5, "number 0"),
    "nulls from 1 to 3 %": (Drift(nulls=0.03), 5, "number 0"),
    "four points of a level": (Drift(share=0.04), 9, "text 0"),
}


@pytest.mark.parametrize(("drift", "within", "column"), DRIFTS.values(), ids=DRIFTS)
def test_what_drifts_is_found_and_named(drift, within, column):
    found = delays(World(), drift, worlds=9, series=5)

    late, named = zip(*found, strict=True)
    assert np.median(late) <= within
    assert min(late) > 0, "an alarm before the drift"
    assert set(named) == {column}


def test_a_shift_is_found_among_days_that_wander():
    found = delays(World(wander=0.05), Drift(shift=0.2), worlds=9, series=6)

    assert np.median([late for late, _ in found]) <= 12
    assert {column for _, column in found} == {"number 0"}


@pytest.mark.parametrize("wander", [0.0, 0.05])
def test_columns_that_weigh_unequally_are_no_alarm(wander):
    world = World(wander=wander)

    assert max(highest(world, worlds=6, days=100, series=10, importance=UNEQUAL)) < BUDGET


@pytest.mark.parametrize(("drift", "within", "column"), DRIFTS.values(), ids=DRIFTS)
def test_what_counts_is_found_no_later(drift, within, column):
    found = delays(World(), drift, worlds=9, series=5, importance=UNEQUAL)

    late, named = zip(*found, strict=True)
    assert np.median(late) <= within
    assert min(late) > 0, "an alarm before the drift"
    assert set(named) == {column}


def test_what_counts_nothing_is_no_alarm_however_far_it_drifts():
    idle = {"number 1": 1.0}

    found = delays(World(), Drift(shift=1.0), worlds=3, series=11, days=50, importance=idle)

    assert all(late == np.inf for late, _ in found)


def test_the_interval_of_a_shift_seldom_lies_below_it():
    """What is called smaller than tolerated: a shift of just so much, where it is an alarm."""
    below = 0
    for seed in range(40):
        reference, live = lived(World(), [12, seed], 60, Drift(shift=0.1))
        seen = detector.evidence(reference, live, detector.weights(reference.components, EQUAL))
        moved = 0.1 * 0.564 / np.sqrt(1 / 3)  # of the rank, in its own sd
        below += seen.shift[0] + 1.96 * seen.error[0] < moved

    assert below <= 3


@pytest.mark.slow
def test_more_worlds_without_drift_are_no_alarm():
    quiet = highest(World(), worlds=15, days=200, series=7)
    restless = highest(World(wander=0.05), worlds=10, days=200, series=8)

    assert max(quiet + restless) < BUDGET


@pytest.mark.slow
@pytest.mark.parametrize("tail", [3, np.inf])
@pytest.mark.parametrize("alike", [0.0, 0.7])
def test_days_without_a_change_of_unit_seldom_name_one(tail, alike):
    """Four years of five columns, restless and heavy-tailed; measured: 1 in 72,000 with t(3)."""
    generator, named, days = np.random.default_rng([9, int(alike * 10)]), 0, 1460
    for mean, sd, wander, unsteady in [(57, 8, 6, 0.2), (1017, 4, 5, 0.2), (10, 5, 3, 0.3)]:
        drawn = generator.standard_t(tail, days) if tail < 9 else generator.normal(size=days)
        for day in range(1, days):
            drawn[day] = alike * drawn[day - 1] + np.sqrt(1 - alike**2) * drawn[day]
        each = sd * np.exp(unsteady * generator.normal(size=days))
        means = mean + wander * drawn + each / 9 * generator.normal(size=days)
        rows = np.full(days, 81.0)
        for day in range(14, days):
            spans = slice(day - 14, day), slice(day, day + 1 + day % 3)
            before, now = (Moments(rows[one], means[one], each[one] ** 2) for one in spans)
            named += conversion.conversion(before, now) is not None

    assert named <= 1


# ---- events ---------------------------------------------------------------------------------

DAYS, BREAK = 60, 30
EVENT_WORLDS = (
    World(),
    World(wander=0.05),
    World(wander=0.3, alike=0.6),
    World(rows=60, reference_rows=60),
    World(reference_days=59, reference_rows=300, rows=300, wander=0.3, alike=0.6),
    World(reference_days=30, reference_rows=60, rows=60, wander=0.1),
    World(reference_days=59, reference_rows=300, rows=300, week=0.4),
)


def broken_streams(world, seed, drift=NOTHING, broken=1):
    """Ten columns; from the day of the break on the first ones are those of a drifting world."""
    generator = np.random.default_rng([69, seed])
    past = columns(generator, world, world.reference_days, world.reference_rows)
    reference = components.reference(past, rows=world.rows)
    before = columns(generator, world, BREAK, world.rows)
    after = columns(generator, world, DAYS - BREAK, world.rows)
    for at in range(broken if drift != NOTHING else 0):
        moved = columns(generator, world, DAYS - BREAK, world.rows, drift)[0]
        after[at] = moved._replace(name=after[at].name)
    parts = [components.windows(reference, one) for one in (before, after)]
    return reference, Windows(*(np.concatenate(one) for one in zip(*parts, strict=True)))


def events(reference, live):
    """Days on which an event begins."""
    weight = detector.weights(reference.components, {})
    least = abrupt.level(BUDGET, 10)
    looks = [Windows(*(one[:day] for one in live)) for day in range(1, DAYS + 1)]
    found = [abrupt.steps(reference, one, weight, least) for one in looks]
    return [day for day, steps in enumerate(found) if abrupt.is_event(steps)]


@pytest.mark.parametrize("world", EVENT_WORLDS)
@pytest.mark.parametrize("drift", [NOTHING, Drift(shift=1.0), Drift(scale=1.5)])
def test_quiet_streams_and_those_of_one_drifting_column_have_no_event(world, drift):
    found = [day for seed in range(4) for day in events(*broken_streams(world, seed, drift))]

    assert found == []


@pytest.mark.parametrize("world", EVENT_WORLDS[:2])
def test_a_break_of_a_third_of_the_importance_is_an_event_in_its_first_window(world):
    found = [events(*broken_streams(world, seed, Drift(shift=1.0), broken=4)) for seed in range(4)]

    assert [one[0] for one in found] == [BREAK] * 4
