"""The bench of the watch can fail: a watch that is too eager or blind does not pass it."""

from argparse import Namespace

import pytest

from bench import drift
from bench.drift import Findings
from mainstay.stats import detector

pytestmark = pytest.mark.slow
CHOSEN = Namespace(seed=3, budget=10_950, windows=200, streams="iid", drifts=1)
SOUND = detector.evidence


@pytest.fixture(scope="module")
def drawn() -> list[str]:
    """What falls short of the watch as it is."""
    return shortcomings()


def shortcomings() -> list[str]:
    found = Findings(drift.quiet(CHOSEN), drift.happened(CHOSEN))
    return drift.short(found, CHOSEN.budget, slack=3)


def planted(factor: float):
    def evidence(*given, **named):
        found = SOUND(*given, **named)
        return found._replace(total=found.total * factor, components=found.components * factor)

    return evidence


def test_a_sound_watch_passes(drawn: list[str]) -> None:
    assert drawn == []


def test_an_eager_watch_alarms_about_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detector, "evidence", planted(1e4))

    told = shortcomings()

    assert any("alarms before anything happened" in line for line in told)


def test_a_blind_watch_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detector, "evidence", planted(0))

    told = shortcomings()

    assert sum("is found after 61 windows" in line for line in told) == 4
    assert "the right column is named first in 0%" in told


def test_an_eager_watch_that_flickers_breaks_the_budget() -> None:
    bound = drift.bound(10_000, 10_950)

    assert (bound, drift.bound(200, 10_950)) == (4, 1)
