"""What one entry of the door's journal says."""

import math
from datetime import UTC, date, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.bundle import guard
from mainstay.bundle.guard import RequestColumn
from mainstay.core.entries import Entry
from mainstay.core.nouns import Column
from mainstay.data.records import Records

AT = datetime(2024, 3, 1, 9, tzinfo=UTC)
COLUMNS = (
    Column("visit", "string"), Column("at", "timestamp('UTC')"), Column("wait", "int64"),
    Column("rain", "float64"), Column("new", "boolean"), Column("day", "date"),
)  # fmt: skip
VISIT = {
    "visit": "v1", "at": "2024-03-01T10:00:00+01:00", "wait": 3, "rain": 1, "new": True,
    "day": "2024-03-01",
}  # fmt: skip
ANSWER = {
    "key": "v1", "decision": True, "score": 0.25, "decided_by": "model", "version": "v1",
    "certificate": "abc", "flags": [], "covered": True,
}  # fmt: skip


def rows(records: list[object], reply: object, status: int = 200) -> list[dict[str, object]]:
    body, said = msgspec.json.encode({"records": records}), msgspec.json.encode(reply)
    return told(Entry(AT, 7, body, status, said))


def told(entry: Entry) -> list[dict[str, object]]:
    reader = Records(COLUMNS)
    names = [column.name for column in reader.columns]
    return [dict(zip(names, row, strict=True)) for row in reader.rows(entry, 100)]


def test_a_record_stands_beside_its_answer() -> None:
    (row,) = rows([VISIT], {"answers": [ANSWER]})

    assert row == {
        "visit": "v1", "at": AT, "wait": 3, "rain": 1.0, "new": True, "day": date(2024, 3, 1),
        "mainstay_at": AT, "mainstay_place": 100, "mainstay_sequence": 7, "mainstay_status": 200,
        "mainstay_outcome": "model", "mainstay_score": 0.25, "mainstay_decision": "true",
        "mainstay_version": "v1", "mainstay_certificate": "abc", "mainstay_flags": "",
        "mainstay_breaches": "", "mainstay_covered": True, "mainstay_trace": "",
        "mainstay_cut": None,
    }  # fmt: skip


def test_what_cleaning_reads_from_text_is_read_and_nothing_else() -> None:
    written = {**VISIT, "wait": " 12", "rain": "soon", "new": "No", "day": "2024-03-02 "}
    body = msgspec.json.encode({"records": [written, VISIT]})
    entry = Entry(AT, 7, body, 200, msgspec.json.encode({"answers": [ANSWER, ANSWER]}))

    def values(texts: frozenset[str]) -> list[tuple[object, ...]]:
        return [row[2:6] for row in Records(COLUMNS, texts).rows(entry, 0)]

    plain = (3, 1.0, True, date(2024, 3, 1))
    assert values(frozenset(("wait", "rain", "new", "day"))) == [
        (12, None, False, date(2024, 3, 2)), plain,
    ]  # fmt: skip
    assert values(frozenset()) == [(None, None, None, None), plain]


@pytest.mark.parametrize(
    ("decision", "text"),
    [(False, "false"), ("UA", "UA"), ('a"b', 'a"b'), (1.5, "1.5"), (2, "2"), (None, None)],
)
def test_a_decision_is_text(decision: object, text: str | None) -> None:
    (row,) = rows([VISIT], {"answers": [{**ANSWER, "decision": decision}]})

    assert row["mainstay_decision"] == text


def test_what_cannot_be_read_in_its_type_is_null_and_all_else_is_read() -> None:
    odd = {**VISIT, "wait": "soon", "at": "2024-03-01T10:00:00", "new": 1, "other": []}

    (row,) = rows([odd], {"answers": [ANSWER]})

    assert [row[name] for name in ("wait", "at", "new")] == [None] * 3
    assert (row["visit"], row["rain"], row["day"]) == ("v1", 1.0, date(2024, 3, 1))


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("wait", b"3.0", 3),
        ("wait", b"3.5", None),
        ("wait", b"1e300", None),
        ("wait", b"9223372036854775808", None),
        ("rain", b"1e999", math.inf),
        ("rain", b"null", None),
        ("wait", b"null", None),
        ("visit", b"null", None),
        ("day", b"null", None),
    ],
)
def test_numbers_are_read_as_the_door_reads_them(name: str, text: bytes, value: object) -> None:
    body = b'{"records":[{"%s":%s}]}' % (name.encode(), text)

    (row,) = told(Entry(AT, 7, body, 422, b'{"errors":[]}'))

    assert row[name] == value


