from datetime import timedelta
from time import perf_counter

import numpy as np
import pytest
from scipy.special import ndtri

from mainstay.stats import components, detector
from mainstay.stats.components import Component, Numbers, Reference, Texts, Windows

EDGES = ndtri(np.arange(1, 20) / 20)
ALARM = 365.25


def normal(generator, days, rows, *, shift=0.0, nulls=0.01, name="temp"):
    """Counts of a normal column in its own 5 % bins."""
    missing = generator.binomial(rows, nulls, days)
    values = generator.normal(shift, 1, (days, rows))
    places = np.searchsorted(EDGES, values)
    counts = [
        np.bincount(one[gone:], minlength=20) for one, gone in zip(places, missing, strict=True)
    ]
    return Numbers(name, np.array(counts), missing)


def level(generator, days, rows, *, share=0.3, name="carrier"):
    counts = generator.multinomial(rows, [share, 0.7 - share, 0.3], days)
    none = np.zeros(days, dtype=int)
    return Texts(name, ("AA", "B6", "UA"), counts, none, none)


def world(seed, *, days=30, rows=1000, since=20, reference_days=30, usually=0.01, **drift):
    """A reference of two columns, and windows of which temp drifts from window `since` on."""
    generator = np.random.default_rng(seed)
    usual = {"nulls": usually}
    first = [
        normal(generator, reference_days, 1000, **usual),
        level(generator, reference_days, 1000),
    ]
    reference = components.reference(first, rows=rows)
    before = [normal(generator, since, rows, **usual), level(generator, since, rows)]
    later = days - since
    after = [normal(generator, later, rows, **(usual | drift)), level(generator, later, rows)]
    parts = [components.windows(reference, one) for one in (before, after)]
    return reference, Windows(*(np.concatenate(one) for one in zip(*parts, strict=True)))


def equal(reference):
    return detector.weights(reference.components, {})


def found(reference, live):
    return detector.evidence(reference, live, equal(reference), alarm=ALARM)


def synthetic(distance, rows, reference=None):
    """Windows and a reference of bare distances, shape (windows, components)."""
    before = np.random.default_rng(0).normal(0, 1 / 30, (50, distance.shape[1]))
    past = Windows(np.full(50, 900.0), before, before) if reference is None else reference
    names = tuple(Component(f"c{at}", "location") for at in range(distance.shape[1]))
    none = np.zeros(distance.shape[1])
    whole = Reference(names, (), none, none + 1, none, 45_000, past)
    return whole, Windows(rows, distance, distance)


@pytest.mark.parametrize(
    ("alarms", "window", "expected"),
    [(1, timedelta(days=1), 365.25), (12, timedelta(days=1), 30.4375), (1, timedelta(7), 52.1786)],
)
def test_the_budget_is_the_windows_there_are_for_each_false_alarm(alarms, window, expected):
    assert detector.budget(alarms, window) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(("alarms", "window"), [(0, timedelta(1)), (1, timedelta(0))])
def test_a_budget_of_nothing_is_refused(alarms, window):
    with pytest.raises(ValueError, match="must be more than nothing"):
        detector.budget(alarms, window)


def test_a_column_shares_its_importance_among_its_components():
    names = (Component("a", "location"), Component("a", "null"), Component("b", "other"))

    assert detector.weights(names, {}).tolist() == [0.25, 0.25, 0.5]
    assert detector.weights(names, {"a": 3, "b": 1, "gone": 5}).tolist() == [0.375, 0.375, 0.25]
    assert detector.weights(names, {"a": 2}).tolist() == [0.5, 0.5, 0]


@pytest.mark.parametrize("importance", [{"gone": 1}, {"a": -1, "b": 2}, {"a": 0}])
def test_importances_that_weigh_nothing_are_refused(importance):
    names = (Component("a", "location"), Component("b", "other"))

    with pytest.raises(ValueError, match="importances must be positive"):
        detector.weights(names, importance)


def test_nothing_happened_and_nothing_is_said():
    assert found(*world(1, days=60)).total < ALARM / 3


@pytest.mark.parametrize("drift", [{"shift": 0.2}, {"nulls": 0.03}, {"shift": -0.5}])
def test_a_drift_is_found_in_its_column_and_dated(drift):
    seen = found(*world(2, **drift))

    assert seen.total > ALARM
    assert next(iter(seen.shares)) == "temp"
    assert seen.shares["temp"] > 0.9
    assert abs(seen.since - 20) <= 1


