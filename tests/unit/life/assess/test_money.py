from collections.abc import Callable

import ibis.expr.types as ir
import numpy as np
import pytest

from mainstay.contract.model import Contract
from mainstay.core.errors import Mistake
from mainstay.core.nouns import Evidence, Verdict
from mainstay.life.assess.baselines import Judged, forward
from mainstay.life.assess.money import ALWAYS, EVEN, NEVER, ROOM, RULE, break_even, money
from mainstay.life.assess.seen import Seen

Look = Callable[..., Seen]
Promise = Callable[..., Contract]
GOAL = "[{metric: roc_auc, at_least: 0.7}]"


@pytest.fixture
def judged(visits: ir.Table, look: Look, contract: Promise) -> Judged:
    found = forward(contract(), look(visits, "age"))
    assert found is not None
    return found


def earned(contract: Contract, judged: Judged) -> dict[str, Evidence]:
    return {one.clause: one for one in money(contract, judged, seed=1)}


def test_always_earns_what_the_rate_says(judged: Judged, contract: Promise) -> None:
    rate = judged.label.mean()

    found = earned(contract(), judged)[ALWAYS].estimate

    assert found.value == pytest.approx(1000 * (50 * rate - 20 * (1 - rate)))
    assert found.low < found.value < found.high
    assert found.unit == "EUR per 1,000"


def test_never_earns_nothing_for_sure(judged: Judged, contract: Promise) -> None:
    found = earned(contract(), judged)[NEVER].estimate

    assert (found.low, found.value, found.high) == (0, 0, 0)


def test_room_is_what_perfect_decisions_earn_above_the_best(
    judged: Judged, contract: Promise
) -> None:
    found = earned(contract(), judged)
    best = max(found[clause].estimate.value for clause in (RULE, ALWAYS, NEVER))

    assert found[ROOM].estimate.value == pytest.approx(1000 * 50 * judged.label.mean() - best)
    assert found[ROOM].verdict is None


@pytest.mark.parametrize(("asked", "verdict"), [("100", Verdict.PASS), ("90000", Verdict.FAIL)])
def test_a_goal_beyond_perfect_decisions_is_out_of_reach(
    judged: Judged, contract: Promise, asked: str, verdict: Verdict
) -> None:
    goal = f"[{{metric: value_over_baseline_per_1000, at_least: {asked}}}]"

    found = earned(contract({GOAL: goal}), judged)[ROOM]

    assert found.verdict is verdict
    assert found.limit.bound == float(asked)


def test_what_predictions_cost_leaves_less_room(judged: Judged, contract: Promise) -> None:
    free, costly = (
        earned(contract({"false_positive: -20": f"false_positive: -20{cost}"}), judged)[ROOM]
        for cost in ("", ", per_1000_predictions: -300")
    )

    assert costly.estimate.value == pytest.approx(free.estimate.value - 300)


def test_break_even_is_where_acting_and_not_earn_the_same(
    judged: Judged, contract: Promise
) -> None:
    even = earned(contract(), judged)[EVEN].estimate.value

    assert even * 50 + (1 - even) * -20 == pytest.approx(0)


def test_where_acting_never_pays_there_is_no_break_even(judged: Judged, contract: Promise) -> None:
    worse = contract({"true_positive: 50": "true_positive: -30"})

    assert np.isnan(break_even(worse, judged)).all()
    assert EVEN not in earned(worse, judged)


def test_without_money_nothing_is_said(judged: Judged, contract: Promise) -> None:
    priceless = contract({"  value: {currency: EUR, true_positive: 50, false_positive: -20}\n": ""})

    assert earned(priceless, judged) == {}


def test_a_rule_that_never_acts_earns_what_never_earns(judged: Judged, contract: Promise) -> None:
    idle = judged._replace(decided=np.zeros(len(judged.label)))

    assert earned(contract(), idle)[RULE].estimate.value == 0


def test_by_amounts_break_even_hangs_on_the_row(
    visits: ir.Table, look: Look, contract: Promise
) -> None:
    fields = "  fields: {age: {type: integer, between: [0, 120], on_breach: reject}}\n"
    stated = contract(
        {
            "true_positive: 50": "true_positive: {column: age, times: 2}",
            "known_after: 1d}\n": f"known_after: 1d}}\n{fields}",
        }
    )
    judged = forward(stated, look(visits, "pulse", under=stated))
    assert judged is not None

    found = earned(stated, judged)

    age = judged.payoffs[:, 0] / 2
    assert found[ALWAYS].estimate.value == pytest.approx(
        1000 * np.where(judged.label == 1, 2 * age, -20).mean()
    )
    assert found[EVEN].estimate.value == pytest.approx(float(np.median(20 / (20 + 2 * age))))
    assert "it hangs on the row" in found[EVEN].note


def several(contract: Promise, more: str = "", rule: str = "{rate_by: []}") -> Contract:
    """Which ward somebody comes to, with money for every pair."""
    rows = [
        f"{was}: {{{', '.join(f'{said}: {9 if was == said else -place}' for said in 'abcd')}}}"
        for place, was in enumerate("abcd")
    ]
    return contract({
        "task: binary": "task: multiclass",
        "true_positive: 50, false_positive: -20": f"matrix: {{{', '.join(rows)}{more or '}'}",
        GOAL: "[{metric: value_over_baseline_per_1000, at_least: 900}]",
        "{rate_by: [ward]}": rule,
        "column: stays": "column: ward",
    })  # fmt: skip


def test_of_several_classes_the_rule_one_class_and_perfect_decisions_are_told(
    visits: ir.Table, look: Look, contract: Promise
) -> None:
    stated = several(contract)
    judged = forward(stated, look(visits, "age", under=stated))
    assert judged is not None

    found = earned(stated, judged)

    alike = [1000 * np.where(judged.label == said, 9, -judged.label).mean() for said in range(4)]
    assert found[ALWAYS].estimate.value == pytest.approx(max(alike))
    assert "best class in hindsight" in found[ALWAYS].note
    assert found[RULE].estimate.value <= max(alike) + 1e-9
    assert found[RULE].estimate.low < found[RULE].estimate.value < found[RULE].estimate.high
    assert found[ROOM].estimate.value == pytest.approx(9000 - found[RULE].estimate.value)
    assert found[ROOM].verdict is Verdict.PASS
    assert EVEN not in found


def test_a_stated_class_is_the_rule(visits: ir.Table, look: Look, contract: Promise) -> None:
    stated = several(contract, rule="{constant: c}")
    judged = forward(stated, look(visits, "age", under=stated))
    assert judged is not None

    found = earned(stated, judged)[RULE]

    assert found.note == "always c"
    assert found.estimate.value == pytest.approx(
        1000 * np.where(judged.label == 2, 9, -judged.label).mean()
    )


def test_classes_that_nobody_priced_are_a_mistake(
    visits: ir.Table, look: Look, contract: Promise
) -> None:
    stated = several(contract, more=", e: {a: 0, b: 0, c: 0, d: 0, e: 0}}, unnamed: 0")

    with pytest.raises(Mistake, match="names e, which no training row is"):
        forward(stated, look(visits, "age", under=stated))
