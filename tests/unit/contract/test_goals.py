import pytest
from pydantic import ValidationError

from mainstay.contract.goals import Ceiling, Goal
from mainstay.core.nouns import Limit


def said(**given: object) -> list[tuple[tuple[object, ...], str, str]]:
    with pytest.raises(ValidationError) as caught:
        Goal.model_validate(given)
    found = [(one["loc"], one["ctx"]) for one in caught.value.errors()]
    return [
        (place[: len(place) - told["up"]] + told["at"], told["says"], told["hint"])
        for place, told in found
    ]


def test_a_goal_is_one_limit():
    assert Goal(metric="roc_auc", at_least=0.66).limit == Limit("at_least", 0.66)
    assert Goal(metric="rmse", at_most=3).limit == Limit("at_most", 3.0)
    assert Ceiling(at_most=0.1).limit == Limit("at_most", 0.1)


@pytest.mark.parametrize(
    ("metric", "bound", "reach", "hint"),
    [
        ("roc_auc", 1.2, "[0, 1]", 'write 0.75 for "at least 0.75"'),
        ("accuracy", 66, "[0, 1]", "write 0.66 for 66 %"),
        ("r2", 1.5, "(-inf, 1]", 'write 0.75 for "at least 0.75"'),
    ],
)
def test_a_bound_out_of_reach_is_a_mistake(metric, bound, reach, hint):
    found = said(metric=metric, at_least=bound)

    assert found == [(("at_least",), f"is {bound:g}, but {metric} lies in {reach}", hint)]


def test_a_bound_below_zero_is_out_of_reach_of_an_error():
    found = said(metric="rmse", at_most=-1)

    assert found == [(("at_most",), "is -1, but rmse lies in [0, inf)", "write 0 or more")]


def test_the_worse_side_of_a_metric_is_never_good_enough():
    assert said(metric="roc_auc", at_most=0.7) == [
        (("at_most",), "is 0.7, but of roc_auc more is better", "write at_least: 0.7")
    ]
    assert said(metric="brier", at_least=0.2) == [
        (("at_least",), "is 0.2, but of brier less is better", "write at_most: 0.2")
    ]


@pytest.mark.parametrize("metric", ["accuracy", "rmse"])
def test_a_goal_has_exactly_one_bound(metric):
    none = said(metric=metric)
    both = said(metric=metric, at_least=0.5, at_most=0.75)

    assert [says for _, says, _ in none] == ["needs at_least or at_most"]
    assert [says for _, says, _ in both] == ["states both at_least and at_most"]


def test_a_bound_is_judged_even_where_the_other_is_not_a_number():
    with pytest.raises(ValidationError) as caught:
        Goal.model_validate({"metric": "accuracy", "at_least": "high", "at_most": 7})

    assert [one["loc"] for one in caught.value.errors()] == [("at_least",), ("at_most",)]
