import numpy as np
import pytest

from mainstay.stats import conversion
from mainstay.stats.conversion import CONVERSIONS, Moments

TEMPERATURE, PRESSURE, DISTANCE = (57, 8, 6), (1017, 4, 5), (1040, 730, 30)
DAYS = 14


def days(world, *, rows=80, windows=1, seed=0, unsteady=0.05):
    """Windows before and now of a column with a mean, an sd and a day's wander of the mean."""
    mean, sd, wander = world
    generator = np.random.default_rng([seed, rows, windows])
    count = DAYS + windows
    each = sd * np.exp(unsteady * generator.normal(size=count))
    means = mean + generator.normal(size=count) * np.hypot(wander, each / np.sqrt(rows))
    variances = each**2 * generator.chisquare(rows - 1, count) / (rows - 1)
    all_days = (np.full(count, float(rows)), means, variances)
    return Moments(*(one[:DAYS] for one in all_days)), Moments(*(one[DAYS:] for one in all_days))


def converted(now, factor, offset=0.0):
    return Moments(now.n, now.mean * factor + offset, now.variance * factor**2)


PLANTED = [
    (TEMPERATURE, 5 / 9, -160 / 9, "degF", "degF to degC", "x1.8+32 explains it"),
    (PRESSURE, 0.02953, 0, "hPa", "hPa to inHg", "x33.8639 explains it"),
    (DISTANCE, 1.609344, 0, "mile", "mile to km", "x0.621371 explains it"),
]


@pytest.mark.parametrize(("world", "factor", "offset", "unit", "name", "formula"), PLANTED)
@pytest.mark.parametrize("rows", [30, 80, 1000])
@pytest.mark.parametrize("windows", [3, 7])
def test_a_planted_conversion_is_named(world, factor, offset, unit, name, formula, rows, windows):
    found = []
    for seed in range(10):
        before, now = days(world, rows=rows, windows=windows, seed=seed)
        found.append(conversion.conversion(before, converted(now, factor, offset), unit=unit))

    named = [one for one in found if one]
    assert {(one.name, one.formula) for one in named} == {(name, formula)}
    assert len(named) >= 8
    assert all(one.ahead > 16 and one.lead > 3 for one in named)


def test_a_single_window_is_enough_where_days_are_steady():
    before, now = days(PRESSURE)

    found = conversion.conversion(before, converted(now, 0.02953))

    assert found is not None
    assert found.name == "hPa to inHg"


@pytest.mark.parametrize("world", [TEMPERATURE, PRESSURE, DISTANCE])
@pytest.mark.parametrize("windows", [1, 3])
def test_no_change_is_no_conversion(world, windows):
    pairs = [days(world, windows=windows, seed=seed) for seed in range(50)]

    assert not any(conversion.conversion(before, now) for before, now in pairs)


@pytest.mark.parametrize(("factor", "offset"), [(1, 9), (1, 57), (1, -20), (1, 150)])
@pytest.mark.parametrize("rows", [30, 1000])
@pytest.mark.parametrize("windows", [1, 3, 7])
def test_a_season_or_a_doubled_mean_is_no_conversion(factor, offset, rows, windows):
    pairs = [days(TEMPERATURE, rows=rows, windows=windows, seed=seed) for seed in range(15)]

    found = [conversion.conversion(one, converted(now, factor, offset)) for one, now in pairs]
    assert not any(found)


def test_doubled_miles_are_no_known_conversion_of_miles():
    before, now = days(DISTANCE, rows=1000, windows=3)

    assert conversion.conversion(before, converted(now, 2), unit="mile") is None


def test_a_factor_that_two_conversions_share_names_both():
    before, now = days((20, 6, 1), rows=1000, windows=3)

    found = conversion.conversion(before, converted(now, 1.609344))

    assert {found.name, found.runner_up} == {"mile to km", "mph to km/h"}
    assert found.lead < 3


def test_the_declared_unit_decides_between_them():
    before, now = days((20, 6, 1), rows=1000, windows=3)

    found = conversion.conversion(before, converted(now, 1.609344), unit="mph")

    assert (found.name, found.runner_up) == ("mph to km/h", "")


def test_from_another_unit_of_the_same_kind_it_takes_more():
    before, now = days((14, 5, 3), rows=1000, windows=7)  # declared degF, but it was degC

    found = conversion.conversion(before, converted(now, 1.8, 32), unit="degF")
    free = conversion.conversion(before, converted(now, 1.8, 32))

    assert found.name == "degC to degF"
    assert free.ahead - found.ahead == pytest.approx(conversion.ELSEWHERE)


def test_an_unknown_unit_excludes_nothing():
    before, now = days(PRESSURE)

    found = conversion.conversion(before, converted(now, 0.02953), unit="furlong")

    assert found.name == "hPa to inHg"


def test_kelvin_keeps_its_sd_and_is_named_by_its_mean_alone():
    before, now = days((288, 6, 4), windows=3)

    found = conversion.conversion(before, converted(now, 1, -273.15))

    assert (found.name, found.formula) == ("K to degC", "x1+273.1 explains it")


@pytest.mark.parametrize("kept", [0, 4])
def test_few_windows_before_never_name_one(kept):
    before, now = days(PRESSURE)

    few = Moments(*(one[:kept] for one in before))
    assert conversion.conversion(few, converted(now, 0.02953)) is None


def test_windows_without_rows_or_variance_count_as_none():
    before, now = days(PRESSURE, windows=2)
    now = converted(now, 0.02953)
    gaps = Moments(*(np.append(one, [0.0, 1.0]) for one in before))
    gaps.mean[-2:] = np.nan
    constant = now._replace(variance=np.zeros(2))

    assert conversion.conversion(gaps, now) == conversion.conversion(before, now)
    assert conversion.conversion(before, constant) is None


@pytest.mark.parametrize("known", CONVERSIONS, ids=lambda known: known.name)
def test_every_conversion_undone_is_the_value_again(known):
    there = 7.0 * known.factor + known.offset

    assert there * known.undone.factor + known.undone.offset == pytest.approx(7.0)
    assert [one.name for one in CONVERSIONS].count(known.name) == 1


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("degF to degC", 212, 100),
        ("degC to K", 0, 273.15),
        ("degF to K", 32, 273.15),
        ("inHg to hPa", 29.92, 1013.2),
        ("km/h to knot", 1.852, 1),
        ("ms to s", 1000, 1),
    ],
)
def test_known_values_convert(name, old, new):
    known = next(one for one in CONVERSIONS if one.name == name)

    assert old * known.factor + known.offset == pytest.approx(new, rel=1e-4)
