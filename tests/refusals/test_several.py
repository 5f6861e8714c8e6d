"""What a door for several models refuses: whatever belongs to another one of them."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec import json
from small_project import Serving, record

from mainstay.core import clock
from mainstay.life.serve.app import App
from mainstay.life.serve.gate import Gate
from mainstay.life.serve.journal import Journal
from mainstay.life.serve.loader import Place
from mainstay.life.serve.several import Hall
from mainstay.life.serve.watching import Watch
from mainstay.seal import tokens

EXPIRES = datetime(2100, 1, 1, tzinfo=UTC)
BODY = json.encode({"records": [record()]})
TENSOR = {
    "name": "records",
    "shape": [1],
    "datatype": "BYTES",
    "data": [json.encode(record()).decode()],
}
WIRES = {
    "/models/{}/predict": BODY,
    "/models/{}/invocations": json.encode({"dataframe_records": [record()]}),
    "/v2/models/{}/infer": json.encode({"inputs": [TENSOR]}),
}


@pytest.fixture
def late(serving: Serving) -> Serving:
    return serving.beside("late")


@pytest.fixture
def hall(serving: Serving, late: Serving) -> Iterator[Hall]:
    """One door for no-show and late; whoever looks follows what was published."""
    gate = Gate(serving.keys / tokens.FILE, clock.now)
    apps = []
    for one in (serving, late):
        at = Place(one.folder, one.folder / "environments", "production")
        watch = Watch(at, one.log, one.keys / "trust.json", named=True)
        apps.append(App(watch, Journal(one.log), gate))
    yield Hall(tuple(apps))
    for app in apps:
        app.watch.stop()
        app.shadows.stop()
        app.journal.close()


def looked(hall: Hall) -> None:
    for app in hall.apps:
        app.watch.look()


def asked(hall: Hall, path: str, body: bytes = BODY, token: str = "") -> tuple[int, Any]:
    """Status and answer."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": body}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"authorization", f"Bearer {token}".encode())] if token else []
    scope = {"type": "http", "path": path, "method": "POST", "headers": headers}
    asyncio.run(hall(scope, receive, send))
    return sent[0]["status"], json.decode(sent[1]["body"])


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(
    "name", ["nobody", "", "..", "no-show%2f..%2flate", "NO-SHOW", "x" * 9_000]
)
def test_a_name_that_no_model_has_is_404_on_every_wire(
    hall: Hall, serving: Serving, late: Serving, wire: str, name: str
) -> None:
    for one in (serving, late):
        one.publish(1)
    looked(hall)

    status, said = asked(hall, wire.format(name), WIRES[wire])

    assert status == 404, said
    assert [app.journal.added for app in hall.apps] == [0, 0]


@pytest.mark.parametrize("wire", WIRES)
def test_a_token_of_one_model_is_403_at_another_and_hears_nothing_of_it(
    hall: Hall, serving: Serving, late: Serving, wire: str
) -> None:
    for one in (serving, late):
        one.publish(1)
    looked(hall)
    shown = tokens.given(serving.keys, "shop", ("no-show",), ("predict",), EXPIRES)
    hall.apps[0].gate.look()

    own, other, nobody, none = (
        asked(hall, wire.format(name), WIRES[wire], token)
        for name, token in (
            ("no-show", shown), ("late", shown), ("nobody", shown), ("late", ""),
        )
    )  # fmt: skip

    assert (own[0], other[0], nobody[0], none[0]) == (200, 403, 404, 401)
    assert "late" not in str((nobody[1], other[1], none[1]))
    assert [app.journal.added for app in hall.apps] == [1, 0]


def test_the_version_of_one_model_never_answers_under_the_name_of_another(
    hall: Hall, serving: Serving, late: Serving
) -> None:
    serving.publish(1)
    stolen = serving.certified()
    name = f"certificates/{stolen.certificate}.json"
    (late.folder / name).write_bytes((serving.folder / name).read_bytes())
    late.publish(1, stolen)
    looked(hall)

    ours, theirs = (asked(hall, f"/models/{name}/predict")[1] for name in ("no-show", "late"))

    assert ours["answers"][0]["decided_by"] == "model"
    assert [(one["decided_by"], one["flags"]) for one in theirs["answers"]] == [
        ("baseline", ["certificate"])
    ]
    assert "no-show" in hall.apps[1].watch.table.served[0].reason


def test_models_whose_certificates_ended_are_answered_by_their_baselines_each(
    hall: Hall, serving: Serving, late: Serving
) -> None:
    for one in (serving, late):
        one.publish(1)
    looked(hall)
    serving.clock.write_text(serving.certificate().not_after.isoformat())

    said = [asked(hall, f"/models/{name}/predict") for name in ("no-show", "late")]

    for status, found in said:
        assert status == 200
        assert [
            (one["decided_by"], one["flags"], one["certificate"]) for one in found["answers"]
        ] == [("baseline", ["certificate"], "")]
    silenced = [app.watch.table.served[0].silenced(clock.now()) for app in hall.apps]
    assert ["has expired" in one for one in silenced] == [True, True]
