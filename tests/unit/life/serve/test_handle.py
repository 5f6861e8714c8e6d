"""Bytes in, status and bytes out."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import json, structs
from small_project import Serving, record

from mainstay.core import entries, journals
from mainstay.core.nouns import Column
from mainstay.data import engine, journal
from mainstay.life.serve import handle
from mainstay.life.serve.app import App
from mainstay.life.serve.handle import refusal

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from([*record(), "wiat", ""])


def said(app: App, *records: object) -> tuple[int, dict]:
    status, body, _ = app.door.handle(json.encode({"records": records}))
    return status, json.decode(body)


@pytest.fixture
def live(app: App, serving: Serving) -> App:
    serving.publish(1)
    app.watch.look()
    return app


def test_without_a_version_it_is_unavailable(app: App) -> None:
    assert said(app, record())[0] == 503


def test_an_answer_says_what_by_whom_and_under_which_certificate(
    live: App, serving: Serving
) -> None:
    status, body = said(live, record())
    answer = body["answers"][0]

    assert status == 200
    assert 0 < answer.pop("score") < 1
    assert isinstance(answer.pop("decision"), bool)
    assert answer == {
        "key": "v1", "decided_by": "model", "version": "v1", "flags": [], "covered": True,
        "certificate": live.watch.table.served[0].share.certificate[:12],
    }  # fmt: skip


def test_a_fallback_names_the_field_that_caused_it(live: App) -> None:
    _, body = said(live, record(rain=200.0, kind="odd"))
    answer = body["answers"][0]

    assert (answer["decided_by"], answer["flags"]) == ("baseline", ["rain", "kind"])


def test_a_rejected_row_stands_among_the_answers_of_the_others(live: App) -> None:
    status, body = said(live, record(), record(visit="v2", wait=99))

    assert status == 200
    assert body["answers"][0]["decided_by"] == "model"
    assert body["answers"][1] == {
        "key": "v2",
        "errors": [{"path": "$.records[1].wait", "field": "wait", "what": "is 99, above 90 day"}],
        "rejected": True,
    }


def test_where_all_rows_are_rejected_the_request_is(live: App) -> None:
    status, body = said(live, record(wait=99), 7)

    assert status == 422
    assert [error["path"] for error in body["errors"]] == ["$.records[0].wait", "$.records[1]"]


def test_a_canary_answers_its_entities_and_only_those(live: App, serving: Serving) -> None:
    shares = [
        structs.replace(serving.certified(number), share=share)
        for number, share in ((1, 0.75), (2, 0.25))
    ]
    serving.publish(2, *shares)
    live.watch.look()
    rows = [record(patient=f"p{number}") for number in range(400)]

    first, second = (said(live, *rows)[1]["answers"] for _ in range(2))

    found = Counter(answer["version"] for answer in first)
    assert first == second
    assert 60 < found["v2"] < 140


def test_what_came_and_went_is_in_the_journal(live: App, serving: Serving) -> None:
    body = json.encode({"records": [record()]})
    status, reply, number = live.door.handle(body)
    assert live.journal.kept(number)

    (frame,) = journals.read(serving.log)
    assert entries.entry(frame)[1:] == (1, body, status, reply, "", None)


def test_what_was_answered_is_brought_from_the_journal(
    live: App, serving: Serving, tmp_path: Path
) -> None:
    fallen, refused = record(visit="v2", rain=200.0), record(visit="v3", wait=99)
    said(live, record(kind="odd"), fallen, refused)
    assert live.journal.kept(live.door.handle(json.encode({"records": [refused]}))[2])
    request = live.watch.table.served[0].held.runtime.manifest.request
    columns = tuple(Column(one.name, one.type) for one in request)

    journal.brought(serving.log, tmp_path / "segments", columns)

    table = journal.read(engine.connect(), tmp_path / "segments", columns)
    found = table.order_by("mainstay_place").to_pyarrow().to_pydict()
    assert found["visit"] == ["v1", "v2", "v3", "v3"]
    assert found["wait"] == [20, 20, 99, 99]
    assert found["mainstay_outcome"] == ["model", "baseline", "rejected", "rejected"]
    assert found["mainstay_flags"] == ["kind", "rain", "", ""]
    assert found["mainstay_breaches"] == ["", "rain", "wait", "wait"]
    assert found["mainstay_status"] == [200, 200, 200, 422]
    assert found["mainstay_decision"][0] in ("true", "false")


def test_what_is_no_json_is_not_in_the_journal_and_all_else_is(live: App) -> None:
    assert live.door.handle(b"{")[::2] == (400, 0)
    assert live.door.handle(b"{}")[::2] == (422, 1)


def test_a_mistake_of_ours_is_counted_and_unavailable(live: App) -> None:
    live.door._now = lambda: 1 / 0

    assert said(live, record())[0] == 503
    assert live.door.failed == 1


def test_many_records_that_are_none_are_one_refusal(live: App) -> None:
    status, body, number = live.door.handle(b'{"records":[' + b"7," * 10_000 + b"7]}")

    assert (status, number) == (422, 1)
    assert b"send 10,000 at most" in body


def test_an_answer_that_no_journal_holds_is_refused(
    live: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handle, "LARGEST", 100)

    assert said(live, record())[0] == 413
    assert live.door.failed == 0


def test_a_canary_is_divided_before_it_is_asked(live: App, serving: Serving) -> None:
    shares = [
        structs.replace(serving.certified(number), share=share)
        for number, share in ((1, 0.5), (2, 0.5))
    ]
    serving.publish(2, *shares)
    live.watch.look()
    champion, canary = live.watch.table.served

    begun = live.door.begun(
        json.encode({"records": [record(patient=f"p{n}", wait=n) for n in range(80, 110)] + [7]})
    )
    live.door.ended(begun)

    assert {id(one.held) for one, _ in begun.parts} == {id(champion.held), id(canary.held)}
    assert begun.parts[-1][0] is champion
    assert not begun.away


def test_a_request_under_way_keeps_its_version_open(live: App, serving: Serving) -> None:
    begun = live.door.begun(json.encode({"records": [record()]}))
    live.watch.stop()

    assert live.door.handle(b"{}")[0] == 503
    assert json.decode(live.door.ended(begun)[1])["answers"][0]["decided_by"] == "model"
    assert not begun.table.taken()


def test_a_refusal_has_the_form_of_all_errors() -> None:
    assert refusal(413, "x") == (413, b'{"errors":[{"path":"$","field":"","what":"x"}]}')


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    odd=st.dictionaries(
        st.integers(0, 99),
        st.fixed_dictionaries(
            {},
            optional={
                "wait": st.integers(-3, 95),
                "rain": st.none() | st.floats(-1, 150),
                "kind": st.sampled_from(["new", "control", "scan", "odd"]),
                "patient": st.none() | st.text(max_size=2),
            },
        ),
        max_size=30,
    )
)
def test_a_record_gets_the_same_among_a_hundred_as_alone(
    live: App, odd: dict[int, dict[str, object]]
) -> None:
    rows = [record(visit=f"v{at}", wait=at % 90, rain=at / 7) for at in range(100)]
    rows = [{**row, **odd.get(at, {})} for at, row in enumerate(rows)]
    status, body = said(live, *rows)
    assert status == 200

    for row, together in zip(rows, body["answers"], strict=True):
        status, alone = said(live, row)
        if status == 422:
            assert together["rejected"]
            assert len(together["errors"]) == len(alone["errors"])
        else:
            assert alone["answers"] == [together]


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary())
def test_no_bytes_make_a_failure(live: App, body: bytes) -> None:
    assert live.door.handle(body)[0] in (400, 422)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.dictionaries(NAMES, JSON, max_size=4), gone=st.sets(NAMES, max_size=1))
def test_no_record_makes_a_failure(live: App, changes: dict, gone: set[str]) -> None:
    one = {name: value for name, value in {**record(), **changes}.items() if name not in gone}

    assert live.door.handle(json.encode({"records": [one, record()]}))[0] == 200
    assert live.door.handle(json.encode({"records": [one]}))[0] in (200, 422)
    assert live.door.failed == 0
