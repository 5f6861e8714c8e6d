from collections.abc import Callable

import ibis.expr.types as ir
import pytest

from mainstay.contract.model import Contract
from mainstay.core.nouns import Evidence, Verdict
from mainstay.life.assess.baselines import forward
from mainstay.life.assess.seen import Seen
from mainstay.life.assess.worth import ASKED, EVEN, GOAL, MONTH, VOLUME, a_month, a_point, worth

Look = Callable[..., Seen]
Promise = Callable[..., Contract]
ROC = "[{metric: roc_auc, at_least: 0.7}]"
VALUE = "{currency: EUR, true_positive: 50, false_positive: -20}"
EVEN_STAKES = "{currency: EUR, true_positive: 50, false_positive: -50}"


@pytest.fixture
def told(visits: ir.Table, look: Look, contract: Promise) -> Callable[..., dict[str, Evidence]]:
    """What is found of the visits under a contract with pieces of its text replaced."""

    def made(replaced: dict[str, str] | None = None) -> dict[str, Evidence]:
        under = contract(replaced)
        seen = look(visits, "age", under=under)
        judged = forward(under, seen)
        assert judged is not None
        return {one.clause: one for one in worth(under, seen, judged, seed=1)}

    return made


def test_the_break_even_quality_is_above_chance_where_a_rule_earns(told: Callable) -> None:
    found = told({VALUE: EVEN_STAKES})[EVEN].estimate

    assert 0.5 < found.low < found.value < found.high < 1
    assert found.unit == "roc_auc"


def test_what_is_asked_in_money_needs_more_than_breaking_even(told: Callable) -> None:
    asked = "[{metric: value_over_baseline_per_1000, at_least: 3000}]"

    found = told({VALUE: EVEN_STAKES, ROC: asked})

    assert found[ASKED].estimate.value > found[EVEN].estimate.value + 0.02
    assert found[ASKED].note == "for 3000"


def test_at_the_break_even_quality_nothing_is_earned(told: Callable) -> None:
    even = told({VALUE: EVEN_STAKES})[EVEN].estimate.value

    found = told({VALUE: EVEN_STAKES, "0.7": f"{even:.6f}"})[GOAL]

    assert found.estimate.value == pytest.approx(0, abs=1)
    assert found.verdict is None
    assert "may earn no more than the best rival" in found.note


def test_a_goal_far_above_break_even_raises_no_doubt(told: Callable) -> None:
    found = told({VALUE: EVEN_STAKES, "0.7": "0.95"})[GOAL]

    assert found.estimate.low > 0
    assert found.note == ""


def test_a_goal_that_no_curve_makes_pay_is_broken(told: Callable) -> None:
    dear = "{currency: EUR, true_positive: 50, false_positive: -50, per_1000_predictions: -30000}"

    found = told({VALUE: dear, "0.7": "0.55"})[GOAL]

    assert found.verdict is Verdict.FAIL
    assert "earns less than its best rival" in found.note


def test_a_month_is_thirty_mean_days(told: Callable, visits: ir.Table, look: Look) -> None:
    volume = told()[VOLUME].estimate

    assert volume.value == pytest.approx(2400 / 120 * 30, rel=0.02)
    assert volume.low < volume.value < volume.high
    assert a_month(look(visits, "age"), seed=1) == volume


def test_a_month_is_worth_what_the_money_goal_promises_less_labels(told: Callable) -> None:
    asked = "[{metric: value_over_baseline_per_1000, at_least: 3000}]"
    labelled = VALUE.replace("}", ", per_label: -1}")

    found = told({ROC: asked, VALUE: labelled})
    month, volume = found[MONTH].estimate, found[VOLUME].estimate

    assert month.value == pytest.approx((3 - 1) * volume.value)
    assert month.low == pytest.approx((3 - 1) * volume.low)
    assert month.unit == "EUR a month"


def test_nothing_is_said_where_acting_never_costs(told: Callable) -> None:
    assert told({VALUE: "{currency: EUR, true_positive: 50}"}) == {}


def test_nothing_is_said_without_money(told: Callable) -> None:
    assert told({f"  value: {VALUE}\n": ""}) == {}


def test_a_point_is_worth_what_more_quality_earns(contract: Promise) -> None:
    under = contract({VALUE: EVEN_STAKES})

    at = [a_point(under, 0.5, auc) for auc in (0.6, 0.8)]

    assert at[0] == pytest.approx(0.5 * 50 * 1.4, rel=0.1)  # of two normal curves 2 Phi(d / 2) - 1
    assert at[1] > at[0] / 2


def test_a_point_is_worth_nothing_where_nothing_is_to_be_told(contract: Promise) -> None:
    assert a_point(contract({VALUE: "{currency: EUR, true_positive: 50}"}), 0.5, 0.7) is None
    assert a_point(contract({VALUE: EVEN_STAKES}), 1.0, 0.7) is None


def test_where_acting_always_is_best_chance_is_where_it_begins_to_pay(told: Callable) -> None:
    eager = "{currency: EUR, true_positive: 50, false_positive: -1}"

    found = told({VALUE: eager, "0.7": "0.55"})

    assert (found[EVEN].estimate.low, found[EVEN].estimate.value) == (0.5, 0.5)
    assert found[GOAL].estimate.low == 0
    assert "may earn no more" in found[GOAL].note
