"""How soon somebody must act."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mainstay.control.urgency import ORDER, Due, Hurt, due, worst
from mainstay.core.nouns import Estimate

EARNS = Estimate(100, 90, 110, 50, "EUR")
DAYS = timedelta(days=1)


def money(value: float, low: float | None = None) -> Estimate:
    return Estimate(value, value if low is None else low, value, 50, "EUR")


@pytest.mark.parametrize(
    ("hurt", "when", "harm"),
    [
        (Hurt(), "this week", False),
        (Hurt(source=True), "today", False),
        (Hurt(goal=True), "today", True),
        (Hurt(cost=money(50), earns=EARNS), "now", True),
        (Hurt(cost=money(49), earns=EARNS), "today", True),
        (Hurt(cost=money(9), earns=EARNS), "this week", True),
        (Hurt(cost=money(500, low=-1), earns=EARNS), "this week", False),
        (Hurt(cost=money(1)), "today", True),
        (Hurt(burn=1.0), "this week", False),
        (Hurt(burn=1.1), "today", True),
        (Hurt(burn=10), "now", True),
        (Hurt(left=0 * DAYS), "now", True),
        (Hurt(left=3 * DAYS), "today", False),
        (Hurt(left=14 * DAYS), "this week", False),
        (Hurt(goal=True, left=0 * DAYS), "now", True),
    ],
)
def test_the_rule(hurt: Hurt, when: str, *, harm: bool) -> None:
    found = due(hurt)

    assert (found.urgency, found.harm) == (when, harm)
    assert found.why


@given(
    source=some.booleans(),
    burn=some.floats(0, 1),
    left=some.timedeltas(timedelta(seconds=1), 30 * DAYS),
)
def test_without_harm_nobody_is_woken(*, source: bool, burn: float, left: timedelta) -> None:
    found = due(Hurt(burn=burn, left=left, source=source))

    assert ORDER[found.urgency] > ORDER["now"]
    assert not found.harm


def test_the_worst_of_several_is_the_most_urgent_with_all_harm() -> None:
    found = worst((Due("today", "late", harm=False), Due("this week", "slow", harm=True)))

    assert found == Due("today", "late", harm=True)
