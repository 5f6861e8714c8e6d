"""A control plane asked in this process, as its socket would, and people who may ask it."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import msgspec

from mainstay.control import admission
from mainstay.core import clock
from mainstay.core.nouns import Actor
from mainstay.ledger import credentials
from mainstay.ledger.credentials import Credential
from mainstay.ledger.store import Ledger
from mainstay.web.app import Application, application
from mainstay.web.attempts import Attempts
from mainstay.web.visit import Place

HOST = "127.0.0.1:8090"
OWN = {"origin": f"http://{HOST}", "sec-fetch-site": "same-origin"}
"""What a browser says of a form of ours."""
FORM = {"content-type": "application/x-www-form-urlencoded"}


class Reply(NamedTuple):
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def cookie(self) -> str:
        """`name=value` of the cookie that was set; empty without one."""
        return self.header("set-cookie").partition(";")[0]


class Control(NamedTuple):
    """said: what it wrote to its log."""

    app: Application
    said: list[str]

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Reply:
        """One request; an underscore in the name of a header stands for a hyphen."""
        named = {"host": HOST, **{key.replace("_", "-"): value for key, value in headers.items()}}
        return asyncio.run(_asked(self.app, method, path, named, body))

    def form(self, path: str, *, headers: dict[str, str] | None = None, **fields: str) -> Reply:
        """A form of ours, sent by a browser that is on our page."""
        return self.ask(
            "POST", path, urlencode(fields).encode(), **{**OWN, **FORM, **(headers or {})}
        )

    def send(self, path: str, value: object, token: str, **headers: str) -> Reply:
        """A command or query, by somebody with a token."""
        shown = {"authorization": f"Bearer {token}", "content_type": "application/json", **headers}
        return self.ask("POST", path, msgspec.json.encode(value), **shown)


def control(folder: Path, **changes: Any) -> Control:
    """Of the project in a folder."""
    said: list[str] = []
    return Control(application(Place(folder, Attempts(), said.append, **changes)), said)


def given(
    folder: Path, name: str, *roles: str, model: str = "*", scopes: str = "",
    expires: datetime | None = None,
) -> str:  # fmt: skip
    """Somebody with roles, and a token of theirs."""
    until = (clock.machine() + timedelta(days=1)).timestamp()
    token = f"{admission.TOKEN}{name}-{model}-{scopes}"
    with ledger(folder) as there, there.transaction():
        for role in roles:
            said = {"name": name, "role": role, "model": model, "expires": expires}
            there.append("Granted", model, Actor("root"), said)
        one = Credential(credentials.digest(token), "token", name, "t", scopes, until, until)
        credentials.put(there, one)
    return token


def ledger(folder: Path) -> Ledger:
    return Ledger(folder / ".mainstay" / "ledger.db")


async def _asked(
    app: Application, method: str, path: str, headers: dict[str, str], body: bytes
) -> Reply:
    there, _, query = path.partition("?")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
        "scheme": "http", "path": there, "raw_path": there.encode(), "query_string": query.encode(),
        "root_path": "", "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8090),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    sent: list[Any] = []
    await app(scope, _body(body), _kept(sent))
    start = sent[0]
    told = [(name.decode(), value.decode()) for name, value in start["headers"]]
    return Reply(start["status"], told, b"".join(one.get("body", b"") for one in sent[1:]))


def _body(content: bytes) -> Callable[[], Any]:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": content, "more_body": False}

    return receive


def _kept(sent: list[Any]) -> Callable[[Any], Any]:
    async def send(message: Any) -> None:
        sent.append(message)

    return send
