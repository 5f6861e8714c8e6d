"""The watch tried on windows drawn from a reference."""

from datetime import UTC, datetime

import numpy as np
import pytest

from mainstay.contract.operation import Watch
from mainstay.core.errors import Mistake
from mainstay.data.profile import Numbers, Profile
from mainstay.life.watch import parts, pulse, simulate
from mainstay.life.watch.parts import Group
from mainstay.life.watch.simulate import Reference, simulated
from mainstay.life.watch.yearly import held

ROWS, EDGES = 400, tuple(float(edge) for edge in range(1, 20))


def reference(
    windows: int = 40,
    wander: float = 0.0,
    importance: dict[str, float] | None = None,
    **stated: str,
) -> Reference:
    """Two columns of 20 even bins; the share of the lower half wanders."""
    random = np.random.default_rng(1)
    trained = []
    for _ in range(windows):
        tilt = np.repeat([1.0, np.exp(wander * random.normal())], 10)
        counts = [random.multinomial(ROWS, tilt / tilt.sum()) for _ in range(2)]
        columns = tuple(
            Numbers(name, 0, 0, None, EDGES, tuple(map(int, one)))
            for name, one in zip("ab", counts, strict=True)
        )
        trained.append(Profile(ROWS, columns))
    watch = Watch.model_validate(stated)
    return Reference(watch, Group(("a", "b"), None), importance or {}, tuple(trained))


def test_a_quiet_reference_is_no_alarm_and_larger_shifts_are_found_sooner() -> None:
    found = simulated(reference(), streams=3, windows=30, seed=0)

    small, middle, large = (one.found for one in found.delays if one.what == "column")
    assert (found.alarms, found.windows) == (0, 90)
    assert small <= middle <= large == 3


def test_no_alarm_bounds_the_rate_by_the_rule_of_three() -> None:
    found = simulated(reference(), streams=2, windows=50, seed=0)

    assert (found.rate.value, found.rate.low) == (0, 0)
    assert found.rate.high == pytest.approx(3.689 / 100 * 365.25, rel=1e-3)


def test_a_budget_of_an_alarm_a_window_is_spent() -> None:
    found = simulated(reference(false_alarms="300 per year"), streams=3, windows=30, seed=0)

    assert found.alarms > 0
    assert found.rate.low > 0


def test_wander_of_the_reference_delays_what_is_found() -> None:
    quiet, restless = (
        simulated(reference(wander=one, tolerated_shift=0.1), streams=6, windows=10, seed=0)
        for one in (0.0, 1.0)
    )

    assert quiet.delays[1].windows is not None
    late = restless.delays[1].windows
    assert late is None or late.value > quiet.delays[1].windows.value


def test_only_columns_that_count_are_moved() -> None:
    some = reference(importance={"b": 1.0})

    found = simulated(some, streams=2, windows=10, seed=0)

    assert found.delays[2].found == 2


def test_what_is_never_found_has_no_delay() -> None:
    found = simulated(reference(tolerated_shift=0.0001), streams=2, windows=10, seed=0)

    assert [one.windows for one in found.delays if one.what == "column"] == [None] * 3


def test_all_that_has_a_past_is_tried_and_what_else_moves_is_found() -> None:
    known = reference()
    ages = np.random.default_rng(3).normal(0.4, 0.02, 40).tolist()

    alone = simulated(known, streams=1, windows=10, seed=0)
    found = simulated(known._replace(ages={"weather": ages}), streams=3, windows=40, seed=0)

    assert found.alarms == 0
    assert [one.what for one in found.delays] == ["column"] * 3 + ["volume", "lag"]
    assert [one.found for one in found.delays[3:]] == [3, 3]
    assert found.weight - alone.weight == pytest.approx(pulse.WEIGHTS["lag"])
    assert alone.weight == pytest.approx(parts.COLUMNS + pulse.WEIGHTS["volume"])


def test_sources_that_come_as_they_like_are_found_late() -> None:
    ages = np.random.default_rng(3).normal(0.4, 0.4, 40).tolist()

    found = simulated(reference()._replace(ages={"weather": ages}), streams=3, windows=10, seed=0)

    late = found.delays[-1].windows
    assert late is None or late.value > 2


SPAN = datetime(2021, 1, 4, tzinfo=UTC)


def yearly(windows: int = 120) -> Reference:
    """Weeks of one column that stays and one that swings by the year."""
    random, trained = np.random.default_rng(2), []
    for at in range(windows):
        swing = np.exp(np.sin(2 * np.pi * at / 52))
        tilts = {"a": np.ones(20), "s": np.repeat([1.0, swing], 10)}
        columns = tuple(
            Numbers(name, 0, 0, None, EDGES, tuple(random.multinomial(ROWS, one / one.sum())))
            for name, one in tilts.items()
        )
        trained.append(Profile(ROWS, columns))
    watch = Watch.model_validate({"window": "7d", "seasonal": ["s"], "season": "year"})
    stay, season, _ = held(Group(("a",), None), Group(("s",), None), {})
    return Reference(watch, stay, {}, tuple(trained), SPAN, yearly=season)


def test_what_is_held_against_the_year_before_is_tried_in_its_season() -> None:
    past = yearly()
    alone = past._replace(yearly=None)

    found = simulated(past, streams=3, windows=40, seed=0)

    assert found.alarms == 0
    assert found.weight == pytest.approx(
        simulated(alone, streams=1, windows=10, seed=0).weight + parts.COLUMNS / 2
    )
    large = found.delays[2]
    assert (large.size, large.found) == (pytest.approx(0.5), 3)


def test_windows_that_lose_their_season_are_alarms(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = simulate._in_season

    def planted(past: Reference, random: np.random.Generator, first: int, windows: int) -> object:
        return kept(past, random, first + (26 if first else 0), windows)

    monkeypatch.setattr(simulate, "_in_season", planted)

    found = simulated(yearly(), streams=3, windows=40, seed=0)

    assert found.alarms > 0


@pytest.mark.parametrize(("first", "windows"), [(0, 120), (120, 60)])
def test_blocks_keep_about_the_time_of_year(first: int, windows: int) -> None:
    places = simulate._in_season(yearly(), np.random.default_rng(4), first, windows)

    off = (places - np.arange(first, first + windows) + 26) % 52 - 26
    assert places.shape == (windows,)
    assert places.min() >= 0
    assert places.max() < 120
    assert set(np.abs(off)) == {0, 1, 2}


def test_what_is_done_is_told() -> None:
    told: list[str] = []

    simulated(reference(), streams=2, windows=10, seed=0, tell=told.append)

    assert told[0] == "quiet windows, stream 1 of 2"
    assert told[-1] == "volume: 2 streams that move"


def test_too_few_windows_are_not_drawn_from() -> None:
    with pytest.raises(Mistake, match="7 training windows are too few"):
        simulated(reference(windows=7), streams=1, windows=10, seed=0)


def test_weekdays_stay_weekdays_where_the_past_knows_them() -> None:
    begun = datetime(2024, 1, 1, tzinfo=UTC)
    known = reference(windows=42)._replace(since=begun)

    assert known.week == 7
    assert known._replace(since=None).week == known._replace(trained=known.trained[:27]).week == 1
    assert simulated(known, streams=3, windows=30, seed=0).alarms == 0
