import pytest

from mainstay.contract import names
from mainstay.core.errors import Mistakes

COLUMNS = {
    "flight_id": "string", "sched_dep": "timestamp('UTC')", "local_day": "date", "hour": "int64",
    "carrier": "string", "origin": "string", "dest": "string", "distance": "int64",
    "tailnum": "string", "late": "boolean", "temp": "float64", "dewp": "float64",
    "humid": "float64", "pressure": "float64", "built": "int64",
}  # fmt: skip
NO_COLUMN = "is no column of decisions or context"
INPUTS = ("carrier", "origin", "hour", "plane_age")


def told(document, columns=COLUMNS, inputs=INPUTS) -> list[str]:
    with pytest.raises(Mistakes) as caught:
        names.check(document, columns, inputs)
    return [str(finding).split("? known")[0] for finding in caught.value.findings]


def test_the_names_of_the_example_exist(read):
    assert names.check(read(), COLUMNS, INPUTS) is None


@pytest.mark.parametrize(
    ("old", "new", "said", "hint"),
    [
        ("slices: {by: [origin,", "slices: {by: [orgin,",
         '28:17: certify.slices names "orgin"', "origin"),
        ("seasonal: [temp", "seasonal: [tmp",
         '31:80: watch.seasonal names "tmp"', "temp"),
        ("rate_by: [origin", "rate_by: [orgin",
         '12:24: objective.baseline.rate_by names "orgin"',
         "origin"),
        ("{rate_by: [origin, hour]}", "{column: ttemp}",
         '12:22: objective.baseline.column names "ttemp"',
         "temp"),
        ("key: flight_id", "key: flightid",
         '14:48: data.decisions.key names "flightid"',
         "flight_id"),
        ("entity: tailnum", "entity: tail",
         '14:84: data.decisions.entity names "tail"',
         "tailnum"),
        ("column: late", "column: latte",
         '18:19: data.label.column names "latte"', "late"),
        ("on: origin", "on: orgin",
         '16:61: data.context.weather.on names "orgin"',
         "origin"),
        ("on: origin", "on: [origin, orgin]",
         '16:70: data.context.weather.on names "orgin"',
         "origin"),
        ("    distance:", "    distanse:",
         '20:5: data.fields names "distanse"', "distance"),
        ("dewp <= temp", "dewp <= tempp",
         '25:16: data.rules[0] names "tempp"', "temp"),
    ],
)  # fmt: skip
def test_a_name_that_does_not_exist_is_told_at_its_place(read, old, new, said, hint):
    (found,) = told(read((old, new)))

    which = "features() does not return" if said[:2] in ("28", "31") else NO_COLUMN
    assert found == f"contract.yaml:{said}, which {which}\n  hint: did you mean {hint}"


def test_a_slice_may_be_a_column_that_the_model_does_not_see(read):
    assert (
        names.check(read(("by: [origin, carrier]", "by: [dest, plane_age]")), COLUMNS, INPUTS)
        is None
    )


def test_a_baseline_reads_columns_never_what_features_computes(read):
    assert 'names "plane_age"' in told(read(("rate_by: [origin", "rate_by: [plane_age")))[0]


def test_every_name_is_told_in_one_pass_in_the_order_of_the_file(read):
    document = read(("rate_by: [origin", "rate_by: [orgin"), ("seasonal: [temp", "seasonal: [tmp"))

    assert [one.split(":")[1] for one in told(document)] == ["12", "31"]


def test_a_field_of_another_type_than_its_column_is_told(read):
    (found,) = told(read(("{type: string, one_of: observed,", "{type: boolean,")))

    said = "data.fields.carrier.type is boolean, but the column is string"
    assert found == f"contract.yaml:23:21: {said}\n  hint: write string"


def test_a_column_of_a_type_no_field_has_is_to_be_prepared(read):
    found = told(read(), {**COLUMNS, "carrier": "array<string>"})

    assert found[0].endswith("hint: prepare it in the source")


def test_a_column_that_may_not_be_null_has_the_same_type(read):
    assert names.check(read(), {**COLUMNS, "distance": "!int64"}, INPUTS) is None


def test_a_condition_that_compares_text_with_a_number_is_told(read):
    assert told(read(("dewp <= temp", "dewp <= carrier")))[0].startswith(
        "contract.yaml:25:16: data.rules[0].expect says less_equal does not take"
    )


def test_a_range_is_by_a_text_column_that_exists(read):
    by = "between: [17, 6000]"

    (typo,) = told(read((by, "between_by: {carier: {UA: [1, 2]}}")))
    assert typo.startswith('contract.yaml:20:56: data.fields.distance.between_by names "carier"')
    assert typo.endswith("did you mean carrier")
    assert told(read((by, "between_by: {hour: {6: [1, 2]}}")))[0].startswith(
        "contract.yaml:20:56: data.fields.distance.between_by.hour is for the texts of a column, "
        "but it is int64"
    )
    assert names.check(read((by, "between_by: {month: {6: [1, 2]}}")), COLUMNS, INPUTS) is None