def test_flags_and_what_came_with_a_fallback_are_named() -> None:
    flagged = {**ANSWER, "flags": ["kind"]}
    fallen = {**ANSWER, "flags": ["kind", "rain"], "decided_by": "baseline"}

    found = rows([VISIT, VISIT], {"answers": [flagged, fallen]})

    assert [row["mainstay_flags"] for row in found] == ["kind", "kind\nrain"]
    assert [row["mainstay_breaches"] for row in found] == ["", "kind\nrain"]
    assert [row["mainstay_place"] for row in found] == [100, 101]


def test_a_rejected_record_among_answers_names_its_fields() -> None:
    error = {"path": "$.records[1].wait", "field": "wait", "what": "is 99"}
    rejected = {"key": "v2", "errors": [error, error], "rejected": True}

    row = rows([VISIT, VISIT], {"answers": [ANSWER, rejected]})[1]

    assert (row["mainstay_outcome"], row["mainstay_breaches"]) == ("rejected", "wait")
    assert (row["mainstay_score"], row["mainstay_covered"]) == (None, None)


def test_the_errors_of_a_refused_request_belong_to_their_records() -> None:
    errors = [
        {"path": "$.records[1].wait", "field": "wait", "what": "is 99"},
        {"path": "$.records[0].at", "field": "at", "what": "is null"},
        {"path": "$", "field": "all", "what": "holds a member twice"},
    ]

    found = rows([VISIT, 7], {"errors": errors}, 422)

    assert [row["mainstay_breaches"] for row in found] == ["at\nall", "wait\nall"]
    assert [row["mainstay_outcome"] for row in found] == ["rejected"] * 2
    assert [row["visit"] for row in found] == ["v1", None]


WHATEVER = (
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_infinity=False)
    | st.text(max_size=3) | st.datetimes().map(lambda moment: moment.isoformat() + "Z")
    | st.dates() | st.sampled_from(["3.0", "-0", []])
)  # fmt: skip


@given(changes=st.dictionaries(st.sampled_from(list(VISIT)), WHATEVER))
def test_a_value_is_what_the_door_read(changes: dict[str, object]) -> None:
    record = {**VISIT, **changes}
    columns = tuple(RequestColumn(one.name, one.type) for one in COLUMNS)
    body = msgspec.json.encode({"records": [record]})
    door = guard.compiled(columns, ())
    (judged,) = door.judged(body)

    (row,) = told(Entry(AT, 7, body, 422, b'{"errors":[]}'))

    assert {name: row[name] for name in VISIT} == {
        name: door.value(judged.row, name) for name in VISIT
    }


@pytest.mark.parametrize("body", [b"{}", b"[", b'{"records": 3}', b"[" * 5000])
def test_a_body_without_records_has_no_rows(body: bytes) -> None:
    assert told(Entry(AT, 7, body, 422, b'{"errors":[]}')) == []


def test_more_answers_than_records_are_refused() -> None:
    with pytest.raises(ValueError, match="2 answers to 1 records"):
        rows([VISIT], {"answers": [ANSWER, ANSWER]})


def test_what_a_person_decides_has_the_score_of_the_model_and_breaks_nothing() -> None:
    left = {"decision": None, "decided_by": "person", "flags": ["kind", "abstained"]}
    taken = {"decided_by": "baseline", "flags": ["kind", "abstained"]}

    first, second = rows([VISIT, VISIT], {"answers": [{**ANSWER, **left}, {**ANSWER, **taken}]})

    assert (first["mainstay_outcome"], first["mainstay_score"]) == ("person", 0.25)
    assert (first["mainstay_decision"], second["mainstay_decision"]) == (None, "true")
    assert (first["mainstay_breaches"], second["mainstay_breaches"]) == ("", "")
    assert first["mainstay_flags"] == "kind\nabstained"
