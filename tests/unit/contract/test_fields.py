import pytest

from mainstay.contract.fields import months

DISTANCE = "distance: {type: integer, unit: mile, between: [17, 6000], on_breach: reject}"
TEMP = "between: [-30, 130], nulls: allowed, on_breach: fallback}"
CARRIER = "carrier: {type: string, one_of: observed, on_breach: flag}"


def test_a_field_is_required_and_rejects_unless_it_says_otherwise(read):
    field = read(
        (
            "distance: {type: integer, unit: mile, between: [17, 6000], on_breach: reject}",
            "distance: {type: integer}",
        )
    ).contract.data.fields["distance"]

    assert (field.nulls, field.on_breach, field.between, field.one_of) == (
        "refused",
        "reject",
        None,
        None,
    )


def test_an_open_end_is_null(read):
    field = read(("between: [17, 6000]", "between: [17, null]")).contract.data.fields["distance"]

    assert field.between == (17, None)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("between: [17, 6000]", "between: [6000, 17]", "fields.distance.between is [6000, 17]"),
        ("between: [17, 6000]", "between: [17]", "fields.distance.between is no range"),
        ("between: [17, 6000]", "between: [null, null]", "fields.distance.between is no range"),
        ("between: [17, 6000]", "between: 17", "fields.distance.between is 17, but a list is"),
        ("between: [17, 6000]", 'between: ["1,700", 9]', "fields.distance.between[0] is"),
        ("type: integer", "type: string", "fields.distance.between does not bound string"),
        ("type: integer", "type: int", 'fields.distance.type is "int"'),
        ("one_of: observed", "one_of: seen", 'fields.carrier.one_of is "seen"'),
        ("one_of: observed", "one_of: []", "fields.carrier.one_of is a list"),
        ("one_of: observed", "one_of: [AA, 9]", "fields.carrier.one_of[1] is 9, but text"),
        ("one_of: observed", "one_of: [AA, AA]", 'fields.carrier.one_of[1] is "AA", which stands'),
        ("one_of: observed", "pattern: '[A-Z'",
         "fields.carrier.pattern holds a [ without its ] at character 1"),
        ("one_of: observed", "pattern: '(?=UA)..'",
         "fields.carrier.pattern holds a lookahead at character 1"),
        ("one_of: observed", "pattern: '(.*a){9}[ab]{9}'",
         "fields.carrier.pattern is too complicated a pattern"),
        ("one_of: observed", "length: [3, 2]", "fields.carrier.length is [3, 2]"),
        ("one_of: observed", "length: [-1, 2]", "fields.carrier.length[0] is -1, but nothing"),
        ("one_of: observed", "length: [2.5, 3]", "fields.carrier.length[0] is 2.5, but a whole"),
        ("one_of: observed", "length: 2", "fields.carrier.length is 2, but a list is wanted"),
        ("one_of: observed", "one_of: [1]", "fields.carrier.one_of[0] is 1, but text is"),
        ("between: [17, 6000]", "one_of: [1, two]", 'fields.distance.one_of[1] is "two", but a'),
        ("between: [17, 6000]", "one_of: observed", "fields.distance.one_of is observed, which"),
        ("between: [17, 6000]", "pattern: '1'", "fields.distance.pattern does not bound integer"),
        ("between: [17, 6000]", "length: [1, 2]", "fields.distance.length does not bound integer"),
    ],
)  # fmt: skip
def test_what_no_value_can_keep_is_a_mistake(told, old, new, said):
    found = told((old, new))

    assert f" data.{said}" in found[0]
    assert [line[:5] for line in found[1:]] in ([], ["hint:"])


def test_a_number_written_as_text_is_told_how_to_write_it(told):
    assert told(("between: [17, 6000]", 'between: [17, "6,000"]'))[1] == "hint: write 6000"
    assert told(("between: [17, 6000]", 'between: [17, "50%"]'))[1] == "hint: write 0.5"
    assert told(("between: [17, 6000]", 'between: [17, "many%"]'))[1].startswith("hint: physical")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("7", (7,)),
        ("6-8", (6, 7, 8)),
        ("12-2", (12, 1, 2)),
        ("1-12", tuple(range(1, 13))),
        *((text, ()) for text in ("0", "13", "", "-", "1-", "-1", "1-13", "July", "1-2-3", "²")),
    ],
)
def test_months_are_named_by_number_alone_or_from_one_to_another(text, named):
    assert months(text) == named


