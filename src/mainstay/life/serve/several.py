"""One door for several models: each with an application of its own, found by its name.

Routing, bundle, journal, counters, health, circuits and trial are those of one model each, so what
ails one is no other's. `/models/NAME/...` is what a door of that model alone has at `/...`; the
paths of the Open Inference Protocol name the model themselves. A model's name is the one of its
signed routing.
"""

import threading
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

import msgspec

import mainstay
from mainstay.core import nearest
from mainstay.core.errors import Crowded, MainstayError, Missing, Refused, Unavailable
from mainstay.life.serve import catalogue, health, metrics, operating
from mainstay.life.serve.app import App, More, Send, sent
from mainstay.life.serve.gate import AUTHORIZATION
from mainstay.life.serve.handle import Reply, refusal
from mainstay.life.serve.limits import Headers, Message, Receive
from mainstay.life.serve.operating import Said
from mainstay.life.serve.quick import AtOnce
from mainstay.life.serve.sharing import CROWDED, Shared
from mainstay.life.serve.wires import OPEN, Asking, failure
from mainstay.seal.tokens import Action

PREDICT = "/predict"
_WAY = refusal(429, CROWDED)
_ASKED = (PREDICT, "/invocations", "/infer")
"""How paths end that ask for answers."""
_SHOWN = 40  # characters of a caller's own text that an answer repeats
_ENCODE = msgspec.json.Encoder().encode
_SHARED = ("/livez", "/startupz", "/readyz", "/metrics", *OPEN)
"""What is asked of the door, not of a model."""


class Led(NamedTuple):
    """Whom a path is for: the name of a model, and the path as its own door has it."""

    name: str
    path: str


