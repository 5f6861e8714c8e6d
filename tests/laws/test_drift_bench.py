"""The whole watch keeps its budget, and its bench can fail: planted errors do not pass it."""

from argparse import Namespace
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

from bench import drift
from bench.drift import Findings
from bench.drifting import streams, watched
from bench.drifting.streams import HAPPENINGS, WORLDS
from mainstay.life.watch import losses
from mainstay.stats import detector, rare, series

pytestmark = pytest.mark.slow
CHOSEN = Namespace(seed=3, budget=10_950, drifts=1)
SOUND = detector.evidence


@pytest.fixture(autouse=True)
def one_happening(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shift of 0.2 sd, looked for in ten windows."""
    monkeypatch.setattr(drift, "HAPPENINGS", {"shift_0_2": HAPPENINGS["shift_0_2"]})
    monkeypatch.setattr(drift, "AFTER", 10)


def unmoved(sound: Callable[..., Any]) -> Callable[..., Any]:
    """A series that never lies off."""

    def planted(*given: Any, **named: Any) -> Any:
        reference, live = sound(*given, **named)
        return reference, live._replace(distance=live.distance * 0)

    return planted


def unsurprised(*given: Any) -> Any:
    sound = SOUND_LABELS(*given)
    return sound._replace(values=sound.values * 0)


def uncounted(_: Any, live: Any, at: Any, __: float) -> Any:
    return np.zeros((len(live.rows), len(at)))


SOUND_LABELS = losses.by_labels
BLIND = {
    "new_null": (rare, "ratios", uncounted),
    "volume": (series, "volume", unmoved(series.volume)),
    "latency": (series, "started", unmoved(series.started)),
    "lag": (series, "started", unmoved(series.started)),
    "realised": (losses, "by_labels", unsurprised),
}


def shortcomings(slack: float = 3) -> list[str]:
    found = Findings({}, drift.happened(CHOSEN))
    return drift.short(found, CHOSEN.budget, slack=slack)


def planted(factor: float):
    def evidence(*given, **named):
        found = SOUND(*given, **named)
        return found._replace(total=found.total * factor, components=found.components * factor)

    return evidence


def test_a_sound_watch_passes() -> None:
    assert shortcomings() == []


def test_an_eager_watch_alarms_about_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detector, "evidence", planted(1e6))

    assert "1 alarms before anything happened" in shortcomings()


def test_a_blind_watch_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detector, "evidence", planted(0))

    assert shortcomings() == [
        "shift_0_2 is found after 11 windows, promised 2",
        "the right column is named first in 0%",
    ]


@pytest.mark.parametrize("name", BLIND)
def test_what_befalls_part_of_the_budget_is_found_by_that_part_alone(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drift, "HAPPENINGS", {name: HAPPENINGS[name]})
    assert shortcomings(1) == []

    monkeypatch.setattr(*BLIND[name])

    late = f"{name} is found after 11 windows, promised {drift.DELAYS[name]}"
    assert shortcomings(1) == [late, "the right column is named first in 0%"]


@cache
def quiet() -> tuple[watched.Seen, ...]:
    """A stream of each world."""
    engine, worlds = watched.engine(), enumerate(WORLDS.values())
    return tuple(
        watched.counted(engine, streams.stream(one, [70, at], days=50)) for at, one in worlds
    )


def often(budget: float) -> tuple[int, int]:
    """Alarms of all worlds together, and the windows they were looked at."""
    found = [watched.walked(one, budget) for one in quiet()]
    return sum(one.alarms for one in found), sum(one.windows for one in found)


def test_alarms_are_as_seldom_as_a_small_budget_says_however_it_is_spent() -> None:
    alarms, windows = often(budget=100)

    assert alarms <= drift.bound(windows, 100)


def test_a_detector_that_takes_what_it_sees_for_sure_breaks_a_small_budget(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sound = detector.noise

    def sure(*given: Any) -> detector.Noise:
        noise = sound(*given)
        return noise._replace(windows=noise.windows / 3, reference=noise.reference / 3)

    monkeypatch.setattr(detector, "noise", sure)

    alarms, windows = often(budget=100)

    assert alarms > drift.bound(windows, 100)


def test_more_alarms_than_the_budget_allows_are_told() -> None:
    often = Findings({"iid": [drift.Lived(200, 1, None, "")] * 50}, {})

    assert drift.bound(10_000, 10_950) == 4
    assert "50 alarms in 10,000 quiet windows" in drift.short(often, 10_950)
