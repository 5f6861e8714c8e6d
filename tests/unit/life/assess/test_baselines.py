from collections.abc import Callable
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pytest

from mainstay.contract.model import Contract
from mainstay.core.columns import Text
from mainstay.core.errors import Mistake
from mainstay.life.assess.baselines import STRETCHES, forward, quality, rule_text
from mainstay.life.assess.seen import Seen

Look = Callable[..., Seen]
Promise = Callable[..., Contract]
RULE = "{rate_by: [ward]}"


def test_the_first_stretch_is_only_learnt_from(
    visits: ir.Table, look: Look, contract: Promise
) -> None:
    judged = forward(contract(), look(visits, "age"))

    assert judged is not None
    assert len(judged.label) == pytest.approx(2400 * (STRETCHES - 1) / STRETCHES, abs=2)


def test_a_rule_knows_nothing_of_its_own_stretch_nor_of_labels_to_come(
    visits: ir.Table, look: Look, contract: Promise
) -> None:
    seen = look(visits, "age")
    rates = forward(contract(), seen)
    begin = np.quantile(seen.when, 1 / STRETCHES, method="higher")
    day = 24 * 3600 * 1_000_000
    turned = np.where(seen.when >= begin - day, 1 - seen.outcome[0], seen.outcome[0])

    found = forward(contract(), seen._replace(outcome=(turned,)))

    assert rates is not None
    assert found is not None
    first = (seen.when[-len(rates.said) :] < np.quantile(seen.when, 2 / STRETCHES)).nonzero()[0]
    assert (found.said[first] == rates.said[first]).all()
    assert (found.said != rates.said).any()


def test_labels_that_come_too_late_leave_nothing_to_judge(
    visits: ir.Table, look: Look, contract: Promise
) -> None:
    late = contract({"known_after: 1d": "known_after: 200d, never_after: 300d"})

    assert forward(late, look(visits, "age")) is None


def test_a_rate_by_ward_tells_more_than_the_mean_of_all(
    visits: ir.Table, look: Look, contract: Promise
) -> None:
    found = []
    for rule in (RULE, "{rate_by: []}"):
        promised = contract({RULE: rule})
        judged = forward(promised, look(visits, "age", under=promised))
        found.append(quality(promised, judged, seed=1).estimate)

    assert found[0].low > found[1].value
    assert found[0].unit == "roc_auc"


def test_a_rule_that_reaches_the_goal_asks_whether_a_model_is_needed(
    visits: ir.Table, look: Look, contract: Promise
) -> None:
    notes = []
    for goal in ("0.7", "0.55"):
        promised = contract({"at_least: 0.7": f"at_least: {goal}"})
        judged = forward(promised, look(visits, "age", under=promised))
        notes.append(quality(promised, judged, seed=1).note)

    assert notes == ["rate by ward", "rate by ward: already good enough: is a model needed?"]


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("{rate_by: [ward, age]}", "rate by ward, age"),
        ("{rate_by: []}", "the mean of all"),
        ("{constant: 0.2}", "always 0.2"),
        ("{column: age}", "column age"),
    ],
)
def test_every_rule_is_judged_and_said_in_words(
    visits: ir.Table, look: Look, contract: Promise, rule: str, text: str
) -> None:
    promised = contract({RULE: rule})

    judged = forward(promised, look(visits, "age", under=promised))

    assert judged is not None
    assert np.isfinite(judged.said).all()
    assert rule_text(promised) == text


def test_a_baseline_column_of_text_is_refused(
    visits: ir.Table, look: Look, contract: Promise
) -> None:
    promised = contract({RULE: "{column: ward}"})

    with pytest.raises(Mistake, match="ward holds text"):
        forward(promised, look(visits, "age", under=promised))


def test_a_rule_acts_where_acting_earned_most_before(
    visits: ir.Table, look: Look, contract: Promise
) -> None:
    judged = forward(contract(), look(visits, "age"))

    assert judged is not None
    assert judged.said[judged.decided == 1].min() > 0.2
    assert 0.2 < judged.decided.mean() < 1


@pytest.mark.parametrize(
    ("task", "label", "goal"),
    [
        ("multiclass", "ward", "{metric: accuracy, at_least: 0.9}"),
        ("regression", "pulse", "{metric: mae, at_most: 1}"),
    ],
)
def test_classes_and_numbers_have_a_rule_of_their_own(
    table: Callable[..., ir.Table],
    columns: Callable[..., dict[str, Any]],
    look: Look,
    contract: Promise,
    task: str,
    label: str,
    goal: str,
) -> None:
    promised = contract({
        "task: binary": f"task: {task}",
        "  value: {currency: EUR, true_positive: 50, false_positive: -20}\n": "",
        "{metric: roc_auc, at_least: 0.7}": goal,
        "column: stays": f"column: {label}",
        RULE: "{rate_by: []}",
    })  # fmt: skip
    seen = look(table(**columns()), "age", under=promised)
    judged = forward(promised, seen)

    found = quality(promised, judged, seed=1).estimate

    values = seen.label.codes if isinstance(seen.label, Text) else seen.label
    wanted = 0.25 if task == "multiclass" else np.abs(values - values.mean()).mean()
    assert found.unit in goal
    assert found.value == pytest.approx(wanted, rel=0.1)
