import pytest

from mainstay.contract.objective import Baseline


def test_what_an_error_costs_is_nothing_unless_stated(read):
    value = read().contract.objective.value

    assert (value.true_positive, value.false_positive) == (40, -12)
    assert (value.true_negative, value.false_negative) == (0, 0)
    assert (value.per_retrain, value.per_1000_predictions) == (-30, -0.05)


def test_without_a_baseline_the_mean_of_the_label_is_the_one_to_beat(read):
    baseline = read(("  baseline: {rate_by: [origin, hour]}\n", "")).contract.objective.baseline

    assert baseline == Baseline(rate_by=())


@pytest.mark.parametrize(
    ("stated", "says"),
    [
        ("{rate_by: [hour], constant: 0.2}", "states rate_by and constant"),
        ("{constant: 0.2, column: late_before}", "states constant and column"),
        ("{}", "states nothing"),
    ],
)
def test_a_baseline_is_exactly_one_thing(told, stated, says):
    assert told(("{rate_by: [origin, hour]}", stated)) == [
        f"contract.yaml:12:13: objective.baseline {says}",
        "hint: keep exactly one of rate_by, constant, column",
    ]


def test_a_constant_or_a_column_can_be_the_baseline(read):
    constant = read(("{rate_by: [origin, hour]}", "{constant: 0.2}"))
    column = read(("{rate_by: [origin, hour]}", "{column: planner_says}"))

    assert constant.contract.objective.baseline.constant == 0.2
    assert column.contract.objective.baseline.column == "planner_says"


@pytest.mark.parametrize(
    ("old", "new", "said", "hint"),
    [
        (
            "task: binary",
            "task: binry",
            'contract.yaml:7:9: objective.task is "binry"',
            "hint: did you mean binary? known: binary, multiclass, regression",
        ),
        (
            "currency: USD",
            "currency: $",
            'contract.yaml:8:21: objective.value.currency is "$"',
            "hint: write a code of three capital letters, for example USD",
        ),
        (
            "{rate_by: [origin, hour]}",
            "{constant: [1]}",
            "contract.yaml:12:24: objective.baseline.constant is a list, but one value is wanted",
            "hint: a number, or a text that is one of the classes",
        ),
    ],
)
def test_a_wrong_value_is_told_at_its_place(told, old, new, said, hint):
    assert told((old, new)) == [said, hint]


def test_a_contract_without_good_enough_is_read(read):
    contract = read(
        ("  good_enough:\n", ""),
        ("    - {metric: roc_auc, at_least: 0.66}\n", ""),
        ("    - {metric: value_over_baseline_per_1000, at_least: 100}\n", ""),
    ).contract

    assert contract.objective.good_enough == ()
