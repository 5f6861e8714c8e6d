"""The control plane as an ASGI application: routes behind their guards, headers on every answer."""

from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as Routed

from mainstay.core.errors import Missing, Mistake
from mainstay.web import guard, statuses
from mainstay.web.routes import ROUTES
from mainstay.web.visit import Place, Route, Visit

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; font-src 'self'; "
    "script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # with no-referrer browsers hide the origin of our own forms
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}
TLS = ("strict-transport-security", "max-age=31536000")


def application(place: Place) -> Application:
    """All routes of one project."""
    routes = [Routed(one.path, guard.guarded(one, place), methods=[one.method]) for one in ROUTES]
    handlers: dict[Any, Any] = {404: partial(_nothing, place), 405: _otherwise}
    inner = Starlette(routes=routes, exception_handlers=handlers)
    inner.router.redirect_slashes = False
    return _shielded(inner, place)


def _shielded(inner: Starlette, place: Place) -> Application:
    """Headers where an answer has none of its own, and only names that are ours."""

    async def shielded(scope: Message, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if place.secure:
                    headers.setdefault(*TLS)
            await send(message)

        if scope["type"] != "http":
            return await inner(scope, receive, send)
        if not _is_ours(scope, place):
            error = Mistake("this host is not served here", hint="use the address it printed")
            return await statuses.reply(error, 421)(scope, receive, sending)
        return await inner(scope, receive, sending)

    return shielded


def _is_ours(scope: Message, place: Place) -> bool:
    """Whether the name is one of this machine: else a page elsewhere could lead a browser here."""
    if not place.hosts:
        return True
    host = Headers(scope=scope).get("host", "")
    return host.rpartition(":")[0] in place.hosts if _has_port(host) else host in place.hosts


def _has_port(host: str) -> bool:
    return ":" in host and not host.endswith("]")


async def _nothing(place: Place, request: Request, _: Exception) -> Response:
    """A page for who looks for a page, as any other of theirs; JSON for all else."""
    if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
        return await guard.guarded(NOWHERE, place)(request)
    return statuses.reply(Missing("there is nothing here", hint="/api/openapi.json"))


async def _missing(_: Visit) -> Response:
    raise Missing("there is nothing here", hint="/")


NOWHERE = Route("GET", "(nowhere)", "signed in", _missing, "No page.", page=True)


async def _otherwise(_: Request, __: Exception) -> Response:
    return statuses.reply(Mistake("not asked in this way", hint="/api/openapi.json"), 405)
