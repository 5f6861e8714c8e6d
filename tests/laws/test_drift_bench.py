"""The bench of the watch can fail: a watch that is too eager or blind does not pass it."""

from argparse import Namespace

import pytest

from bench import drift
from bench.drift import Findings
from bench.drifting.streams import HAPPENINGS
from mainstay.stats import detector

pytestmark = pytest.mark.slow
CHOSEN = Namespace(seed=3, budget=10_950, drifts=1)
SOUND = detector.evidence


@pytest.fixture(autouse=True)
def one_happening(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shift of 0.2 sd, looked for in ten windows."""
    monkeypatch.setattr(drift, "HAPPENINGS", {"shift_0_2": HAPPENINGS["shift_0_2"]})
    monkeypatch.setattr(drift, "AFTER", 10)


def shortcomings() -> list[str]:
    found = Findings({}, drift.happened(CHOSEN))
    return drift.short(found, CHOSEN.budget, slack=3)


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


def test_more_alarms_than_the_budget_allows_are_told() -> None:
    often = Findings({"iid": [drift.Lived(200, 1, None, "")] * 50}, {})

    assert drift.bound(10_000, 10_950) == 4
    assert "50 alarms in 10,000 quiet windows" in drift.short(often, 10_950)
