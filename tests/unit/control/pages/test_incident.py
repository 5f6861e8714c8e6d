"""The page of an incident, from values."""

from datetime import timedelta

import pytest
from healthy import NOON, WEEK, profile
from msgspec.structs import replace

from mainstay.control.accounts import Account, Course, Happened, Point
from mainstay.control.pages import incident
from mainstay.core.nouns import Estimate, Verdict, Window
from mainstay.life.watch.order import Finding

DAY = timedelta(days=1)


@pytest.fixture
def burning() -> Account:
    finding = Finding(
        "unit", ("wait",), "wait: x60 explains it", "the unit <changed>", "owner of visits",
        "ask the owner", Verdict.FAIL, Window(NOON, NOON + WEEK),
    )  # fmt: skip
    means = [Estimate(value, value - 1, value + 1, 60, "") for value in (10.0, 600.0)]
    days = [Window(NOON - DAY, NOON), Window(NOON, NOON + DAY)]
    return Account(
        id=7,
        model="no-show",
        at=NOON + WEEK,
        opened=NOON + 5 * DAY,
        closed=None,
        finding=finding,
        urgency="now",
        why="half of what it earns is lost",
        cost=Estimate(120, 80, 160, 300, "USD"),
        good=NOON,
        by=0,
        models=("no-show", "late"),
        hides=("town moved",),
        courses=(Course("wait", tuple(map(Point, days, means))),),
        before=(profile((20, 20, 0, 0), 0, (20, 20)),),
        since=(profile((0, 0, 0, 40), 0, (20, 20)),),
        history=(Happened(NOON, "opened", "wait: x60 explains it", "owner of visits"),),
    )


def test_the_page_says_what_broke_what_it_costs_and_who_acts(burning: Account) -> None:
    page = incident.page(burning)

    main = page[page.index("<main") :]
    assert "<b>wait: x60 explains it: the unit &lt;changed&gt;.</b>" in main
    assert "owner of visits acts · hurts no-show, late" in main
    assert "USD 120 a day" in main
    assert "open 2 days" in main
    assert "mainstay incident show 7" in main
    assert "Held back as consequences" in main


def test_a_column_is_drawn_before_and_since(burning: Account) -> None:
    drawn = incident.content(burning)

    assert "What changed in wait" in drawn
    assert "Of 40 rows that reached the model 100.0% lie elsewhere than before." in drawn
    assert drawn.count('class="whisker"') == 2
    assert 'class="lasting"' in drawn


def test_a_cost_that_nobody_measured_is_unknown_and_never_green(burning: Account) -> None:
    drawn = incident.content(replace(burning, cost=None, good=None))

    assert drawn.count('class="question unknown"') == 2
    assert "no answer shows what it costs" in drawn


def test_what_is_over_asks_nobody_for_anything(burning: Account) -> None:
    drawn = incident.content(replace(burning, closed=NOON + WEEK))

    assert "It is over: nothing is left to do." in drawn
    assert "mainstay incident show" not in drawn


def test_a_column_without_counts_is_left_out(burning: Account) -> None:
    drawn = incident.content(replace(burning, courses=(), before=(), since=(), hides=()))

    assert "What changed" not in drawn
    assert "Held back" not in drawn
    assert drawn.index("What happened") < drawn.index("First action")
