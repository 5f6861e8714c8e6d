"""Money by classes: every pair is named, and the rule is a class."""

import pytest

from mainstay.contract import diff, explain, schema

GAINS = "value: {currency: USD, true_positive: 40, false_positive: -12,"
MATRIX = "{early: {early: 5, late: -1}, late: {early: -8, late: 9}}"
RULE = ("  baseline: {rate_by: [origin, hour]}\n", "  baseline: {constant: early}\n")
SEVERAL = (
    ("task: binary", "task: multiclass"),
    ("{metric: roc_auc, at_least: 0.66}", "{metric: accuracy, at_least: 0.66}"),
    ("metric: roc_auc, at_least: 0.55", "metric: accuracy, at_least: 0.55"),
)


def several(reader, matrix: str = MATRIX, rule: tuple[str, str] = RULE):
    """What `read` or `told` makes of the example with several classes."""
    return reader(*SEVERAL, (GAINS, f"value: {{currency: USD, matrix: {matrix},"), rule)


def test_a_matrix_is_money_by_actual_and_decided_class(read):
    value = several(read).contract.objective.value

    assert value.classes == ("early", "late")
    assert value.by_class == ((5, -1), (-8, 9))


def test_classes_that_are_numbers_stand_by_size(read):
    value = several(
        read,
        '{"10": {"10": 1, "9": 2}, "9": {"10": 3, "9": 4}}',
        (RULE[0], "  baseline: {rate_by: []}\n"),
    ).contract.objective.value

    assert value.classes == ("9", "10")
    assert value.by_class == ((4, 3), (2, 1))


def test_pairs_that_are_left_out_are_worth_what_somebody_said(read):
    value = several(read, "{early: {late: -1}}, unnamed: 0").contract.objective.value

    assert value.by_class == ((0, -1), (0, 0))


def test_explain_schema_and_diff_know_it(read):
    old, new = (several(read, one).contract for one in (MATRIX, MATRIX.replace("9", "7")))

    told = {one.path: one.value for one in explain.explained(old)}
    (change,) = diff.changes(old, new)

    assert told["objective.value.matrix"]["late"] == {"early": -8, "late": 9}
    assert "matrix" in schema.schema()["$defs"]["Value"]["properties"]
    assert change.opens == "rebuild"
    assert change.path.startswith("objective.value.matrix")


@pytest.mark.parametrize(
    ("matrix", "said"),
    [
        ("{early: {early: 5}, late: {early: -8, late: 9}}",
         "objective.value.matrix.early leaves out late"),
        ("{early: {early: 5, late: -1}}",
         'objective.value.matrix does not say what "late" decided as each class is worth'),
        ("{early: {early: 5}}", "objective.value.matrix names 1 classes"),
        ("{early: {early: much, late: 1}, late: {early: 1, late: 1}}",
         'objective.value.matrix.early.early is "much", but a number is wanted'),
        (f"{MATRIX}, true_positive: 3", "objective.value.true_positive is for a binary task"),
    ],
)  # fmt: skip
def test_what_leaves_money_open_is_a_mistake(told, matrix, said):
    assert any(said in one for one in several(told, matrix))


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("{rate_by: [origin, hour]}", "objective.baseline.rate_by gives no class"),
        ("{column: origin}", "objective.baseline.column gives no class"),
        ("{constant: never}", "which objective.value.matrix does not name"),
    ],
)
def test_a_rule_that_gives_no_class_is_a_mistake(told, rule, said):
    found = several(told, rule=(RULE[0], f"  baseline: {rule}\n"))

    assert any(said in one for one in found)


def test_a_matrix_is_for_several_classes_only(told):
    found = told((GAINS, f"{GAINS} matrix: {MATRIX}, "))

    assert any("is for several classes, not" in one for one in found)


def test_unnamed_speaks_of_a_matrix(told):
    found = told((GAINS, f"{GAINS} unnamed: 0, "))

    assert any("speaks of a matrix that is not stated" in one for one in found)


def test_money_of_several_classes_needs_a_matrix(told):
    found = told(*SEVERAL, (GAINS, "value: {currency: USD, "))

    assert any("but objective.value.matrix is not stated" in one for one in found)
