"""How a request asks for reasons, and what it gets that asks otherwise."""

import asyncio
from typing import Any

import pytest
from msgspec import json
from small_project import Serving, record

from mainstay.bundle.guard import Rejection
from mainstay.core import entries, journals
from mainstay.life.serve import explain
from mainstay.life.serve.app import App

RECORDS = b'{"records":[{"a":1}]'


@pytest.fixture
def live(app: App, serving: Serving) -> App:
    serving.publish(1)
    app.watch.look()
    return app


def body(explain: object, *records: dict[str, object], **members: object) -> bytes:
    return json.encode({"records": records or (record(),), "explain": explain, **members})


def refused(app: App, content: bytes) -> list[dict[str, Any]]:
    status, said = asked(app, content)
    assert status == 422
    return said["errors"]


def asked(app: App, content: bytes) -> tuple[int, dict[str, Any]]:
    """On the long way, as over HTTP."""
    status, reply = asyncio.run(app._predict(content, "", ack=False))
    return status, json.decode(reply)


def test_a_request_that_asks_for_no_reasons_stays_as_it_is() -> None:
    plain = RECORDS + b"}"

    assert explain.asked(plain) == (plain, 0)
    assert explain.asked(b'no json"explain"') == (b'no json"explain"', 0)
    assert explain.asked(b'{"records":[{"a":"explain"}]}')[1] == 0


@pytest.mark.parametrize(
    ("stated", "wanted"), [(b"true", explain.USUAL), (b"false", 0), (b"3", 3), (b"500", 500)]
)
def test_true_wants_the_usual_number_and_a_number_that_many(stated: bytes, wanted: int) -> None:
    first = b'{"explain":' + stated + b',"records":[{"a":1}]}'
    last = RECORDS + b', "explain" : ' + stated + b"}"

    assert explain.asked(first) == (RECORDS + b"}", wanted)
    assert explain.asked(last) == (RECORDS + b"}", wanted)


@pytest.mark.parametrize("stated", [b'"yes"', b"0", b"-1", b"1.5", b"null", b"[5]", b"{}"])
def test_anything_else_is_refused_with_its_place(live: App, stated: bytes) -> None:
    content = json.encode({"records": [record()]})[:-1] + b',"explain":' + stated + b"}"

    (error,) = refused(live, content)

    assert (error["path"], error["field"]) == ("$.explain", "explain")
    assert error["what"].endswith("not true, false or how many reasons at most")


@pytest.mark.parametrize(("parameters", "wanted"), [({}, 0), ({"explain": True}, explain.USUAL)])
def test_parameters_of_other_wires_may_ask(parameters: dict[str, object], wanted: int) -> None:
    assert explain.count({"id": 7, **parameters}) == wanted
    assert isinstance(explain.count({"explain": None}), Rejection)


def test_a_member_twice_is_refused(live: App) -> None:
    content = body(explain=True)[:-1] + b',"explain":2}'

    (error,) = refused(live, content)

    assert error["what"] == "holds a member twice: explain"


def test_more_records_than_reasons_are_given_for_are_refused(
    live: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explain, "MOST", 2)

    (error,) = refused(live, body(1, record(), record(), record()))

    assert error["what"] == "is for 2 records at most, here are 3: send fewer"


def test_what_the_guard_refuses_is_told_as_without_reasons(live: App) -> None:
    errors = refused(live, body(1, record(wait=99)))

    assert [one["path"] for one in errors] == ["$.records[0].wait"]


def test_columns_may_ask_too(live: App) -> None:
    columns = {name: [value] for name, value in record().items()}

    status, said = asked(live, json.encode({"columns": columns, "explain": 1}))

    assert (status, len(said["answers"][0]["reasons"])) == (200, 1)


def test_the_short_way_leaves_reasons_to_the_long_one(live: App) -> None:
    plain = json.encode({"records": [record()]})

    assert live.at_once(body(explain=True)) is None
    assert live.at_once(plain) is not None
    assert live.at_once(json.encode({"records": [record(visit="explain", wait=99)]})) is not None
    assert asked(live, body(explain=False)) == asked(live, plain)


def test_the_journal_keeps_the_reasons_that_were_given(live: App, serving: Serving) -> None:
    _, said = asked(live, body(2))
    assert live.journal.kept(live.journal.added)

    (frame,) = journals.read(serving.log)

    kept = entries.entry(frame)
    assert json.decode(kept.reply) == said
    assert json.decode(kept.body) == {"records": [record()]}


def test_a_refusal_of_the_whole_keeps_no_reasons() -> None:
    assert isinstance(explain.asked(RECORDS + b',"explain":"x"}')[1], Rejection)
