"""The Open Inference Protocol over gRPC."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from msgspec import json
from small_project import Serving, record

from mainstay.bundle.manifest import Abstain
from mainstay.core.errors import Crowded, MissingExtra, Mistake, Refused, Unavailable
from mainstay.life.serve import grpc as module
from mainstay.life.serve import messages
from mainstay.life.serve.app import App
from mainstay.life.serve.grpc import Beside, Calls
from mainstay.life.serve.handle import refusal
from mainstay.life.serve.messages import SERVICE
from mainstay.life.serve.tensors import packed
from mainstay.life.serve.wires import Exchange


@pytest.fixture
def live(app: App, serving: Serving) -> App:
    serving.publish(1)
    app.watch.look()
    return app


def request(call: str, **members: Any) -> Any:
    return messages.classes()[f"{call}Request"](**members)


def service(app: App, exchange: Exchange | None = None) -> Calls:
    return Calls(app.watch, exchange or app.exchanged, app.gate)


def said(app: App, call: str, **members: Any) -> Any:
    return asyncio.run(service(app).answer(call, request(call, **members), {}))


def infer(**members: Any) -> Any:
    """A request whose raw tensors are one good record."""
    made = request("ModelInfer", **{"model_name": "no-show", "id": "7", **members})
    for name, value in record().items():
        kind = {int: "INT64", float: "FP64"}.get(type(value), "BYTES")
        made.inputs.add(name=name, datatype=kind, shape=[1])
        made.raw_input_contents.append(packed(kind, [value]))
    return made


def test_every_call_is_answered(live: App) -> None:
    assert said(live, "ServerLive").live
    assert said(live, "ServerReady").ready
    assert list(said(live, "ServerMetadata").extensions) == [
        "binary_tensor_data",
        "model_repository",
    ]
    assert said(live, "ModelReady", name="no-show", version="1").ready
    assert not said(live, "ModelReady", name="no-show", version="2").ready
    assert [one.version for one in said(live, "RepositoryIndex").models] == ["v1"]
    assert said(live, "RepositoryModelLoad", model_name="no-show") is not None
    described = said(live, "ModelMetadata", name="no-show")
    assert {one.name for one in described.inputs} == set(record())


def test_before_a_version_is_served_nothing_is_ready(app: App) -> None:
    assert said(app, "ServerLive").live
    assert not said(app, "ServerReady").ready
    assert not said(app, "ModelReady", name="no-show").ready
    with pytest.raises(Unavailable):
        said(app, "ModelInfer", model_name="no-show")


def test_where_tokens_are_asked_for_only_health_is_for_everybody(live: App) -> None:
    live.gate.required = True

    assert said(live, "ServerReady").ready
    with pytest.raises(Refused, match="a token is needed"):
        said(live, "ModelMetadata", name="no-show")


def test_an_answer_comes_in_the_form_of_its_request(live: App) -> None:
    calls = service(live)
    typed = request("ModelInfer", model_name="no-show")
    fields = {int: ("INT64", "int64_contents"), float: ("FP64", "fp64_contents")}
    for name, value in record().items():
        kind, field = fields.get(type(value), ("BYTES", "bytes_contents"))
        held = value.encode() if kind == "BYTES" else value
        typed.inputs.add(name=name, datatype=kind, shape=[1], contents={field: [held]})

    raw = asyncio.run(calls.answer("ModelInfer", infer(), {}))
    plain = asyncio.run(calls.answer("ModelInfer", typed, {}))

    assert (raw.id, raw.model_version, raw.model_name) == ("7", "v1", "no-show")
    assert len(raw.raw_output_contents) == len(raw.outputs) == len(plain.outputs)
    assert not plain.raw_output_contents
    score = dict(zip((one.name for one in plain.outputs), plain.outputs, strict=True))["score"]
    assert raw.raw_output_contents[0] == packed("FP64", score.contents.fp64_contents)


def test_only_the_outputs_asked_for_come(live: App) -> None:
    asked = infer()
    asked.outputs.add(name="key")

    found = asyncio.run(service(live).answer("ModelInfer", asked, {}))

    assert [one.name for one in found.outputs] == ["key"]


def test_a_parameter_asks_for_reasons(live: App) -> None:
    asking = infer()
    asking.parameters["explain"].int64_param = 2
    made = asyncio.run(service(live).answer("ModelInfer", asking, {}))

    assert made.outputs[-1].name == "reasons"
    told = json.decode(made.raw_output_contents[-1][4:])
    assert 0 < len(told["reasons"]) <= 2


def broken(how: str) -> Any:
    made = infer()
    match how:
        case "count":
            made.raw_input_contents.pop()
        case "both":
            made.inputs[0].contents.bytes_contents.append(b"x")
        case "half":
            del made.raw_input_contents[:]
        case "fp16":
            del made.raw_input_contents[:]
            made.inputs[0].datatype = "FP16"
        case "output":
            made.outputs.add(name="scroe")
        case "rule":
            at = [one.name for one in made.inputs].index("wait")
            made.raw_input_contents[at] = packed("INT64", [99])
    return made


@pytest.mark.parametrize(
    ("how", "what"),
    [
        ("count", "5 raw contents for 6 inputs"), ("both", "both typed and raw"),
        ("half", "visit: 0 elements, its shape says 1"), ("fp16", "send it raw"),
        ("output", "scroe is no output"), ("rule", r"records\[0\].wait is 99, above 90 day"),
    ],
)  # fmt: skip
def test_a_request_that_is_none_is_refused(live: App, how: str, what: str) -> None:
    with pytest.raises(Mistake, match=what):
        asyncio.run(service(live).answer("ModelInfer", broken(how), {}))


def test_our_own_mistake_is_no_answer_of_the_callers(live: App) -> None:
    async def failing(*_: object) -> Any:
        raise ZeroDivisionError

    with pytest.raises(Unavailable):
        asyncio.run(service(live, failing).answer("ModelInfer", infer(), {}))


async def over_a_socket(app: App, use: Callable[[Any, Any], Awaitable[Any]]) -> Any:
    """What a caller gets of a real server."""
    import grpc

    server, port = await module.started(service(app), 0)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        try:
            return await use(grpc, channel)
        finally:
            await server.stop(0)


def test_what_is_429_over_http_is_resource_exhausted(live: App) -> None:
    async def full(*_: object) -> Any:
        return refusal(429, "the model has no room for more requests: send it again")

    with pytest.raises(Crowded, match="no room") as error:
        asyncio.run(service(live, full).answer("ModelInfer", infer(), {}))

    assert module.status_of(error.value) == "RESOURCE_EXHAUSTED"
    assert module.status_of(Unavailable("it is gone")) == "UNAVAILABLE"


def test_errors_have_the_codes_of_grpc(live: App) -> None:
    async def use(grpc: Any, channel: Any) -> list[tuple[str, str]]:
        found = []
        asked = [("ModelInfer", infer()), ("ModelInfer", broken("rule"))]
        asked += [("ModelMetadata", request("ModelMetadata", name="x"))]
        asked += [("RepositoryModelUnload", request("RepositoryModelUnload", model_name="no-show"))]
        for call, message in asked:
            response = messages.classes()[f"{call}Response"]
            ask = channel.unary_unary(
                f"/{SERVICE}/{call}", type(message).SerializeToString, response.FromString
            )
            try:
                await ask(message, metadata=(("x-mainstay-durability", "ack"),))
                found.append("OK")
            except grpc.aio.AioRpcError as error:
                found.append(error.code().name)
        return found

    codes = asyncio.run(over_a_socket(live, use))

    assert codes == ["OK", "INVALID_ARGUMENT", "NOT_FOUND", "PERMISSION_DENIED"]
    assert live.journal.written == 2


def test_a_port_that_is_taken_is_refused_before_anything_is_served(live: App) -> None:
    async def both() -> list[str]:
        calls = service(live)
        first, port = await module.started(calls, 0)
        heard: list[str] = []
        sent: list[Any] = []
        beside = Beside(live, calls, port, heard.append)

        async def receive() -> Any:
            return {"type": "lifespan.startup"}

        async def send(message: Any) -> None:
            sent.append(message["type"])

        await beside({"type": "lifespan"}, receive, send)
        await first.stop(0)
        await Beside(live, calls, 0, heard.append)({"type": "lifespan"}, receive, send)
        return [*sent, type(beside.failure).__name__, *heard]

    sent = asyncio.run(both())

    assert sent[:4] == [
        "lifespan.startup.failed", "lifespan.startup.complete", "lifespan.shutdown.complete",
        "Unavailable",
    ]  # fmt: skip
    assert sent[4].startswith("gRPC on 127.0.0.1:")


def test_without_grpcio_the_extra_is_named(live: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "grpc", None)

    with pytest.raises(MissingExtra, match="grpc"):
        asyncio.run(module.started(service(live), 0))


def test_a_decision_that_a_person_makes_is_an_empty_text(app: App, serving: Serving) -> None:
    serving.publish(1, serving.changed(2, abstain=Abstain(0.0, 0.999, "person")))
    app.watch.look()

    response = asyncio.run(service(app).answer("ModelInfer", infer(), {}))

    raw = dict(
        zip((one.name for one in response.outputs), response.raw_output_contents, strict=True)
    )
    kinds = {one.name: one.datatype for one in response.outputs}
    assert (kinds["decision"], raw["decision"]) == ("BYTES", packed("BYTES", [""]))
    assert raw["decided_by"] == packed("BYTES", ["person"])
