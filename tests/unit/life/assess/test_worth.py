from collections.abc import Callable

import ibis.expr.types as ir
import pytest

from mainstay.contract.model import Contract
from mainstay.core.nouns import Evidence, Verdict
from mainstay.life.assess.baselines import forward
from mainstay.life.assess.money import NEVER, RULE, money
from mainstay.life.assess.seen import Seen
from mainstay.life.assess.stakes import NOTHING
from mainstay.life.assess.stakes import RULE as TODAY
from mainstay.life.assess.worth import (
    ASKED,
    ASSUMED,
    EVEN,
    GOAL,
    MONTH,
    VOLUME,
    a_month,
    a_point,
    above,
    worth,
)

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
        every = (*money(under, judged, seed=1), *worth(under, seen, judged, seed=1))
        return {one.clause: one for one in every}

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


def test_the_goal_is_held_against_the_rule_and_against_doing_nothing(told: Callable) -> None:
    found = told({VALUE: EVEN_STAKES})
    rule, nothing = found[above(TODAY)].estimate, found[above(NOTHING)].estimate

    assert nothing.value - rule.value == pytest.approx(
        found[RULE].estimate.value - found[NEVER].estimate.value
    )
    assert found[GOAL].estimate.value == pytest.approx(min(rule.value, nothing.value))
    assert rule.low < rule.value < rule.high


def amounts(of_yes: str, of_no: str = "-20") -> dict[str, str]:
    """Money of a visit that hangs on the age of who comes."""
    fields = "  fields: {age: {type: integer, between: [0, 120], on_breach: reject}}\n"
    return {
        VALUE: f"{{currency: EUR, true_positive: {of_yes}, false_positive: {of_no}}}",
        "known_after: 1d}\n": f"known_after: 1d}}\n{fields}",
    }


def test_amounts_that_are_all_but_alike_are_worth_what_one_amount_is(told: Callable) -> None:
    one = told({VALUE: EVEN_STAKES})
    alike = "{column: age, times: 0.000001, plus: 50}"

    found = told(amounts(alike, "-50"))

    same, by_row = (each[above(NOTHING)].estimate for each in (one, found))
    assert by_row.value == pytest.approx(same.value, rel=1e-4)
    assert (by_row.low, by_row.high) == pytest.approx((same.low, same.high), rel=0.01)
    assert found[EVEN].estimate.value == pytest.approx(one[EVEN].estimate.value, abs=0.005)
    assert found[MONTH].estimate.unit == "EUR a month"


def test_amounts_that_differ_leave_more_to_earn(told: Callable) -> None:
    every = told(amounts("{column: age, times: 2}", "-100"))
    found = every[above(NOTHING)]
    mean = "{currency: EUR, true_positive: 113, false_positive: -100}"
    plain = told({VALUE: mean})[above(NOTHING)]

    assert found.estimate.value > plain.estimate.value
    assert "leant by the row's money" in found.method
    assert every[GOAL].note.startswith(ASSUMED)
    assert ASSUMED in every[EVEN].note


def test_at_the_break_even_quality_amounts_earn_nothing(told: Callable) -> None:
    by_age = amounts("{column: age, times: 2}", "-100")
    even = told(by_age)[EVEN].estimate

    found = told({**by_age, "0.7": f"{even.value:.6f}"})[GOAL].estimate

    assert 0.5 < even.low < even.value < even.high < 1
    assert found.value == pytest.approx(0, abs=60)


def test_rows_whose_acting_never_pays_are_left(told: Callable) -> None:
    some = told(amounts("{column: age, times: 2, plus: -100}", "-40"))

    assert some[GOAL].estimate.low < some[GOAL].estimate.value < some[GOAL].estimate.high


def test_amounts_that_no_score_of_yes_decides_are_told_by_no_quality(told: Callable) -> None:
    some = told(amounts("{column: age, times: -1}", "20"))

    assert EVEN not in some
    assert VOLUME in some


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
    assert EVEN not in told({VALUE: "{currency: EUR, true_positive: 50}"})


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


def test_of_several_classes_a_month_is_worth_what_the_goal_in_money_promises(
    visits: ir.Table, look: Look, contract: Promise
) -> None:
    under = contract({
        "task: binary": "task: multiclass",
        VALUE: "{currency: EUR, matrix: {a: {b: 1}, c: {d: 1}}, unnamed: 0}",
        ROC: "[{metric: value_over_baseline_per_1000, at_least: 500}]",
        "{rate_by: [ward]}": "{rate_by: []}",
        "column: stays": "column: ward",
    })  # fmt: skip
    seen = look(visits, "age", under=under)
    judged = forward(under, seen)
    assert judged is not None

    found = {one.clause: one.estimate for one in worth(under, seen, judged, seed=1)}

    assert found.keys() == {VOLUME, MONTH}
    assert found[MONTH].value == pytest.approx(found[VOLUME].value / 2)
