"""The Open Inference Protocol over gRPC, on loopback, in the loop of the door."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from mainstay.core.errors import (
    Crowded,
    MainstayError,
    MissingExtra,
    Mistake,
    Refused,
    Unavailable,
)
from mainstay.life.serve import (
    answers,
    catalogue,
    explain,
    health,
    messages,
    openinference,
    tensors,
)
from mainstay.life.serve.gate import Gate
from mainstay.life.serve.messages import CALLS, CONTENTS, SERVICE
from mainstay.life.serve.openinference import Request
from mainstay.life.serve.tensors import BYTES, Given, Tensor
from mainstay.life.serve.watching import Watch
from mainstay.life.serve.wires import Exchange

LARGEST = 10_000_000
"""Bytes of one message."""
_CODES = {
    "mistake": "INVALID_ARGUMENT", "missing": "NOT_FOUND", "refused": "PERMISSION_DENIED",
}  # fmt: skip
_REFUSED = (400, 413, 422)  # by the guard: the caller's; all others are ours
GRACE = 10
"""Seconds for the calls under way when the door is told to stop."""
OPEN = ("ServerLive", "ServerReady")
"""Calls that need no token."""
Application = Callable[[Any, Any, Any], Awaitable[None]]
Message = Any
"""A protobuf message, of a class of `messages`."""


class Answering(Protocol):
    """Whoever answers the calls of the service."""

    async def answer(self, call: str, request: Message, headers: dict[bytes, bytes]) -> Message:
        """The response to a call of CALLS; raises a MainstayError for what it refuses."""


class Calls:
    """What each call of the service answers; each raises a MainstayError for what it refuses."""

    def __init__(self, watch: Watch, exchange: Exchange, gate: Gate) -> None:
        self._watch, self._exchange, self._gate = watch, exchange, gate

    async def answer(self, call: str, request: Message, headers: dict[bytes, bytes]) -> Message:
        """The response to a call of CALLS."""
        if call not in OPEN:
            self._refuse_strangers(headers)
        try:
            if call == "ModelInfer":
                return await self._inferred(request, headers)
            return messages.classes()[f"{call}Response"](**self._said(call, request))
        except MainstayError:
            raise
        except Exception as error:  # the outermost door
            raise Unavailable("this request could not be answered") from error

    def _refuse_strangers(self, headers: dict[bytes, bytes]) -> None:
        table = self._watch.table
        model = table.routing.model if table else ""
        denial = self._gate.denied(headers.items(), model, "predict")
        if denial:
            raise Refused(denial.what)

    def _said(self, call: str, request: Message) -> dict[str, Any]:
        table = self._watch.table
        match call:
            case "ServerLive":
                return {"live": True}
            case "ServerReady":
                return {"ready": health.ready(table)}
            case "ServerMetadata":
                return catalogue.server()
            case "RepositoryIndex":
                return {"models": catalogue.index(table, self._watch.now())}
            case "ModelReady":
                return {"ready": catalogue.ready(table, request.name, request.version)}
            case _:
                return self._of_model(call, request)

    def _of_model(self, call: str, request: Message) -> dict[str, Any]:
        if call == "ModelMetadata":
            return catalogue.model(
                catalogue.named(self._watch.table, request.name), request.version
            )
        table = catalogue.named(self._watch.table, request.model_name)
        if call == "RepositoryModelUnload":
            raise catalogue.kept(table)
        return {}

    async def _inferred(self, request: Message, headers: dict[bytes, bytes]) -> Message:
        table = catalogue.named(self._watch.table, request.model_name)
        runtime = catalogue.routed(table, request.model_version).held.runtime
        wanted = openinference.wanted(_asked(request), runtime.manifest)
        body = openinference.records(_given(request), runtime.guard)
        reasons = explain.count(_parameters(request))
        status, reply = await self._exchange(request.model_version, body, headers, reasons)
        if status != 200:
            raise _error(status, answers.complaint(reply))
        given = answers.read(reply)
        made = messages.classes()["ModelInferResponse"](
            model_name=request.model_name, model_version=answers.version(given), id=request.id
        )
        raw = bool(request.raw_input_contents)
        for column, _ in wanted:
            _add(made, column, [column.value(one) for one in given], raw=raw)
        return made


class Beside:
    """An ASGI application with gRPC beside it, from its start to its end, in its loop.

    failure: why gRPC could not start; then nothing was served at all.
    """

    def __init__(
        self,
        application: Application,
        calls: Answering,
        port: int | None,
        ready: Callable[[str], None],
    ) -> None:
        """port: 0 for a free one. ready: told where gRPC listens."""
        self.failure: MainstayError | None = None
        self.ways = getattr(application, "ways", {})  # asked by `quick`
        self._application, self._calls, self._port, self._ready = application, calls, port, ready

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await self._application(scope, receive, send)
            return
        await receive()
        try:
            server, port = await started(self._calls, self._port or 0)
        except MainstayError as error:
            self.failure = error
            await send({"type": "lifespan.startup.failed"})
            return
        self._ready(f"gRPC on 127.0.0.1:{port}")
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await server.stop(GRACE)
        await send({"type": "lifespan.shutdown.complete"})


async def started(calls: Answering, port: int) -> tuple[Any, int]:
    """A running server and its port; port: 0 for a free one. Raises Unavailable, MissingExtra."""
    try:
        import grpc  # noqa: PLC0415 - optional
    except ImportError as error:
        raise MissingExtra("grpc") from error
    options = [("grpc.max_receive_message_length", LARGEST), ("grpc.so_reuseport", 0)]
    server = grpc.aio.server(options=options)
    handlers = {call: _handler(grpc, calls, call) for call in CALLS}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
    try:
        found = server.add_insecure_port(f"127.0.0.1:{port}")
    except RuntimeError as error:
        raise Unavailable(
            f"port {port} of 127.0.0.1 cannot be had for gRPC",
            hint="end who has it, or choose another one: --grpc-port 0 takes a free one",
        ) from error
    await server.start()
    return server, found


def _handler(grpc: Any, calls: Answering, call: str) -> Any:
    made = messages.classes()

    async def answered(request: Message, context: Any) -> Message:
        headers = {
            name.encode(): value if isinstance(value, bytes) else value.encode()
            for name, value in context.invocation_metadata()
        }
        try:
            return await calls.answer(call, request, headers)
        except MainstayError as error:
            what = f"{error}; {error.hint}" if error.hint else str(error)
            return await context.abort(getattr(grpc.StatusCode, status_of(error)), what)

    return grpc.unary_unary_rpc_method_handler(
        answered,
        request_deserializer=made[f"{call}Request"].FromString,
        response_serializer=made[f"{call}Response"].SerializeToString,
    )


def status_of(error: MainstayError) -> str:
    """The name of the status that says it."""
    if isinstance(error, Crowded):
        return "RESOURCE_EXHAUSTED"
    return _CODES.get(error.kind, "UNAVAILABLE")


def _error(status: int, what: str) -> MainstayError:
    """What a status of /predict is here."""
    if status == 429:
        return Crowded(what)
    return Mistake(what) if status in _REFUSED else Unavailable(what)


def _asked(request: Message) -> Request:
    """The outputs it names, in the form of the other wire."""
    outputs = [openinference.Output(one.name) for one in request.outputs]
    return Request(inputs=[], parameters=_parameters(request), outputs=outputs)


def _parameters(request: Message) -> dict[str, Any]:
    """What they say, as the other wire has them; None for one that says nothing."""
    choices = {name: one.WhichOneof("parameter_choice") for name, one in request.parameters.items()}
    return {
        name: getattr(request.parameters[name], choice) if choice else None
        for name, choice in choices.items()
    }


def _given(request: Message) -> list[Given]:
    inputs = [tensors.stated(one.name, one.datatype, one.shape) for one in request.inputs]
    raw = request.raw_input_contents
    if not raw:
        typed = [one.contents for one in request.inputs]
        return [_typed(one, held) for one, held in zip(inputs, typed, strict=True)]
    if len(raw) != len(inputs):
        raise Mistake(f"{len(raw)} raw contents for {len(inputs)} inputs")
    if any(one.HasField("contents") for one in request.inputs):
        raise Mistake("contents are given both typed and raw")
    return [tensors.of_bytes(one, held) for one, held in zip(inputs, raw, strict=True)]


def _typed(tensor: Tensor, contents: Message) -> Given:
    field = CONTENTS.get(tensor.datatype)
    if field is None:
        raise Mistake(f"{tensor.name}: {tensor.datatype} has no typed contents; send it raw")
    values = list(getattr(contents, field))
    return (tensors.of_texts if tensor.datatype == BYTES else tensors.of_values)(tensor, values)


def _add(response: Message, column: answers.Column, values: list[Any], *, raw: bool) -> None:
    made = response.outputs.add(name=column.name, datatype=column.datatype, shape=[len(values)])
    if raw:
        response.raw_output_contents.append(tensors.packed(column.datatype, values))
    else:
        texts = [value.encode() for value in values] if column.datatype == BYTES else values
        getattr(made.contents, CONTENTS[column.datatype]).extend(texts)