class Hall:
    """The ASGI application over one or several models.

    names: by model, whose routing was read. ways: plain requests by path, see `quick`.
    """

    def __init__(self, apps: tuple[App, ...]) -> None:
        self.apps = apps
        self.names: Mapping[str, App] = {}
        self.only = apps[0] if len(apps) == 1 else None
        self.ways = dict[bytes, AtOnce]()
        if self.only:
            self.ways[PREDICT.encode()] = self.only.at_once
        self._lock = threading.Lock()
        self.shared = Shared(lambda: [(app, app.watch.table) for app in apps])
        for app in apps:
            app.watch.claim = partial(self.claim, app)
            app.lobby = None if self.only else _Lobby(self.shared, app)

    @property
    def draining(self) -> bool:
        """Whether connections end one by one."""
        return self.apps[0].draining

    def drain(self) -> None:
        """From now on they do."""
        for app in self.apps:
            app.draining = True

    def claim(self, app: App, model: str) -> None:
        """The name is this one's from now on. Raises Refused where it is another one's."""
        with self._lock:
            if self.names.get(model, app) is not app:
                raise Refused(
                    f"this door serves {model} from another folder already",
                    hint="one folder for each model; a second version is a canary or a shadow",
                )
            before = [name for name, one in self.names.items() if one is app and name != model]
            others = {name: one for name, one in self.names.items() if name not in before}
            self.names = {**others, model: app}
            for name in before:
                self.ways.pop(_way(name), None)
            self.ways[_way(model)] = app.at_once if self.only else partial(self.at_once, app)

    def at_once(self, app: App, body: bytes, shown: bytes = b"") -> Reply | None:
        """What a model says to a plain request, unless it gives way to others just now."""
        if app not in self.shared.shedding:
            return app.at_once(body, shown)
        if app.denied([(AUTHORIZATION, shown)], "predict"):
            return None
        _counted(app)
        return _WAY

    def named(self, name: str, headers: Headers) -> App:
        """Raises Missing, Unavailable where a folder's model is not known yet."""
        found = self.names.get(name)
        if found is None:
            known = [one for one, _ in self._allowed(headers, "predict")]
            raise self._unknown(f"{name[:_SHOWN]} is not served here", nearest.hint(name, known))
        return found

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope.get("method") == "HEAD":  # answered like GET; the server keeps the body back
            scope = {**scope, "method": "GET"}
        if self.only and not scope.get("path", "").startswith("/models/"):
            await self.only(scope, receive, send)
        elif scope["type"] == "http":
            await self._led(scope, receive, send)

    async def _led(self, scope: Message, receive: Receive, send: Send) -> None:
        path = scope["path"]
        led = _led(path)
        app = self.names.get(led.name) if led else None
        if led and app and not self._gives_way(app, led, scope["headers"]):
            await app({**scope, "path": led.path}, receive, send)
            return
        try:
            if app:
                _counted(app)
                raise Crowded(CROWDED)
            said, more = await self._said(scope, receive, led)
        except MainstayError as error:
            response = failure(led.path if led else path, error)
            said, more = Said(response.status, response.body), []
        await sent(send, said, more, last=self.draining)

    def _gives_way(self, app: App, led: Led, headers: Headers) -> bool:
        """Whether a request for answers is told 429; one that may not ask is told so instead."""
        shed = app in self.shared.shedding and led.path.endswith(_ASKED)
        return shed and not app.denied(headers, "predict")

    async def _said(self, scope: Message, receive: Receive, led: Led | None) -> tuple[Said, More]:
        """Of the door itself. Raises a MainstayError for everything else."""
        method, path, headers = scope["method"], scope["path"].rstrip("/"), scope["headers"]
        if led is None and path in _SHARED and method == "GET":
            return self._page(path, headers)
        denied = self._denied(headers, "predict")
        if denied:
            return denied
        if led:
            self.named(led.name, headers)
        match method, path:
            case "GET", "/v2":
                return Said(200, _ENCODE(catalogue.server())), []
            case "POST", "/v2/repository/index":
                return await self._index(scope, receive), []
            case _:
                raise self._unknown(f"there is no {method} {path[:80]} here", self._how(headers))

    def _page(self, path: str, headers: Headers) -> tuple[Said, More]:
        match path:
            case "/livez":
                return operating.livez(self.apps[0].parts), []
            case "/readyz":
                return self._readyz(headers), []
            case "/metrics":
                return self._metrics(headers)
            case _:
                return self._short(path), []

    def _short(self, path: str) -> Said:
        """What is said in a word or two."""
        ready = self.ready()
        match path:
            case "/startupz":
                started = all(app.watch.table is not None for app in self.apps)
                return Said(200 if started else 503, _ENCODE({"started": started}))
            case "/v2/health/live":
                return Said(200, _ENCODE({"live": True}))
            case "/v2/health/ready":
                return Said(200 if ready else 503, _ENCODE({"ready": ready, "live": True}))
            case "/version":
                return Said(200, mainstay.__version__.encode())
            case _:
                return Said(200 if ready else 503, b"\n")

    def ready(self) -> bool:
        """Whether every model is."""
        return all(health.ready(app.watch.table) for app in self.apps)

    def _readyz(self, headers: Headers) -> Said:
        """Yes or no for everybody; the models for whoever may observe them."""
        said = [(app, operating.readyz(app.parts)) for app in self.apps]
        ready = all(one.status == 200 for _, one in said)
        told = [msgspec.Raw(one.body) for app, one in said if not app.denied(headers, "observe")]
        return Said(200 if ready else 503, _ENCODE({"ready": ready, "models": told}))

    def _metrics(self, headers: Headers) -> tuple[Said, More]:
        """Of the models that the caller may observe, each number with its model."""
        denied = self._denied(headers, "observe")
        if denied:
            return denied
        found = {
            name: operating.families_of(app.parts)
            for name, app in self._allowed(headers, "observe")
        }
        return Said(200, metrics.text(metrics.together(found)), metrics.TYPE), []

    async def _index(self, scope: Message, receive: Receive) -> Said:
        """Every version of every model that the caller may ask."""
        headers = scope["headers"]
        body = await self.apps[0].intake.body(headers, receive, of_any_kind=True)
        if not isinstance(body, bytes):
            return Said(*(body or refusal(400, "the request was not sent whole")))
        asking = Asking(scope["method"], scope["path"], dict(headers), body)
        found: list[Any] = []
        for _, app in self._allowed(headers, "predict"):
            response = await app.wires.response(asking)
            if response.status != 200:
                return Said(response.status, response.body)
            found += msgspec.json.decode(response.body)
        return Said(200, _ENCODE(found))

    def _allowed(self, headers: Headers, action: Action) -> Iterator[tuple[str, App]]:
        return ((n, app) for n, app in self.names.items() if not app.denied(headers, action))

    def _denied(self, headers: Headers, action: Action) -> tuple[Said, More] | None:
        """Why a caller may do this with no model at all."""
        denials = [app.denied(headers, action) for app in self.apps]
        return denials[0] if all(denials) else None

    def _how(self, headers: Headers) -> str:
        known = ", ".join(sorted(name for name, _ in self._allowed(headers, "predict")))
        return f"a model is asked at POST /models/NAME/predict; NAME: {known or 'none yet'}"

    def _unknown(self, what: str, hint: str) -> MainstayError:
        """A name may yet be that of a folder whose routing was never read."""
        if len(self.names) < len(self.apps):
            return Unavailable(f"{what}, and a model of this door is not known yet", hint)
        return Missing(what, hint)


def _counted(app: App) -> None:
    """A request that gave way."""
    app.door.counters.begun()
    app.door.counters.ended(429, 0.0)


class _Lobby(NamedTuple):
    """Where requests of one model wait among those of the others."""

    shared: Shared
    app: App

    def taken(self) -> bool:
        return self.shared.taken(self.app)

    def given(self) -> None:
        self.shared.given()


def _way(model: str) -> bytes:
    return f"/models/{model}{PREDICT}".encode()


def _led(path: str) -> Led | None:
    match path.split("/")[1:]:
        case ["models", name, first, *rest]:
            return Led(name, "/" + "/".join((first, *rest)))
        case ["v2", "models", name, *_] | ["v2", "repository", "models", name, *_]:
            return Led(name, path)
        case _:
            return None
