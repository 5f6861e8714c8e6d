"""Money that hangs on columns, and what must be said of them."""

import pytest

from mainstay.contract import explain
from mainstay.contract.payoffs import ByColumn

GAINS = "true_positive: 40, false_positive: -12"
BY_COLUMN = "true_positive: {column: fare, times: 0.1, plus: 5}, false_positive: -12"
FARE = "fare: {type: number, unit: USD, between: [0, 5000], on_breach: reject}"
FIELDS = "  fields:\n"


def stated(reader, *, field: str = FARE, value: str = BY_COLUMN):
    """What `read` or `told` makes of the example with such a column and such money."""
    return reader((GAINS, value), (FIELDS, f"{FIELDS}    {field}\n"))


def test_a_payoff_may_hang_on_a_column(read):
    contract = stated(read).contract

    value = contract.objective.value
    assert value.true_positive == ByColumn(column="fare", times=0.1, plus=5)
    assert contract.objective.amounts == ("fare",)
    assert value.payoffs("binary")[1] == -12


def test_without_columns_nothing_hangs_on_the_row(read):
    assert read().contract.objective.amounts == ()


def test_explain_tells_its_parts(read):
    found = {one.path: one.value for one in explain.explained(stated(read).contract)}

    assert found["objective.value.true_positive.column"] == "fare"
    assert found["objective.value.true_positive.times"] == 0.1
    assert found["objective.value.false_positive"] == -12


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        (FARE, "true_positive: much, false_positive: -12",
         'objective.value.true_positive is "much", but money is wanted'),
        (FARE, "true_positive: {times: 2}, false_positive: -12",
         "objective.value.true_positive.column is missing"),
        (FARE, "true_positive: {colum: fare}, false_positive: -12",
         "objective.value.true_positive.colum is not a clause"),
        (FARE, "true_positive: {column: fare, times: x}, false_positive: -12",
         'objective.value.true_positive.times is "x", but a number is wanted'),
        (FARE, "true_positive: {column: late}, false_positive: -12",
         'objective.value.true_positive.column is "late", the label'),
        (FARE, "true_positive: {column: toll}, false_positive: -12",
         'is "toll", of which data.fields says nothing'),
        (FARE.replace("USD", "EUR"), BY_COLUMN, 'is "fare" in EUR, but values are in USD'),
        (FARE.replace("[0,", "[-5,"), BY_COLUMN, 'is "fare", which may be negative'),
        (FARE.replace("between: [0, 5000], ", ""), BY_COLUMN, 'is "fare", which may be negative'),
        (FARE.replace("on_breach", "nulls: allowed, on_breach"), BY_COLUMN,
         'is "fare", which data.fields allows to be null'),
        (FARE, "true_positive: 40, per_unit_over: -2",
         "objective.value.per_unit_over is for regression, not binary"),
    ],
)  # fmt: skip
def test_what_would_decide_by_nonsense_is_a_mistake(told, field, value, said):
    found = stated(told, field=field, value=value)

    assert any(said in line and line.startswith("contract.yaml:8:") for line in found)


@pytest.mark.parametrize("cost", ["per_unit_over: 2", "per_unit_over: {column: fare, times: 2}"])
def test_being_off_is_never_worth_anything(told, cost):
    found = stated(told, value=f"{cost}, per_unit_under: -1")

    assert any("is 2, but a cost is negative" in line for line in found)


def test_a_null_may_be_worth_something(read):
    allowed = FARE.replace("on_breach", "nulls: allowed, on_breach")
    value = BY_COLUMN.replace("plus: 5", "plus: 5, missing: 0")

    assert stated(read, field=allowed, value=value).contract.objective.amounts == ("fare",)
