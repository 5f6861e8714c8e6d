"""What a finding costs, and since when it is wrong."""

from datetime import timedelta
from pathlib import Path

import pytest
import small_project
from receiving import finding

from mainstay.contract import document
from mainstay.control.harm import OVER, Scene, Standing, carrying, goals, standing
from mainstay.core.nouns import Estimate, Evidence, Limit, Verdict, Window
from mainstay.data.live import Counts
from mainstay.data.profile import Profile
from mainstay.life.watch.order import Comparison, Order, Profiled, Serving, Stopped, Watched

DAY, NOW = timedelta(days=1), small_project.AFTER
SPAN = Window(NOW - DAY, NOW)
EARNS = Estimate(500, 400, 600, 90, "EUR")


def evidence(clause: str, estimate: Estimate | None, limit: Limit, verdict: Verdict) -> Evidence:
    return Evidence(clause, "v1", "", "", SPAN, estimate, limit, verdict)


def scene(
    folder: Path, *found: Evidence, earning: Estimate | None = EARNS, **order: object
) -> Scene:
    """A day of 1,000 decisions: 100 kept from the model by rain, 200 refused."""
    path = folder / "contract.yaml"
    path.write_text(small_project.CONTRACT)
    counts = Counts(1000, 700, 100, 200, 0, 0, 0, 0)
    day = Profiled(SPAN, "v1", Profile(1000, ()), counts, (Stopped("rain", 100, 1000, None),))
    given = {
        "document": document.read(path), "places": None, "engine": None, "table": None,
        "labels": None, "champion": Serving("v1", "b", NOW), "previous": None, "certified": (),
        "not_after": NOW + 90 * DAY, "since": NOW - DAY, "first": NOW - DAY, "now": NOW,
    }  # fmt: skip
    comparison = order.pop("comparison", None)
    watched = Watched((day,), None, (), found, (), comparison, None, ())
    return Scene(Order(**{**given, **order}), watched, earning)


def test_rows_kept_from_the_model_cost_what_it_would_have_earned(tmp_path: Path) -> None:
    found = standing(scene(tmp_path), finding("stopped", "rain"))

    assert found.cost == Estimate(50, 40, 60, 90, "EUR")
    assert (found.urgency, found.harm) == ("today", True)
    assert found.why == "10% of what the model earns is lost"
    assert found.source == "sqlite:///data/weather.db#hourly"
    assert found.good == NOW - DAY


def test_what_was_certified_counts_before_what_was_earned(tmp_path: Path) -> None:
    gate = evidence(OVER, Estimate(1000, 900, 1100, 50, "EUR"), Limit("at_least", 0), Verdict.PASS)

    found = standing(scene(tmp_path, certified=(gate,)), finding("stopped", "rain"))

    assert found.cost == Estimate(100, 90, 110, 50, "EUR")


def test_a_cost_that_nobody_measured_is_not_known(tmp_path: Path) -> None:
    poor = scene(tmp_path, earning=None)

    assert standing(poor, finding("stopped", "rain")).cost is None
    assert standing(poor, finding("stopped", "rain")).urgency == "today", "a source is in error"
    assert standing(poor, finding("drift", "rain")) == Standing(
        "this week", "nothing is known to be lost", good=NOW - DAY
    )


def test_refusals_burn_what_is_allowed(tmp_path: Path) -> None:
    refused = Estimate(0.2, 0.18, 0.22, 1000)
    seen = evidence("answered", refused, Limit("at_most", 0.01), Verdict.FAIL)

    found = standing(scene(tmp_path, seen, earlier=()), finding("answered"))

    assert (found.urgency, found.cost) == ("now", Estimate(100, 80, 120, 90, "EUR"))
    assert found.good is None, "no look was before"


def test_a_broken_goal_costs_what_it_lacks_to_the_certified(tmp_path: Path) -> None:
    certified = evidence(
        OVER, Estimate(500, 470, 530, 50, "EUR"), Limit("at_least", 0), Verdict.PASS
    )
    seen = evidence(
        f"realised, {OVER}", Estimate(100, 60, 140, 40, "EUR"), Limit("at_least", 200), Verdict.FAIL
    )
    shown = scene(tmp_path, seen, certified=(certified,))

    [goal] = goals(shown.order, shown.found.evidence)
    found = standing(shown, goal)

    assert goal.what == f"{OVER} is 100 (60 to 140), ≥ 200 was promised"
    assert found.cost == Estimate(400, 350, 450, 40, "EUR")
    assert (found.urgency, found.harm) == ("now", True)


def test_without_money_certified_a_fresh_model_says_what_is_lost(tmp_path: Path) -> None:
    gain = Estimate(50, 20, 80, 40, "EUR")
    compared = Comparison("roc_auc", SPAN, 40, None, None, None, gain, None, None, None, "", 1.0, 3)

    found = standing(scene(tmp_path, comparison=compared), finding("goal", "roc_auc"))

    assert found.cost == Estimate(50, 20, 80, 40, "EUR")


@pytest.mark.parametrize(("days", "when"), [(10, "this week"), (2, "today"), (0, "now")])
def test_a_certificate_is_urgent_by_what_is_left_of_it(
    tmp_path: Path, days: int, when: str
) -> None:
    shown = scene(tmp_path, not_after=NOW + days * DAY)

    found = standing(shown, finding("not_after"))

    assert (found.urgency, found.cost is None) == (when, days > 0)
    assert found.good == NOW + (days - 14) * DAY


def test_a_source_was_good_until_it_was_later_than_agreed(tmp_path: Path) -> None:
    late = evidence(
        "freshness, weather", Estimate(9, 9, 9, 1, "h"), Limit("at_most", 6), Verdict.FAIL
    )

    assert standing(scene(tmp_path, late), finding("freshness", "weather")).good == NOW - DAY / 8
    assert standing(scene(tmp_path), finding("freshness", "weather")).good is None


def test_costs_of_the_same_decisions_are_not_added() -> None:
    some = [Standing(cost=Estimate(one, one, one, 1, "EUR")) for one in (10, 30)]

    assert carrying(Standing("today", "late"), (*some,)).cost == Estimate(30, 30, 30, 1, "EUR")
