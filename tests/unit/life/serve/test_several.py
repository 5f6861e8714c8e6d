"""Several models at one door."""

import asyncio
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec import json
from small_project import Serving, record

from mainstay.bundle.operation import Operation
from mainstay.core.errors import Missing, Unavailable
from mainstay.life.serve.several import Hall
from mainstay.seal import tokens

EXPIRES = datetime(2100, 1, 1, tzinfo=UTC)
BODY = json.encode({"records": [record()]})
INDEX = "/v2/repository/index"
Found = tuple[int, Any]


def asked(hall: Hall, method: str, path: str, body: bytes = BODY, **headers: str) -> Found:
    """Status and decoded answer of a request."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": body}

    async def send(message: Any) -> None:
        sent.append(message)

    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "path": path, "method": method, "headers": named}
    asyncio.run(hall(scope, receive, send))
    start, said = sent
    plain = not said["body"].startswith((b"{", b"["))
    return start["status"], said["body"].decode() if plain else json.decode(said["body"])


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/ping", "/v2/health/ready", "/metrics"])
def test_whoever_asks_for_the_head_alone_hears_what_get_hears(hall: Hall, path: str) -> None:
    alone = Hall(hall.apps[:1])

    for one in (hall, alone):
        status, said = asked(one, "HEAD", path)

        assert (status, type(said)) == (200, type(asked(one, "GET", path)[1]))
    assert asked(alone, "HEAD", "/predict")[0] == 405


def records_tensor() -> bytes:
    tensor = {"name": "records", "shape": [1], "datatype": "BYTES"}
    return json.encode({"inputs": [{**tensor, "data": [json.encode(record()).decode()]}]})


def invocation() -> bytes:
    return json.encode({"dataframe_records": [record()]})


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/models/{}/predict", lambda: BODY),
        ("/models/{}/invocations", invocation),
        ("/v2/models/{}/infer", records_tensor),
    ],
)
def test_every_wire_asks_the_model_it_names(
    hall: Hall, path: str, body: Callable[[], bytes]
) -> None:
    before = [app.journal.added for app in hall.apps]
    status, said = asked(hall, "POST", path.format("late"), body())

    assert (status, before) == (200, [0, 0]), said
    assert [app.journal.added for app in hall.apps] == [0, 1]
    assert [app.door.counters.counted().statuses for app in hall.apps] == [{}, {200: 1}]


@pytest.mark.parametrize(("path", "body"), [("/predict", BODY), ("/invocations", invocation())])
def test_a_path_that_names_no_model_says_which_there_are(
    hall: Hall, path: str, body: bytes
) -> None:
    status, said = asked(hall, "POST", path, body)

    told = said.get("message") or said["errors"][0]["what"]
    assert status == 404
    assert "POST /models/NAME/predict; NAME: late, no-show" in told


def test_a_name_that_nobody_has_is_refused_with_those_there_are(hall: Hall) -> None:
    own = asked(hall, "POST", "/models/lste/predict")
    other = asked(hall, "POST", "/v2/models/lste/infer", records_tensor())

    assert (own[0], other[0]) == (404, 404)
    assert "lste is not served here; did you mean late?" in own[1]["errors"][0]["what"]
    assert "lste is not served here" in other[1]["error"]


def test_what_a_door_says_of_itself_says_it_of_all(hall: Hall) -> None:
    index = asked(hall, "POST", INDEX, b"")[1]
    ready = asked(hall, "GET", "/readyz")
    numbers = asked(hall, "GET", "/metrics")[1]

    assert [(one["name"], one["version"]) for one in index] == [("no-show", "v1"), ("late", "v1")]
    assert (ready[0], [one["model"] for one in ready[1]["models"]]) == (200, ["no-show", "late"])
    assert 'mainstay_ready{model="no-show"} 1\n' in numbers
    assert 'mainstay_share{model="late",version="v1"} 1.0\n' in numbers
    assert numbers.count("# TYPE mainstay_ready ") == 1
    for path in ("/ping", "/health", "/version", "/startupz", "/livez", "/v2/health/live"):
        assert asked(hall, "GET", path)[0] == 200
    assert asked(hall, "GET", "/v2/health/ready") == (200, {"ready": True, "live": True})
    assert asked(hall, "GET", "/v2")[1]["name"] == "mainstay"
    assert asked(hall, "GET", "/models/late/readyz")[1]["model"] == "late"


def test_a_model_whose_golden_rows_fail_takes_readiness_and_nothing_else(hall: Hall) -> None:
    hall.named("late", []).watch.table.served[
        0
    ].held.wrong = "3 of 8 golden rows came out otherwise"

    states = {one["name"]: one["state"] for one in asked(hall, "POST", INDEX, b"")[1]}

    assert asked(hall, "GET", "/readyz")[0] == asked(hall, "GET", "/ping")[0] == 503
    assert states == {"no-show": "READY", "late": "UNAVAILABLE"}
    assert asked(hall, "GET", "/v2/models/no-show/ready")[0] == 200
    assert asked(hall, "GET", "/v2/models/late/ready")[0] == 503
    assert asked(hall, "POST", "/models/no-show/predict")[0] == 200


def test_a_bundle_that_is_damaged_concerns_one_model_only(hall: Hall, other: Serving) -> None:
    shutil.rmtree(other.bundle)
    other.publish(2)
    for app in hall.apps:
        app.watch.look()

    assert "manifest" in hall.named("late", []).watch.refused
    assert [asked(hall, "POST", f"/models/{one}/predict")[0] for one in hall.names] == [200, 200]
    assert hall.named("no-show", []).watch.refused == ""


def test_two_folders_with_one_model_are_refused_to_the_second(
    hall: Hall, serving: Serving, other: Serving
) -> None:
    late = hall.named("late", [])
    for name in ("certificates", "routing.json"):
        held = serving.folder / name
        (shutil.copytree if held.is_dir() else shutil.copy)(
            held, other.folder / name, **({"dirs_exist_ok": True} if held.is_dir() else {})
        )
    late.watch.look()

    assert "this door serves no-show from another folder already" in late.watch.refused
    assert list(hall.names) == ["no-show", "late"]
    assert asked(hall, "POST", "/models/late/predict")[0] == 200


def test_a_folder_whose_routing_was_never_read_may_have_any_name(hall: Hall) -> None:
    hall.names = {"no-show": hall.apps[0]}

    status, said = asked(hall, "POST", "/models/late/predict")

    assert status == 503
    assert "a model of this door is not known yet" in said["errors"][0]["what"]
    with pytest.raises(Unavailable):
        hall.named("late", [])


def test_a_model_that_takes_another_name_leaves_its_old_one(hall: Hall) -> None:
    hall.claim(hall.apps[1], "later")

    assert set(hall.names) == {"no-show", "later"}
    assert set(hall.ways) == {b"/models/no-show/predict", b"/models/later/predict"}
    with pytest.raises(Missing):
        hall.named("late", [])


def test_plain_requests_go_the_short_way_of_their_model(hall: Hall) -> None:
    status, reply = hall.ways[b"/models/late/predict"](BODY)

    assert (status, json.decode(reply)["answers"][0]["decided_by"]) == (200, "model")
    assert [app.journal.added for app in hall.apps] == [0, 1]


def test_one_model_alone_is_asked_with_and_without_its_name(hall: Hall) -> None:
    alone = Hall(hall.apps[:1])
    alone.apps[0].watch.claim("no-show")

    assert asked(alone, "POST", "/predict")[0] == 200
    assert asked(alone, "POST", "/models/no-show/predict")[0] == 200
    assert asked(alone, "POST", "/models/late/predict")[0] == 404
    assert asked(alone, "GET", "/readyz")[1]["model"] == "no-show"
    assert set(alone.ways) == {b"/predict", b"/models/no-show/predict"}


def test_a_token_opens_its_own_model_and_no_other(hall: Hall, serving: Serving) -> None:
    given = tokens.given(serving.keys, "shop", ("late",), ("predict",), EXPIRES)
    hall.apps[0].gate.look()
    shown = {"authorization": f"Bearer {given}"}

    asking = [asked(hall, "POST", f"/models/{one}/predict", **shown)[0] for one in hall.names]
    index = asked(hall, "POST", INDEX, b"", **shown)
    lost = asked(hall, "POST", "/predict", **shown)
    unknown = asked(hall, "POST", "/models/nobody/predict", **shown)
    strangers = [
        asked(hall, "POST", path, b"")[0]
        for path in ("/models/late/predict", INDEX, "/predict", "/models/nobody/predict", "/v2")
    ]

    assert asking == [403, 200]
    assert [one["name"] for one in index[1]] == ["late"]
    assert lost[1]["errors"][0]["what"].endswith("NAME: late")
    assert "no-show" not in str(unknown[1])
    assert strangers == [401] * 5
    assert asked(hall, "GET", "/metrics", **shown)[0] == 403
    assert asked(hall, "GET", "/readyz") == (200, {"ready": True, "models": []})


def test_numbers_are_told_of_the_models_one_may_observe(hall: Hall, serving: Serving) -> None:
    given = tokens.given(serving.keys, "ops", ("late",), ("observe",), EXPIRES)
    hall.apps[0].gate.look()
    shown = {"authorization": f"Bearer {given}"}

    numbers = asked(hall, "GET", "/metrics", **shown)[1]
    ready = asked(hall, "GET", "/readyz", **shown)[1]

    assert 'model="late"' in numbers
    assert "no-show" not in numbers
    assert [one["model"] for one in ready["models"]] == ["late"]


def test_connections_end_when_the_door_drains(hall: Hall) -> None:
    hall.drain()

    assert hall.draining
    assert all(app.draining for app in hall.apps)


def test_a_model_gives_way_to_those_above_it(hall: Hall) -> None:
    late = hall.named("late", [])
    hall.shared.shedding = frozenset((late,))

    short = hall.ways[b"/models/late/predict"](BODY)
    own = asked(hall, "POST", "/models/late/predict")
    others = [
        asked(hall, "POST", "/models/late/invocations", invocation()),
        asked(hall, "POST", "/v2/models/late/infer", records_tensor()),
    ]

    assert short[0] == own[0] == 429
    assert "models of higher priority need this door" in own[1]["errors"][0]["what"]
    assert [status for status, _ in others] == [429, 429]
    assert late.door.counters.counted().statuses == {429: 4}
    assert late.journal.added == 0
    assert asked(hall, "POST", "/models/no-show/predict")[0] == 200
    assert asked(hall, "GET", "/models/late/readyz")[0] == 200
    late.gate.required = True
    assert hall.ways[b"/models/late/predict"](BODY) is None
    assert asked(hall, "POST", "/models/late/predict")[0] == 401


def test_priorities_are_those_of_the_bundles_in_force(
    hall: Hall, serving: Serving, other: Serving
) -> None:
    serving.publish(2, serving.changed(2, operation=Operation(priority="high", latency=0.02)))
    other.publish(2, other.changed(2, operation=Operation(priority="low")))
    for app in hall.apps:
        app.watch.look()
    hall.shared.look(0.011)
    crowded = set(hall.shared.shedding)
    for _ in range(5):
        hall.shared.look(0.0)

    assert crowded == {hall.named("late", [])}
    assert hall.shared.shedding == frozenset()