def test_a_range_may_hang_on_the_month_or_on_a_column(read):
    fields = read(
        (TEMP, "between_by: {month: {12-2: [-30, 60], 7: [30, null]}}}"),
        ("between: [17, 6000]", "between_by: {carrier: {HA: [4000, 6000]}}"),
    ).contract.data.fields

    assert fields["temp"].between_by == {"month": {"12-2": (-30, 60), "7": (30, None)}}
    assert fields["distance"].between_by == {"carrier": {"HA": (4000, 6000)}}


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("{month: {13: [1, 2]}}", 'month.13 is for "13", which is no month'),
        ("{month: {12-2: [1, 2], 1: [1, 2]}}", "month.1 has a range already in month 1"),
        ("{month: {7: [2, 1]}}", "month.7 is [2, 1]"),
        ("{month: {7: 3}}", "month.7 is 3, but a list is wanted"),
        ("{month: {}}", " names no single column with ranges"),
        ("{}", " names no single column with ranges"),
        ("{month: {7: [1, 2]}, carrier: {UA: [1, 2]}}", " names no single column with ranges"),
        ("[1, 2]", " is a list, but a mapping is wanted"),
    ],
)
def test_ranges_that_nobody_can_choose_are_a_mistake_at_their_place(told, new, said):
    found = told((TEMP, f"between_by: {new}}}"))

    assert found[0].startswith("contract.yaml:21:")
    assert f" data.fields.temp.between_by{'' if said[0] == ' ' else '.'}{said}" in found[0]


@pytest.mark.parametrize(
    ("field", "stands_in"),
    [
        ("{type: integer, between: [1, 9], on_breach: impute, impute: median}", "median"),
        ("{type: integer, on_breach: impute, impute: most_frequent}", "most_frequent"),
        ("{type: number, between: [1, 9], on_breach: impute, impute: 2.5}", 2.5),
        ("{type: number, on_breach: impute, impute: 2}", 2),
        ("{type: boolean, on_breach: impute, impute: false}", False),
        ("{type: string, one_of: [a], on_breach: impute, impute: a}", "a"),
    ],
)
def test_what_stands_in_is_learnt_or_stated(read, field, stands_in):
    found = read((DISTANCE, f"distance: {field}")).contract.data.fields["distance"]

    assert found.impute == stands_in
    assert type(found.impute) is type(stands_in)


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("{type: integer, on_breach: impute}", "is not stated, but on_breach is impute"),
        ("{type: integer, impute: 3}", "is stated, but on_breach is reject"),
        ("{type: integer, on_breach: impute, impute: 2.5}", "is 2.5, which is no integer"),
        ("{type: integer, on_breach: impute, impute: true}", "is true, which is no integer"),
        ("{type: boolean, on_breach: impute, impute: median}", 'is "median", which is no boolean'),
        ("{type: string, on_breach: impute, impute: median}", 'is "median", which is no string'),
        ("{type: date, on_breach: impute, impute: most_frequent}", "cannot stand for a date"),
        ("{type: integer, between: [1, 9], on_breach: impute, impute: 10}", "is 10, which is outs"),
        ("{type: integer, one_of: [1], on_breach: impute, impute: 2}", "is 2, which one_of does"),
        ("{type: string, one_of: [a], on_breach: impute, impute: b}", 'is "b", which one_of does'),
        ("{type: string, pattern: a+, on_breach: impute, impute: b}", "which is not of its patt"),
        ("{type: string, length: [2, 3], on_breach: impute, impute: b}", "which is not of its le"),
        ("{type: integer, on_breach: impute, impute: [1]}", "is a list, which is no integer"),
    ],
)
def test_what_cannot_stand_in_is_a_mistake(told, field, said):
    found = told((DISTANCE, f"distance: {field}"))

    assert found[0].startswith("contract.yaml:20:")
    assert f"data.fields.distance.impute {said}" in found[0] or said in found[0]
    assert found[1].startswith("hint: ")
