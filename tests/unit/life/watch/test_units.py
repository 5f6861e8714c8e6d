"""Units that change, and fields that the door stops."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import pytest

from mainstay.bundle.manifest import Manifest
from mainstay.core.nouns import Verdict, Window
from mainstay.data.live import Counts
from mainstay.data.profile import Moments, Numbers, Profile
from mainstay.life.watch import units, windows
from mainstay.life.watch.order import Finding, Order, Profiled, Stopped

START = datetime(2024, 3, 1, tzinfo=UTC)
NONE = Counts(80, 80, 0, 0, 0, 0, 0, 80)


def temperatures(fahrenheit: np.ndarray, celsius: range, seed: int = 0) -> tuple[Profiled, ...]:
    """Days of 80 values around a mean that moves with the season; some days in degrees Celsius."""
    random = np.random.default_rng(seed)
    return tuple(
        day(at, random.normal(mean, 10, 80), celsius=at in celsius)
        for at, mean in enumerate(fahrenheit)
    )


def day(at: int, values: np.ndarray, *, celsius: bool) -> Profiled:
    told = (values - 32) / 1.8 if celsius else values
    squares = float(((told - told.mean()) ** 2).sum())
    moments = Moments(80, float(told.mean()), squares, float(told.min()), float(told.max()))
    window = Window(START + timedelta(days=at), START + timedelta(days=at + 1))
    edges = tuple(map(float, range(units.SPREAD)))
    column = Numbers("temp", 0, 0, moments, edges, (80, *(0 for _ in edges)))
    return Profiled(window, "v1", Profile(80, (column,)), NONE)


def season(days: int, seed: int = 0) -> np.ndarray:
    """A quarter of a degree warmer each day, 4 degrees of weather."""
    return 50 + 0.25 * np.arange(days) + np.random.default_rng(seed).normal(0, 4, days)


@pytest.mark.parametrize("seed", range(5))
def test_degrees_celsius_are_named_and_the_way_back_closes_the_matter(seed: int) -> None:
    days = temperatures(season(60, seed), range(20, 45), seed)

    (found,) = units.moves(days, {"temp": "degF"})

    assert found.found.name == "degF to degC"
    assert found.windows == tuple(one.window for one in days[20:45])
    assert found.back


@pytest.mark.parametrize("seed", range(5))
def test_a_season_is_no_change_of_unit(seed: int) -> None:
    assert units.moves(temperatures(season(120, seed), range(0), seed), {"temp": "degF"}) == ()


def test_a_column_that_is_not_back_stays_open() -> None:
    days = temperatures(season(40), range(30, 40))

    (found,) = units.moves(days, {})

    assert not found.back
    assert len(found.windows) == 10


def test_a_repaired_column_can_change_again() -> None:
    days = temperatures(season(90), range(20, 30))
    again = temperatures(season(90), range(60, 70))

    found = units.moves((*days[:50], *again[50:]), {})

    assert [len(one.windows) for one in found] == [10, 10]


def inches(columns: dict[str, np.ndarray], random: np.random.Generator) -> None:
    """Rain in thousandths of a millimetre from day 20 on: nearly all of it beyond the range."""
    late = columns["day"] > 20
    columns["rain"] = np.where(late, 50 + 1000 * columns["rain"], 0.05 + columns["rain"])


def test_what_the_door_stops_is_explained_by_a_conversion(
    live: Callable[..., Order], stated: Manifest
) -> None:
    order = live(inches, days=23)
    profiled = windows.profiled(order, stated)

    moved = units.moves(profiled, units.units(stated))
    (found,) = units.findings(order, stated, profiled[-2:], moved)

    assert (found.clause, found.columns, found.verdict) == ("unit", ("rain",), Verdict.FAIL)
    assert "outside 0..100; x0.001 explains it" in found.what
    assert found.owner == "owner of weather"
    assert found.open


def broken(columns: dict[str, np.ndarray], random: np.random.Generator) -> None:
    """One sensor in ten says 999."""
    columns["rain"] = np.where(random.random(len(columns["rain"])) < 0.1, 999.0, columns["rain"])


def test_stopped_rows_that_no_conversion_explains_are_told_too(
    live: Callable[..., Order], stated: Manifest
) -> None:
    order = live(broken, days=8)
    profiled = windows.profiled(order, stated)

    (found,) = units.findings(order, stated, profiled, units.moves(profiled, {}))

    assert (found.clause, found.columns) == ("stopped", ("rain",))
    assert "of 960 decisions outside 0..100, left to the baseline" in found.what


def test_a_few_stopped_rows_are_none_of_anybodys_business(
    live: Callable[..., Order], stated: Manifest
) -> None:
    order = live(days=3)
    (first, *rest) = windows.profiled(order, stated)
    few = (Stopped("rain", 1, 120, None),)
    profiled = (first.__class__(first.window, "v1", first.profile, first.counts, few), *rest)

    assert list(units.findings(order, stated, profiled, ())) == []


def test_a_column_that_is_mostly_one_value_says_nothing_of_its_unit() -> None:
    def dry(one: Profiled) -> Profiled:
        (column,) = one.profile.columns
        flat = msgspec.structs.replace(column, edges=(0.0,), counts=(0, 80))
        return msgspec.structs.replace(one, profile=Profile(80, (flat,)))

    days = temperatures(season(60), range(20, 45))

    assert units.moves(days, {})
    assert not units.moves(tuple(map(dry, days)), {})


def test_where_the_world_broke_only_a_declared_unit_is_said_to_have_changed() -> None:
    found = units.moves(temperatures(season(60), range(20, 45)), {"temp": "degF"})
    since = found[0].windows[0].since
    before, after = (event_since(since + timedelta(days=one)) for one in (1, 0))

    assert units.believed(found, None, {}) == found
    assert units.believed(found, after, {"temp": "degF"}) == found
    assert units.believed(found, before, {}) == found
    assert units.believed(found, after, {}) == ()


def event_since(since: datetime) -> Finding:
    span = Window(since, since + timedelta(days=1))
    return Finding("unforeseen", ("a", "b"), "broke", "why", "who", "do", Verdict.FAIL, span)
