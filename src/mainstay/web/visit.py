"""One request, and who makes it, as every endpoint gets them."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal, NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from mainstay.control import handle, roles
from mainstay.control.commands import Command
from mainstay.control.queries import Query
from mainstay.control.roles import Permission, Principal
from mainstay.core import clock
from mainstay.core.answers import Answer
from mainstay.core.errors import Mistake
from mainstay.core.places import Places
from mainstay.web.attempts import Attempts
from mainstay.web.pending import Pending
from mainstay.web.provider import Registered

COOKIE = "mainstay_session"
Needs = Permission | Literal["public", "signed in", "as asked"]
"""as asked: what the command or query in the body needs."""
Say = Callable[[str], None]


def _act(folder: Path, command: Command, by: Principal) -> Answer:
    return handle.handle(folder, command, by=by)


def _ask(folder: Path, query: Query, by: Principal) -> Answer:
    return handle.answer(folder, query, by=by)


class Place(NamedTuple):
    """What the pages are about and where. hosts: names that may be asked for; empty: any.

    address: where people reach it through a proxy; empty: as they ask for it. act, ask: the two
    doors of the control plane. provider: where people may sign in besides; pending: who is there.
    """

    folder: Path
    attempts: Attempts
    say: Say
    secure: bool = False
    hosts: frozenset[str] = frozenset()
    address: str = ""
    act: Callable[[Path, Command, Principal], Answer] = _act
    ask: Callable[[Path, Query, Principal], Answer] = _ask
    provider: Registered | None = None
    pending: Pending = Pending()

    @property
    def places(self) -> Places:
        return Places(self.folder)

    @property
    def cookie(self) -> str:
        """Its name; with TLS the prefix makes browsers hold it to this host and to TLS."""
        return f"__Host-{COOKIE}" if self.secure else COOKIE


class Waiting(NamedTuple):
    """How many versions wait for an approval, and how many incidents are open."""

    approvals: int = 0
    incidents: int = 0


class Visit(NamedTuple):
    """principal: who asks, None where nobody needs to be known. form: what their forms carry.

    model: the project's, as far as it can be told, none for a team as a whole; folder: where it
    lies. waiting: what the rail counts, for pages.
    """

    request: Request
    place: Place
    principal: Principal | None = None
    form: str = ""
    model: str = ""
    waiting: Waiting = Waiting()
    folder: Path = Path()

    @property
    def of_team(self) -> bool:
        """Whether this is about a team as a whole, and no model of it."""
        return not self.model and self.place.places.is_team

    @property
    def here(self) -> str:
        """What addresses of the model begin with: nothing where it is the only one."""
        return f"/models/{self.model}" if self.place.places.is_team and self.model else ""

    @property
    def permissions(self) -> frozenset[Permission]:
        """All that who asks may do to the project's model now, or to the team."""
        if self.of_team:
            return roles.anywhere(self.asker, clock.machine())
        return roles.permissions(self.asker, self.model, clock.machine())

    @property
    def asker(self) -> Principal:
        """Who asks, where the route lets nobody in without being known."""
        assert self.principal is not None, "a route that needs nobody asked who it is"
        return self.principal


Endpoint = Callable[[Visit], Awaitable[Response]]


class Route(NamedTuple):
    """One line of the table. page: for people, so that errors are pages and strangers sign in."""

    method: Literal["GET", "POST"]
    path: str
    needs: Needs
    endpoint: Endpoint
    says: str
    page: bool = False


async def body(request: Request, most: int) -> bytes:
    """All of it. Raises Mistake where it is larger than so many bytes, or never comes whole."""
    found = bytearray()
    try:
        async for part in request.stream():
            found += part
            if len(found) > most:
                raise Mistake(f"the request is larger than the {most:,} bytes that are read")
    except ClientDisconnect as error:
        raise Mistake("the request broke off before its end") from error
    return bytes(found)


aside = run_in_threadpool
"""Work on files and the ledger, off the loop that answers others."""
