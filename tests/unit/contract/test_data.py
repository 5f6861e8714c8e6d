from datetime import timedelta

import pytest


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


def test_a_label_is_waited_for_a_month_unless_stated(read):
    label = read((", never_after: 3d", "")).contract.data.label

    assert label.never_after == timedelta(days=30)


def test_a_label_known_later_than_the_stated_default_asks_for_never_after(told):
    assert told(("known_after: 12h, never_after: 3d", "known_after: 60d")) == [
        "contract.yaml:18:3: data.label.never_after is 30d, before known_after, 60d",
        "hint: write 60d or longer",
    ]


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
        ("on_breach: reject", "on_breach: impute", 'fields.distance.on_breach is "impute"'),
        ("never_after: 3d", "never_after: 3h", "label.never_after is 3h, before known_after, 12h"),
        ("expect: dewp <= temp", "expect: dewp =< temp", 'rules[0].expect says "dewp =< temp"'),
        ("expect: dewp <= temp", "expect: 3", "rules[0].expect is 3, but text is wanted"),
    ],
)  # fmt: skip
def test_what_no_row_can_keep_is_a_mistake(told, old, new, said):
    found = told((old, new))

    assert f" data.{said}" in found[0]
    assert [line[:5] for line in found[1:]] in ([], ["hint:"])


def test_a_number_written_as_text_is_told_how_to_write_it(told):
    assert told(("between: [17, 6000]", 'between: [17, "6,000"]'))[1] == "hint: write 6000"
    assert told(("between: [17, 6000]", 'between: [17, "50%"]'))[1] == "hint: write 0.5"
    assert told(("between: [17, 6000]", 'between: [17, "many%"]'))[1].startswith("hint: physical")
