"""Money of one decision: a number, or by a column."""

import pytest
from pydantic import TypeAdapter, ValidationError

from mainstay.contract.payoffs import ByColumn, Payoff

ADAPTER = TypeAdapter(Payoff)


def test_a_number_stays_a_number():
    assert ADAPTER.validate_python(-12) == -12


def test_a_mapping_is_by_column_and_counts_each_unit_once():
    found = ADAPTER.validate_python({"column": "amount"})

    assert found == ByColumn(column="amount", times=1, plus=0, missing=None)
    assert ADAPTER.validate_python(found) is found


@pytest.mark.parametrize("value", [True, "much", [1], None])
def test_anything_else_is_no_money(value):
    with pytest.raises(ValidationError, match="but money is wanted"):
        ADAPTER.validate_python(value)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_money_is_finite(value):
    with pytest.raises(ValidationError):
        ADAPTER.validate_python(value)
