"""The other wires of a door over HTTP: Open Inference Protocol and MLflow's scoring protocol.

Each is a translator around the one `handle`: its request becomes the body that /predict reads, and
the reply of /predict becomes its response. A request is answered whole or not at all: these wires
have no place for one record that is rejected among others.
"""

from collections.abc import Awaitable
from typing import Any, NamedTuple, Protocol

import mainstay
from mainstay.bundle.guard import Rejection
from mainstay.bundle.manifest import Manifest
from mainstay.core.errors import Crowded, MainstayError, MissingExtra, Mistake, Unavailable
from mainstay.life.serve import (
    answers,
    catalogue,
    explain,
    health,
    mlflow,
    openinference,
    parquet,
    shapes,
)
from mainstay.life.serve.handle import Asked, Outcome, Reply, refusal
from mainstay.life.serve.served import Table
from mainstay.life.serve.watching import Watch

Headers = tuple[tuple[bytes, bytes], ...]
_JSON: Headers = ((b"content-type", b"application/json"),)
GET, POST = (b"allow", b"GET, HEAD"), (b"allow", b"POST")
"""How a path is asked, said to who asks otherwise."""
_HEAD = b"inference-header-content-length"
_BYTES = (b"content-type", b"application/octet-stream")
_STATUS_OF = {MissingExtra: 415, Crowded: 429}
_STATUS = {"mistake": 400, "missing": 404, "refused": 403}
_KNOWN = (
    "known: POST /predict, GET /livez, GET /readyz, GET /startupz, GET /metrics, and those of"
    " docs/reference/wires.md"
)
OPEN = ("/ping", "/health", "/version", "/v2/health/live", "/v2/health/ready")
"""Whether somebody is there and ready, for everybody; the other paths need what /predict needs."""


class Asking(NamedTuple):
    """A request; headers: names in lower case, as ASGI has them."""

    method: str
    path: str
    headers: dict[bytes, bytes]
    body: bytes


class Response(NamedTuple):
    """What goes back; the length of its body goes with it."""

    status: int
    body: bytes
    headers: Headers = _JSON


class Exchange(Protocol):
    """What the door does with a request that was translated."""

    def __call__(
        self, version: str, body: bytes, headers: dict[bytes, bytes], wanted: int | Rejection = 0
    ) -> Awaitable[Reply]:
        """The reply of /predict by a version, of whoever is routed where it is empty.

        wanted: how many reasons of each answer, see `explain.count`.
        """


class Wires:
    """Answers every path that the door itself does not know."""

    def __init__(self, watch: Watch, exchange: Exchange) -> None:
        self._watch, self._exchange = watch, exchange
        self._parquet = parquet.Reader()

    async def response(self, asking: Asking) -> Response:
        """Of whatever a caller sends."""
        path = asking.path.rstrip("/") or "/"
        try:
            refuse_encoded(asking.headers)
            match asking.method, *path.split("/")[1:]:
                case "POST", "v2", "models", name, "infer":
                    return await self._inferred(name, "", asking)
                case "POST", "v2", "models", name, "versions", version, "infer":
                    return await self._inferred(name, version, asking)
                case "POST", "invocations":
                    return await self._invoked(asking)
                case _, "v2", *rest:
                    return self._open(asking, rest)
                case _:
                    return _plain(asking.method, path, self._watch.table)
        except MainstayError as error:
            return failure(path, error)

    def _open(self, asking: Asking, rest: list[str]) -> Response:
        """Everything of the Open Inference Protocol but inference."""
        table = self._watch.table
        match asking.method, *rest:
            case ("GET",):
                return _told(catalogue.server())
            case "GET", "health", "live":
                return _told({"live": True})
            case "GET", "health", "ready":
                ready = health.ready(table)
                return _told({"ready": ready, "live": True}, 200 if ready else 503)
            case "GET", "models", name, *which:
                return _model(catalogue.named(table, name), which)
            case "POST", "repository", *what:
                return self._repository(what, asking.body)
            case _:
                return _unknown(asking.method, "/v2/" + "/".join(rest))

    def _repository(self, what: list[str], body: bytes) -> Response:
        """The index names every version, or those that are ready where the body says so."""
        table = self._watch.table
        match what:
            case ["index"]:
                asked = shapes.members(body, "the request") if body.strip() else {}
                found = catalogue.index(table, self._watch.now())
                only = bytes(asked.get("ready", b"")) == b"true"
                return _told([one for one in found if one["state"] == "READY" or not only])
            case ["models", name, "load"]:
                catalogue.named(table, name)
                return _told({})
            case ["models", name, "unload"]:
                raise catalogue.kept(catalogue.named(table, name))
            case _:
                return _unknown("POST", "/v2/repository/" + "/".join(what))

    async def _inferred(self, name: str, version: str, asking: Asking) -> Response:
        table = catalogue.named(self._watch.table, name)
        runtime = catalogue.routed(table, version).held.runtime
        request, given = openinference.read(asking.body, _head(asking.headers))
        wanted = openinference.wanted(request, runtime.manifest)
        body = openinference.records(given, runtime.guard)
        reasons = explain.count(request.parameters)
        status, reply = await self._exchange(version, body, asking.headers, reasons)
        if status != 200:
            return _told({"error": answers.complaint(reply)}, status)
        said, head = openinference.said(request, name, wanted, answers.read(reply))
        if head is None:
            return Response(200, said)
        return Response(200, said, (_BYTES, (_HEAD, b"%d" % head)))

    async def _invoked(self, asking: Asking) -> Response:
        kind = mlflow.kind(asking.headers.get(b"content-type", b"").decode("latin-1"))
        stated = _champion(self._watch.table)
        wanted = mlflow.USUAL
        match kind:
            case mlflow.JSON:
                body, wanted = mlflow.of_json(asking.body, (stated.columns, stated.sent))
            case mlflow.CSV:
                body = shapes.of_csv(asking.body, stated.request)
            case mlflow.PARQUET:
                body = await self._parquet.records(asking.body)
            case _:
                what = f"the content type is one of {', '.join(mlflow.CONTENT_TYPES)}, in UTF-8"
                return _told(_bad_request(what), 415)
        status, reply = await self._exchange("", body, asking.headers, wanted.reasons)
        if status != 200:
            return _told(_bad_request(answers.complaint(reply)), status)
        return Response(200, mlflow.predictions(wanted.output, stated, answers.read(reply)))