def test_shares_add_up():
    seen = found(*world(3))

    assert sum(seen.shares.values()) == pytest.approx(1)
    assert list(seen.shares.values()) == sorted(seen.shares.values(), reverse=True)


def test_evidence_is_the_weighted_sum_over_components():
    reference, live = world(4, shift=0.1)
    weight = detector.weights(reference.components, {"temp": 1.0})

    seen = detector.evidence(reference, live, weight)

    assert seen.total == pytest.approx(weight @ seen.components)
    assert seen.shares["carrier"] == 0


def test_windows_without_rows_change_nothing():
    reference, live = world(5, shift=0.2)
    gaps = [4, 4, 25]
    gapped = Windows(*(np.insert(one, gaps, 0.0, axis=0) for one in live))

    plain, with_gaps = found(reference, live), found(reference, gapped)

    assert with_gaps.total == pytest.approx(plain.total)
    assert with_gaps.since == plain.since + 2


def test_no_windows_say_nothing():
    reference, live = world(6)

    none = found(reference, Windows(*(one[:0] for one in live)))

    assert (none.total, none.since, set(none.shares.values())) == (0, 0, {0})


def test_a_closed_form_ratio_is_that_of_the_densities():
    """Two windows, one component: each likelihood is a normal density of both distances."""
    reference, live = synthetic(np.array([[0.1], [0.4]]), np.array([50.0, 80.0]))
    noise = detector.noise(reference, live)
    base = np.diag(noise.windows[:, 0]) + noise.reference[0]

    def density(covariance):
        inverse = live.distance[:, 0] @ np.linalg.solve(covariance, live.distance[:, 0])
        return np.exp(-inverse / 2) / np.sqrt(np.linalg.det(covariance))

    shifted = [np.outer(one, one) for one in ([1.0, 1.0], [0.0, 1.0])]
    ratios = [density(base + t**2 * one) / density(base) for one in shifted for t in detector.SIZES]

    seen = detector.evidence(reference, live, np.ones(1))
    assert seen.components[0] == pytest.approx(sum(ratios) / len(detector.SIZES))


def test_a_huge_shift_is_a_number():
    reference, live = synthetic(np.full((30, 2), 50.0), np.full(30, 1e6))

    assert np.isfinite(detector.evidence(reference, live, np.full(2, 0.5)).total)


def test_an_outage_of_one_window_is_no_lasting_shift_but_two_are():
    generator = np.random.default_rng(7)
    reference, live = world(7, usually=0.0)

    def after(windows):
        gone = [normal(generator, windows, 1000, nulls=0.4), level(generator, windows, 1000)]
        late = components.windows(reference, gone)
        return Windows(*(np.concatenate(one) for one in zip(live, late, strict=True)))

    assert found(reference, after(1)).total < ALARM
    assert found(reference, after(2)).total > ALARM


def test_an_outage_is_cut_at_what_the_windows_before_it_show():
    """Windows lie below the reference: held against that, one outage would be an alarm."""
    for seed in range(6):
        drawn = np.random.default_rng([21, seed])
        first = [normal(drawn, 10, 1000, nulls=0.009), level(drawn, 10, 1000)]
        reference = components.reference(first, rows=1000)
        spans = ((30, 0.006), (1, 0.4))
        parts = [
            components.windows(reference, [normal(drawn, days, 1000, nulls=nulls), usual])
            for days, nulls in spans
            for usual in [level(drawn, days, 1000)]
        ]
        live = Windows(*(np.concatenate(one) for one in zip(*parts, strict=True)))

        assert found(reference, live).total < ALARM


def test_a_handful_of_nulls_where_there_were_none_is_no_alarm():
    reference, live = world(8, usually=0.0)
    handful = normal(np.random.default_rng(8), 1, 1000, nulls=0.0)
    handful.nulls[0], handful.counts[0, 3] = 5, handful.counts[0, 3] - 5
    late = components.windows(reference, [handful, level(np.random.default_rng(9), 1, 1000)])

    seen = found(reference, Windows(*(np.concatenate(one) for one in zip(live, late, strict=True))))

    assert seen.total < ALARM


