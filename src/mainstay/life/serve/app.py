"""The door over HTTP: bare ASGI.

POST /predict, and what it says of itself. A caller who sends `x-mainstay-durability: ack` gets the
answer only when it is safe on disk.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

from mainstay.bundle.guard import Rejection
from mainstay.core import clock
from mainstay.core.errors import Mistake, Unavailable
from mainstay.life.serve import ahead, explain, limits, tracing
from mainstay.life.serve.breaker import Breaker
from mainstay.life.serve.catalogue import pinned
from mainstay.life.serve.gate import AUTHORIZATION, Gate
from mainstay.life.serve.handle import Asked, Door, Outcome, Reply, refusal
from mainstay.life.serve.health import Health
from mainstay.life.serve.journal import Journal
from mainstay.life.serve.limits import Headers, Intake, Lobby, Message, Receive, Room
from mainstay.life.serve.operating import PAGES, Parts, Said, shortened
from mainstay.life.serve.quick import AGAIN
from mainstay.life.serve.served import Table
from mainstay.life.serve.shadow import Shadows
from mainstay.life.serve.shapes import RECORDS, canonical
from mainstay.life.serve.watching import Watch
from mainstay.life.serve.wires import GET, OPEN, POST, Asking, Wires, failure, together
from mainstay.seal import tokens
from mainstay.seal.tokens import Action

WAITING = 64
"""Requests that wait for models in processes of their own, at most; the others stand in line."""
PATIENCE = 5.0  # seconds that an answer waits for the disk
DURABILITY = b"x-mainstay-durability"
UNREAD = (401, 403, 404, 405, 413, 415, 429)
"""Statuses of requests whose body may not be read to its end: their connection is closed."""
Send = Callable[[Message], Awaitable[None]]
More = list[tuple[bytes, bytes]]


class App:
    """The ASGI application over one watch and one journal. draining: connections end one by one."""

    def __init__(
        self,
        watch: Watch,
        journal: Journal,
        gate: Gate | None = None,
        intake: Intake | None = None,
    ) -> None:
        """gate: without one, that of the token file beside the trust file. intake: of the door."""
        self.watch, self.journal = watch, journal
        self.shadows = Shadows(watch.log)
        aside, views = self.shadows.offer, watch.views
        self.door = Door(lambda: watch.table, journal, watch.now, aside=aside, views=views)
        self.gate = gate or Gate(watch.keys.with_name(tokens.FILE), watch.now)
        self.health = Health(watch.place.serving, watch.tables)
        self.breaker = Breaker(
            lambda: watch.table, self.door.counters.counted, self.health.wrong, watch.notice
        )
        self.draining = False
        self.lobby: Lobby | None = None
        self.parts = Parts(
            watch, journal, self.door, self.door.counters, self.health, self.breaker,
            self.shadows, self.gate, clock.stopwatch(),
        )  # fmt: skip
        self.wires = Wires(watch, self.exchanged)
        self._tracer = tracing.tracer()
        self._spans = tracing.kept(self._tracer)
        self._waiting = ThreadPoolExecutor(WAITING, "waiting")
        self._beside = ThreadPoolExecutor(WAITING, "canary")
        self.intake = intake or Intake()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        reply = await self._reply(scope, receive)
        if reply is None:
            return
        await sent(send, *reply, last=self.draining)

    def at_once(self, body: bytes, shown: bytes = b"") -> Reply | None:
        """The reply to a plain request of /predict; None where it takes the long way.

        There are those who may not ask, traces, other shapes of a body, and all that somebody has
        to wait for. shown: the authorization of who asks.
        """
        if self.draining or self._spans or not body.startswith(RECORDS):
            return None
        if self.gate.required and self.denied([(AUTHORIZATION, shown)], "predict"):
            return None
        reply = self._plain(body)
        if reply is not None or self.door.awaited():
            return reply
        since, counters = clock.stopwatch(), self.door.counters
        begun = self.door.begun(body)
        if isinstance(begun, Asked):
            if begun.away or begun.table.ack or explain.overlooked(begun):
                begun.table.given()
                return None
            begun = self.door.ended(begun)
        status, content, _ = begun
        counters.begun()
        counters.ended(status, clock.stopwatch() - since)
        return status, content

    def _plain(self, body: bytes, trace: str = "") -> Reply | None:
        """Where nothing but scores is to be told, and nobody asked for more."""
        since, counters = clock.stopwatch(), self.door.counters
        if (reply := self.door.plain(body, trace)) is not None:
            counters.begun()
            counters.ended(reply[0], clock.stopwatch() - since)
        return reply

    async def _reply(self, scope: Message, receive: Receive) -> tuple[Said, More] | None:
        """None where the caller went away."""
        path, method = scope["path"], scope["method"]
        if path == "/predict" and method == "POST":
            denied = self.denied(scope["headers"], "predict")
            return denied or await self._predicted(scope["headers"], receive)
        if path in PAGES and method == "GET":
            return self._page(path, scope["headers"])
        if path in PAGES or path == "/predict":
            how = POST if path == "/predict" else GET
            return Said(*refusal(405, f"{method} is not how this is asked")), [how]
        denied = None if path in OPEN else self.denied(scope["headers"], "predict")
        return denied or await self._translated(scope, receive)

    async def _translated(self, scope: Message, receive: Receive) -> tuple[Said, More] | None:
        """Of every wire but our own."""
        body = await self.intake.body(scope["headers"], receive, of_any_kind=True)
        if not isinstance(body, bytes):
            return (Said(*body), []) if body else None
        asking = Asking(scope["method"], scope["path"], dict(scope["headers"]), body)
        try:
            response = await self.wires.response(asking)
        except Exception:  # noqa: BLE001 - the outermost door
            self.door.failed += 1
            response = failure(asking.path, Unavailable("this request could not be answered"))
        (_, kind), *more = response.headers
        return Said(response.status, response.body, kind), more

    def denied(self, headers: Headers, action: Action) -> tuple[Said, More] | None:
        """Why a caller may not do this with its model; None where it may."""
        table = self.watch.table
        denial = self.gate.denied(headers, table.routing.model if table else "", action)
        if denial is None:
            return None
        said = Said(*refusal(denial.status, denial.what))
        return said, [(b"www-authenticate", denial.challenge)]

    def _page(self, path: str, headers: Headers) -> tuple[Said, More]:
        """Health is for everybody, the reasons and the numbers for those who may observe."""
        page, known = PAGES[path]
        denied = self.denied(headers, "observe")
        if denied is None:
            return page(self.parts), []
        return (shortened(page(self.parts), known), []) if known else denied

    async def _predicted(self, headers: Headers, receive: Receive) -> tuple[Said, More] | None:
        """An answer, with the trace that it belongs to."""
        body, trace = await self.intake.body(headers, receive), tracing.parent(headers)
        if not isinstance(body, bytes):
            return (Said(*body), []) if body else None
        ack = (DURABILITY, b"ack") in headers
        if not self._spans:
            reply, span = await self._predict(body, trace, ack=ack), ""
        else:
            with tracing.spanned(self._tracer, trace, "POST /predict") as spanned:
                reply = await self._predict(body, trace, ack=ack)
                span = tracing.told(spanned, reply[0])
        return Said(*reply), [(tracing.RESPONSE, tracing.answer(trace, span))] if trace else []

    async def _predict(self, body: bytes, trace: str, *, ack: bool) -> Reply:
        sound = body.startswith(RECORDS)
        if sound and not ack and (reply := self._plain(body, trace)) is not None:
            return reply
        try:
            plain, wanted = explain.asked(body)
            records = canonical(plain)
        except Mistake as error:
            return refusal(422, str(error))
        told = not (ack or wanted)
        if told and not sound and (reply := self._plain(records, trace)) is not None:
            return reply
        begin = lambda: explain.explained(self.door.begun(records, trace), wanted)  # noqa: E731 - one line says it
        return await self._counted(begin, ack=ack, plain=records if told else b"", trace=trace)

    async def exchanged(
        self, version: str, body: bytes, headers: dict[bytes, bytes], wanted: int | Rejection = 0
    ) -> Reply:
        """The reply to a request of another wire, answered whole or not at all."""
        trace = tracing.parent(headers.items())
        tables = partial(self._pinned, version) if version else None
        ack = headers.get(DURABILITY) == b"ack"
        told = not (ack or tables or wanted)
        if told and (reply := self._plain(body, trace)) is not None:
            return reply
        begun = partial(self.door.begun, body, trace, tables)
        begin = lambda: explain.explained(together(begun()), wanted)  # noqa: E731 - one line says it
        return await self._counted(begin, ack=ack, plain=body if told else b"", trace=trace)

    def _pinned(self, version: str) -> Table | None:
        return pinned(self.watch.table, version)

    async def _counted(
        self, begin: Callable[[], Asked | Outcome], *, ack: bool, plain: bytes, trace: str
    ) -> Reply:
        """plain: a request of which nothing but scores may have to be told."""
        since, counters = clock.stopwatch(), self.door.counters
        counters.begun()
        status = 499  # whoever asked went away
        try:
            away = limits.from_away
            reply = await away(self.door, plain, self.lobby, trace) if plain else None
            if reply is None:
                reply = await self._ended(begin(), ack=ack)
            status = reply[0]
        finally:
            counters.ended(status, clock.stopwatch() - since)
        return reply

    async def _ended(self, begun: Asked | Outcome, *, ack: bool) -> Reply:
        if not isinstance(begun, Asked):
            return begun[:2]
        if begun.away:
            room = Room(limits.asked(begun), self.lobby)
            if not room.taken():
                begun.table.given()
                return limits.FULL
            threads = self._beside if room.beside else self._waiting
            status, content, number = await ahead.ended(self.door, begun, room, threads)
        else:
            status, content, number = self.door.ended(begun)
        if (
            status not in (200, 422)
            or not (ack or begun.table.ack)
            or await _kept(self.journal, number)
        ):
            return status, content
        return refusal(503, "the answer could not be recorded")


async def _kept(journal: Journal, number: int) -> bool:
    """Whether a frame is safe on disk, as soon as that is known."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[bool] = loop.create_future()

    def told(safe: bool) -> None:  # noqa: FBT001 - one of its kind
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_set, future, safe)

    journal.tell(number, told)
    try:
        return await asyncio.wait_for(future, PATIENCE)
    except TimeoutError:
        return False


async def sent(send: Send, said: Said, more: More, *, last: bool) -> None:
    """last: the connection is to end with this answer."""
    status, content, kind = said
    headers = [(b"content-type", kind), (b"content-length", b"%d" % len(content)), *more]
    if status == 429:
        headers.append((b"retry-after", AGAIN))
    if last or status in UNREAD:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def _set(future: asyncio.Future[bool], safe: bool) -> None:  # noqa: FBT001 - a callback
    if not future.done():
        future.set_result(safe)