def together(begun: Asked | Outcome) -> Asked | Outcome:
    """The same request, refused as a whole where one of its records is."""
    if not isinstance(begun, Asked) or isinstance(begun.parts, Rejection):
        return begun
    rejected = [one for _, one in begun.parts if one.row is None or one.outcome == "reject"]
    if not rejected:
        return begun
    reasons = [reason for one in rejected for reason in one.reasons]
    return begun._replace(parts=Rejection(422, tuple(reasons)))


def failure(path: str, error: MainstayError) -> Response:
    """An error as the wire of this path says it."""
    status = _STATUS.get(error.kind, 503)
    for kind, stated in _STATUS_OF.items():
        status = stated if isinstance(error, kind) else status
    what = f"{error}; {error.hint}" if error.hint else str(error)
    if path.startswith("/v2"):
        return _told({"error": what}, status)
    if path == "/invocations":
        return _told(_bad_request(what), status)
    return Response(*refusal(status, what))


def refuse_encoded(headers: dict[bytes, bytes]) -> None:
    """Raises Mistake for a body that is compressed."""
    if headers.get(b"content-encoding", b"identity") != b"identity":
        raise Mistake("a compressed body is not read here", hint="send it as it is")


def _model(table: Table, which: list[str]) -> Response:
    match which:
        case [] | ["versions", _]:
            return _told(catalogue.model(table, which[1] if which else ""))
        case ["ready"] | ["versions", _, "ready"]:
            one = catalogue.routed(table, which[1] if which[1:] else "")
            why = health.doubt(one)
            said = {"name": table.routing.model, "ready": not why, "reason": why or one.reason}
            return _told(said, 503 if why else 200)
        case _:
            return _unknown("GET", f"/v2/models/{table.routing.model}/{'/'.join(which)}")


def _plain(method: str, path: str, table: Table | None) -> Response:
    match method, path:
        case "GET", "/ping" | "/health":
            return Response(200 if health.ready(table) else 503, b"\n")
        case "GET", "/version":
            return Response(200, mainstay.__version__.encode())
        case _, "/ping" | "/health" | "/version" | "/invocations":
            how = POST if path == "/invocations" else GET
            return Response(*refusal(405, f"{method} is not how this is asked"), (*_JSON, how))
        case _:
            return Response(*refusal(404, _KNOWN))


def _unknown(method: str, path: str) -> Response:
    return _told({"error": f"there is no {method} {path[:80]} here"}, 404)


def _champion(table: Table | None) -> Manifest:
    if table is None:
        raise Unavailable("no version is served here yet")
    return table.served[0].held.runtime.manifest


def _head(headers: dict[bytes, bytes]) -> int | None:
    stated = headers.get(_HEAD)
    if stated is None:
        return None
    if not (stated.isdigit() and len(stated) < 20):
        raise Mistake("Inference-Header-Content-Length is no number of bytes")
    return int(stated)


def _bad_request(what: str) -> dict[str, str]:
    return {"error_code": "BAD_REQUEST", "message": what}


def _told(what: Any, status: int = 200) -> Response:
    return Response(status, shapes.TEXT(what))