def test_wander_of_reference_days_makes_the_same_distance_less_surprising():
    shift = np.vstack([np.zeros((20, 1)), np.full((5, 1), 0.15)])
    reference, live = synthetic(shift, np.full(25, 900.0))
    generator = np.random.default_rng(9)
    restless = generator.normal(0, 0.1, (50, 1))
    wild, _ = synthetic(shift, live.rows, Windows(np.full(50, 900.0), restless, restless))

    totals = [detector.evidence(one, live, np.ones(1)).total for one in (reference, wild)]

    assert totals[0] > ALARM > totals[1]


def test_days_that_resemble_the_day_before_count_for_less():
    shift = np.zeros((25, 1))
    slow = np.random.default_rng(10).normal(0, 0.1, 60)
    for day in range(1, 60):
        slow[day] += 0.7 * slow[day - 1]
    shuffled = np.random.default_rng(11).permutation(slow)
    pasts = [Windows(np.full(60, 900.0), one[:, None], one[:, None]) for one in (slow, shuffled)]

    alike, not_alike = (
        detector.noise(*synthetic(shift, np.full(25, 900.0), past)).windows[0, 0] for past in pasts
    )

    assert alike > 2 * not_alike


def test_wander_that_begins_after_the_reference_is_learnt():
    generator = np.random.default_rng(12)
    reference, live = synthetic(generator.normal(0, 0.2, (60, 1)), np.full(60, 900.0))

    assert detector.noise(reference, live).windows[0, 0] > 0.2**2 / 3


def test_a_short_reference_knows_no_wander():
    before = np.zeros((3, 1))
    past = Windows(np.full(3, 900.0), before, before)
    reference, live = synthetic(np.zeros((1, 1)), np.full(1, 100.0), past)

    assert detector.noise(reference, live).windows[0, 0] == pytest.approx(0.01)


def test_what_would_have_shown_holds():
    reference, live = world(13, days=30)

    seen = detector.holds(reference, live, shift=0.1, level=1 / ALARM)

    assert seen == {"temp": True, "carrier": True}


@pytest.mark.parametrize(("days", "rows"), [(2, 1000), (30, 20)])
def test_too_few_rows_hold_nothing(days, rows):
    reference, live = world(14, days=days, since=1, rows=rows)

    seen = detector.holds(reference, live, shift=0.1, level=1 / ALARM)

    assert seen == {"temp": False, "carrier": False}


def test_only_the_last_windows_are_pooled():
    reference, live = synthetic(np.zeros((200, 1)), np.full(200, 20.0))

    powers = [
        detector.powers(reference, Windows(*(one[:days] for one in live)), shift=0.1, level=0.01)
        for days in (30, 200)
    ]

    assert powers[0] == pytest.approx(powers[1], abs=0.1)


def test_a_text_without_frequent_levels_is_told_by_the_others():
    names = (Component("a", "other"), Component("a", "null"))
    reference, live = synthetic(np.zeros((30, 2)), np.full(30, 1000.0))

    seen = detector.holds(reference._replace(components=names), live, shift=0.2, level=0.01)

    assert seen == {"a": True}


def test_power_is_the_share_of_worlds_that_show_the_shift():
    reference, live = synthetic(np.zeros((10, 1)), np.full(10, 100.0))
    noise = detector.noise(reference, live)
    power = detector.powers(reference, live, shift=0.1, level=0.05)[0]
    error = np.sqrt(noise.windows[0, 0] / 10 + noise.reference[0])
    means = np.random.default_rng(15).normal(0.1, error, 20_000)

    assert np.mean(np.abs(means) > 1.96 * error) == pytest.approx(power, abs=0.01)


def test_a_year_of_sixty_components_takes_no_time():
    reference, live = synthetic(
        np.random.default_rng(16).normal(0, 0.1, (365, 60)), np.full(365, 80.0)
    )
    weight = np.full(60, 1 / 60)

    times = []
    for _ in range(3):
        started = perf_counter()
        detector.evidence(reference, live, weight)
        times.append(perf_counter() - started)

    assert min(times) < 0.05


def test_a_long_quiet_reference_does_not_hide_wander_that_begins_after_it():
    generator = np.random.default_rng(17)
    quiet = generator.normal(0, 1 / 30, (1000, 1))
    past = Windows(np.full(1000, 900.0), quiet, quiet)
    live = generator.normal(0, 0.2, (60, 1))

    noise = detector.noise(*synthetic(live, np.full(60, 900.0), past))

    assert noise.windows[0, 0] > 0.2**2 / 3
