from mainstay.contract import rules
from mainstay.core.expressions import Call, ColumnOf
from mainstay.core.rules import FieldRule, RowRule


def test_fields_come_first_in_their_order_then_the_rules(read):
    distance, temp, pressure, carrier, row = rules.rules(read().contract)

    assert distance == FieldRule(
        "distance", "integer", nullable=False, on_breach="reject", low=17, high=6000, unit="mile"
    )
    assert (temp.name, temp.nullable, temp.low, temp.high) == ("temp", True, -30, 130)
    assert (pressure.name, pressure.unit) == ("pressure", "hPa")
    assert carrier == FieldRule("carrier", "string", nullable=False, on_breach="flag")
    condition = Call("less_equal", (ColumnOf("dewp"), ColumnOf("temp")))
    assert row == RowRule("dewp <= temp", condition, "flag")


def test_observed_levels_are_left_to_the_rows_trained_on(read):
    assert rules.observed(read().contract) == ("carrier",)


def test_stated_levels_are_in_the_rule(read):
    contract = read(("one_of: observed", "one_of: [AA, UA]")).contract

    assert rules.rules(contract)[3].levels == ("AA", "UA")
    assert rules.observed(contract) == ()
