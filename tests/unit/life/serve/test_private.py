"""What may not be written down as it came."""

from datetime import UTC, datetime

import pytest
from msgspec import json, structs
from small_project import Serving, record

from mainstay.bundle import manifest
from mainstay.core import entries, journals, pseudonyms
from mainstay.core.entries import Entry
from mainstay.life.serve.app import App
from mainstay.life.serve.operating import readyz
from mainstay.life.serve.private import Private, private

SECRET = b"s" * 32
ACTS = {"visit": "pseudonymise", "patient": "drop"}
COLUMNS = frozenset(("visit", "at", "patient", "wait", "kind", "rain"))
CANARY, OTHER = "canary-visit", "canary-patient"


def written(record: object, reply: object, hidden: Private | None = None) -> tuple[dict, dict]:
    body = record if isinstance(record, bytes) else json.encode({"records": [record]})
    entry = Entry(datetime(2024, 3, 1, tzinfo=UTC), 1, body, 200, json.encode(reply))
    found = (hidden or Private(ACTS, COLUMNS, COLUMNS, "visit", SECRET)).entry(entry)
    return json.decode(found.body), json.decode(found.reply)


def test_a_record_is_written_without_what_is_dropped_and_with_pseudonyms() -> None:
    body, reply = written(record(), {"answers": [{"key": "v1", "score": 0.5}]})

    name = pseudonyms.of_text(SECRET, "v1")
    (found,) = body["records"]
    assert found == {k: v for k, v in record(visit=name).items() if k != "patient"}
    assert reply == {"answers": [{"key": name, "score": 0.5}]}


def test_other_values_are_written_byte_for_byte() -> None:
    body = b'{"records":[{"visit":7,"rain":1.50,"wait":3.0,"at":1e999}]}'
    entry = Entry(datetime(2024, 3, 1, tzinfo=UTC), 1, body, 200, b"{}")

    found = Private(ACTS, COLUMNS, COLUMNS, "visit", SECRET).entry(entry)

    number = str(pseudonyms.of_integer(SECRET, 7)).encode()
    assert found.body == body.replace(b"7", number)


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        ({"path": "$.records[0].wait", "field": "wait", "what": "is -1"}, True),
        ({"path": "$.records[0].patient", "field": "patient", "what": f"is {OTHER}"}, False),
        ({"path": f"$.records[0].{OTHER}", "field": OTHER, "what": "is no field"}, False),
        ({"path": "$", "field": "", "what": f"holds a member twice: {OTHER}"}, False),
    ],
)
def test_a_reason_that_could_quote_somebody_is_blank(error: dict, *, kept: bool) -> None:
    strange = {**record(), OTHER: OTHER}
    found = written(strange, {"errors": [error]})
    among = written(strange, {"answers": [{"key": None, "errors": [error]}]})

    for body, reply in (found, among):
        assert OTHER not in str(body) + str(reply)
    assert (found[1]["errors"] == [error]) == kept
    assert found[1]["errors"][0]["path"].startswith("$")


@pytest.mark.parametrize("body", [b"{}", b'{"records":3}', b"[1]", b'{"records":[3,null]}'])
def test_what_is_no_record_leaves_nothing(body: bytes) -> None:
    found, _ = written(body, {"errors": []})

    assert found in ({}, {"records": [None, None]})


def test_without_the_key_pseudonyms_are_dropped() -> None:
    hidden = Private(ACTS, COLUMNS, COLUMNS, "visit", b"")
    body, reply = written(record(visit=CANARY), {"answers": [{"key": CANARY}]}, hidden)

    assert CANARY not in str(body) + str(reply)
    assert hidden.lacks
    assert not hidden._replace(secret=SECRET).lacks


def test_versions_that_answer_together_hide_what_either_hides(serving: Serving) -> None:
    stated = manifest.read(serving.bundle)
    one = structs.replace(stated, private={"visit": "pseudonymise"})
    other = structs.replace(stated, private={"visit": "drop", "patient": "pseudonymise"})

    assert private((stated, stated), SECRET) is None
    found = private((one, other), SECRET)
    assert found.acts == {"visit": "drop", "patient": "pseudonymise"}
    assert found.key == "visit"


def test_no_raw_value_of_a_live_door_is_on_disk(app: App, serving: Serving) -> None:
    share = serving.with_a_worker(1, private=ACTS)
    serving.publish(1, share)
    pseudonyms.made(serving.keys)
    app.watch.look()
    rows = [
        record(visit=CANARY, patient=OTHER), record(visit=CANARY, patient=OTHER, wait=-1),
        record(visit=CANARY, patient=7), record(visit=CANARY, **{OTHER: OTHER}),
    ]  # fmt: skip
    outcomes = [app.door.handle(json.encode({"records": [one]})) for one in rows]
    together = app.door.handle(json.encode({"records": rows}))
    assert app.journal.kept(together[2])

    name = pseudonyms.of_text(pseudonyms.read(serving.keys), CANARY)
    assert [status for status, *_ in outcomes] == [200, 422, 422, 422]
    assert CANARY in outcomes[0][1].decode()
    found = [entries.entry(one) for one in journals.read(serving.log)]
    assert len(found) == 5
    assert json.decode(found[0].body)["records"][0]["visit"] == name
    content = b"".join(path.read_bytes() for path in serving.log.rglob("*") if path.is_file())
    assert CANARY.encode() not in content
    assert OTHER.encode() not in content
    assert json.decode(readyz(app.parts).body)["reasons"] == []


def test_a_key_that_is_missing_is_told_and_followed_when_it_comes(
    app: App, serving: Serving
) -> None:
    serving.publish(1, serving.with_a_worker(1, private=ACTS))
    app.watch.look()
    before = json.decode(readyz(app.parts).body)["reasons"]
    pseudonyms.made(serving.keys)
    app.watch.look()

    assert before == ["there is no key of pseudonyms: those columns are dropped"]
    assert json.decode(readyz(app.parts).body)["reasons"] == []
