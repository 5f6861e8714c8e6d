"""Tables in other shapes as the records of a request."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw, json

from mainstay.bundle.guard import RequestColumn
from mainstay.core.errors import Mistake
from mainstay.life.serve import shapes

TYPES = ("string", "int64", "float64", "boolean", "date")
COLUMNS = [RequestColumn(f"a {kind}", kind) for kind in TYPES]
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=5)
VALUES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT


def cells(values: list[object]) -> list[bytes]:
    return [json.encode(value) for value in values]


@given(
    st.integers(0, 4), st.dictionaries(TEXT, st.lists(VALUES, min_size=4, max_size=4), min_size=1)
)
def test_columns_are_the_records_that_they_hold(
    count: int, columns: dict[str, list[object]]
) -> None:
    made = shapes.of_columns({name: cells(values[:count]) for name, values in columns.items()})

    wanted = [{name: values[at] for name, values in columns.items()} for at in range(count)]
    assert json.decode(made) == json.decode(json.encode({"records": wanted}))


@given(st.floats())
def test_a_number_keeps_its_value_its_sign_and_whether_it_is_one(value: float) -> None:
    cell = shapes.number(value)

    read = float(cell) if cell != shapes.NULL else math.nan
    assert read == value or math.isnan(value)
    assert math.copysign(1, read) == math.copysign(1, value) or math.isnan(value)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({}, "there is no column"),
        ({"a": [b"1"], "b": [b"1", b"2"]}, "a has 1 values, b has 2"),
        ({"a": [b"1"], "b": []}, "a has 1 values, b has 0"),
    ],
)
def test_columns_that_are_no_table_are_refused(columns: dict[str, list[bytes]], said: str) -> None:
    with pytest.raises(Mistake, match=said):
        shapes.of_columns(columns)


def test_a_long_name_is_not_written_a_million_times() -> None:
    with pytest.raises(Mistake, match=r"as records this takes 1,00\d,\d+,\d+ bytes"):
        shapes.of_columns({"a" * 1_000: [b"1"] * 1_000_000})


def test_rows_fit_their_columns() -> None:
    assert json.decode(shapes.of_rows(["a", "b"], [[b"1", b"2"]])) == {
        "records": [{"a": 1, "b": 2}]
    }
    assert json.decode(shapes.of_rows(["a", "b"], [])) == {"records": []}
    with pytest.raises(Mistake, match="row 1 has 1 cells, there are 2 columns"):
        shapes.of_rows(["a", "b"], [[b"1", b"2"], [b"1"]])
    with pytest.raises(Mistake, match="twice"):
        shapes.of_rows(["a", "a"], [[b"1", b"2"]])


def test_comma_separated_values_have_the_types_of_their_columns() -> None:
    head = ",".join(column.name for column in COLUMNS)
    lines = [
        head,
        '"a ""b"", ä",-7,.5,True,2024-01-31',
        ",,,,",
        "1,x,NaN,maybe,",
        "",
        "2,1e3,-inf,,",
    ]

    made = json.decode(
        shapes.of_csv("\n".join(lines).encode(), COLUMNS).replace(b"-1e999", b'"-inf"')
    )

    assert [list(record.values()) for record in made["records"]] == [
        ['a "b", ä', -7, 0.5, True, "2024-01-31"],
        [None] * 5,
        ["1", "x", None, "maybe", None],
        ["2", 1000.0, "-inf", None, None],
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no CSV"),
        (b"\xff,b\n", "no CSV"),
        (b'a,b\n"1,2', "no CSV"),
        (b",b\n0,1", "a column has no name"),
        (b"a,b\n1,2,3", "row 0 has 3 cells"),
    ],
)
def test_what_is_no_csv_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(Mistake, match=said):
        shapes.of_csv(content, COLUMNS)


def test_nan_and_infinity_are_forgiven_outside_of_text() -> None:
    written = b'{"NaN \\" Infinity": [NaN, -Infinity, Infinity, "NaN"], "b": 1}'

    assert shapes.forgiven(written) == (
        b'{"NaN \\" Infinity": [null, -1e999, 1e999, "NaN"], "b": 1}'
    )
    assert shapes.forgiven(b"[1]") == b"[1]"


def test_cells_may_stand_in_lists_of_one() -> None:
    assert shapes.cells(Raw(b'[1, "a", null]'), "it") == [b"1", b'"a"', b"null"]
    assert shapes.cells(Raw(b"[[1], [2]]"), "it") == [b"1", b"2"]
    for wrong in (b"7", b"[[1, 2]]", b"[[]]"):
        with pytest.raises(Mistake, match=r"^it "):
            shapes.cells(Raw(wrong), "it")


def test_rows_and_members_are_what_they_say() -> None:
    assert shapes.rows(Raw(b"[[1, 2], []]"), "it") == [[b"1", b"2"], []]
    assert shapes.members(b'{"a": 1}', "it") == {"a": Raw(b"1")}
    with pytest.raises(Mistake, match="it is no list of rows"):
        shapes.rows(Raw(b"[1]"), "it")
    with pytest.raises(Mistake, match="it is no JSON object"):
        shapes.members(b"[" * 100_000, "it")


def test_a_request_by_column_becomes_one_of_records_and_others_stay() -> None:
    by_column = b'{"columns": {"a": [1, 2], "b": ["x", null]}}'
    others = [b'{"records": [{"a": 1}]}', b"{", b'{"columns": {}, "records": []}', b"[]"]

    assert json.decode(shapes.canonical(by_column)) == {
        "records": [{"a": 1, "b": "x"}, {"a": 2, "b": None}]
    }
    assert [shapes.canonical(body) for body in others] == others
    with pytest.raises(Mistake, match="columns are no lists by name"):
        shapes.canonical(b'{"columns": [1]}')
