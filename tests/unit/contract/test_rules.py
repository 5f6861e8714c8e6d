from mainstay.contract import rules
from mainstay.core.expressions import Call, ColumnOf
from mainstay.core.rules import Band, FieldRule, RowRule


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


def test_what_stands_in_is_in_the_rule_or_left_to_the_rows_trained_on(read):
    contract = read(
        ("[17, 6000], on_breach: reject", "[17, 6000], on_breach: impute, impute: 500"),
        ("allowed, on_breach: fallback", "allowed, on_breach: impute, impute: median"),
    ).contract

    distance, temp, *_ = rules.rules(contract)

    assert (distance.on_breach, distance.imputed) == ("impute", 500)
    assert (temp.on_breach, temp.imputed) == ("impute", None)
    assert rules.learnt(contract) == {"temp": "median"}


def test_ranges_by_month_or_column_are_bands_of_the_rule(read):
    distance, temp, *_, carrier, _ = rules.rules(
        read(
            ("between: [17, 6000]", "between_by: {carrier: {HA: [4000, null]}}"),
            ("between: [-30, 130]", "between_by: {month: {12-1: [-30, 60]}}"),
            ("one_of: observed", "pattern: '[A-Z0-9]{2}', length: [2, null]"),
        ).contract
    )

    assert (distance.by, distance.bands) == (ColumnOf("carrier"), (Band(("HA",), 4000, None),))
    assert temp.by == Call("month", (ColumnOf("sched_dep"),))
    assert temp.bands == (Band((12, 1), -30, 60),)
    assert (carrier.pattern, carrier.shortest, carrier.longest) == ("[A-Z0-9]{2}", 2, None)
