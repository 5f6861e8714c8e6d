"""The process of a door: its port, TLS and threads, from start to end."""

import asyncio
import gc
import signal
import socket
import time
from pathlib import Path
from typing import NamedTuple

import uvicorn

from mainstay.core import clock, settings
from mainstay.core.errors import Unavailable
from mainstay.life.serve import breaker, gate, grpc, limits, memory, ports
from mainstay.life.serve.app import App
from mainstay.life.serve.calls import Switch
from mainstay.life.serve.gate import Gate
from mainstay.life.serve.handover import Handover, Taking
from mainstay.life.serve.health import EVERY, Rounds
from mainstay.life.serve.journal import Journal
from mainstay.life.serve.loader import Place
from mainstay.life.serve.operating import readyz, sound
from mainstay.life.serve.present import Present
from mainstay.life.serve.several import Hall
from mainstay.life.serve.telling import Voice
from mainstay.life.serve.tls import Tls, secured
from mainstay.life.serve.watching import Watch
from mainstay.seal import tokens

GRACE = 10
"""Seconds for the requests under way when the door is told to stop."""
KEPT = 75
"""Seconds that an idle connection is kept: longer than callers keep theirs, usually a minute."""
GARBAGE = 20_000
"""Objects more than were given back, until garbage is looked for."""
LOOKS = 0.5  # seconds between two looks at tokens and TLS files
PATIENCE = 60.0  # seconds in which a door that takes over must be ready
LOOPBACK = "127.0.0.1"


class Stand(NamedTuple):
    """Where one model stands: its serving folder, and a folder of the door for it."""

    place: Place
    log: Path


class Opening(NamedTuple):
    """How a door opens, for one model or several. keys: the trust file, tokens lie beside it.

    port: 0 for a free one; grpc_port likewise, None for no gRPC. take_over: the port of the door
    that runs with the same folder for its first model.
    """

    stands: tuple[Stand, ...]
    keys: Path
    port: int
    host: str = LOOPBACK
    grpc_port: int | None = None
    certificate: Path | None = None
    private_key: Path | None = None
    take_over: bool = False


class Server(uvicorn.Server):
    """One that takes over, and can be taken over, without cutting anybody off."""

    def __init__(
        self, config: uvicorn.Config, hall: Hall, log: Path, taking: Taking | None
    ) -> None:
        super().__init__(config)
        self._hall, self._log, self._taking = hall, log, taking
        self._handover: Handover | None = None
        self._drain, self._until = False, 0.0

    def drain(self) -> None:
        """No more connections from now on; those there are end with their next answer."""
        self._drain = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Only who answers takes over."""
        await super().startup(sockets)
        if not self._hall.only:
            self._hall.shared.beat(asyncio.get_running_loop())
        if self._taking and not self.should_exit:  # told to stop before it answered anybody
            self._taking.done()
        if sockets:
            self._handover = Handover(self._log, sockets[0], self.drain)

    def wait_until_ready(self) -> None:
        """Before it takes over. Raises Unavailable where it does not become ready."""
        until = clock.stopwatch() + PATIENCE
        parts = [app.parts for app in self._hall.apps]
        while self._taking and not self.should_exit and not all(map(sound, parts)):
            if clock.stopwatch() > until:
                self._taking.close()
                why = " ".join(readyz(one).body.decode() for one in parts if not sound(one))
                raise Unavailable(f"this door is not ready, so it takes nothing over: {why}")
            time.sleep(0.05)

    async def on_tick(self, counter: int) -> bool:
        """Whether it is over."""
        if self._drain and not self._hall.draining:
            self._hall.drain()
            self._until = clock.stopwatch() + KEPT
            for server in self.servers:
                server.close()
        if self._hall.draining and self._is_drained():
            return True
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Nobody can take over any more."""
        if self._handover:
            self._handover.close()
        await super().shutdown(sockets)

    def _is_drained(self) -> bool:
        return not self.server_state.connections or clock.stopwatch() > self._until


def run(opening: Opening, voice: Voice) -> None:
    """Serves until it is told to stop by SIGTERM or SIGINT, or another process took over.

    Raises Unavailable where the port is taken, Refused where others could reach an open door.
    """
    tls = secured(opening.certificate, opening.private_key)
    log = opening.stands[0].log
    taking = Taking(log) if opening.take_over else None
    with taking.listening if taking else _listening(opening) as listening:
        host, port = listening.getsockname()[:2]
        named = opening.keys.with_name(tokens.FILE)
        gate.refuse_the_open(host, tokens=named.exists(), tls=tls is not None)
        address = f"{'https' if tls else 'http'}://{host}:{port}"
        spoken = voice._replace(ready=lambda line: voice.ready(f"{line}, on {address}"))
        watched = Gate(named, Present().now, required=not gate.is_loopback(host))
        hall = _hall(opening, watched, spoken)
        rounds = [one for app in hall.apps for one in _rounds(app)]
        rounds.append(Rounds("tokens", LOOKS, watched.look))
        rounds += [Rounds("tls", LOOKS, tls.look)] if tls else []
        beside = _beside(hall, opening, voice)
        limits.many_connections()
        patience = limits.Patience(lambda: server.server_state.connections, limits.SECONDS)
        server = Server(_config(beside or hall, tls, patience), hall, log, taking)
        _served(server, hall, listening, rounds)
        if beside and beside.failure:
            raise beside.failure


def _hall(opening: Opening, watched: Gate, voice: Voice) -> Hall:
    """The applications of all models; of several, each says its own name."""
    intake, several = limits.Intake(), len(opening.stands) > 1
    watches = [Watch(*stand, opening.keys, voice, named=several) for stand in opening.stands]
    most = settings.journal_bytes()
    return Hall(tuple(App(one, Journal(one.log, most=most), watched, intake) for one in watches))


def _rounds(app: App) -> tuple[Rounds, ...]:
    health = Rounds("health", EVERY, app.health.look)
    return health, Rounds("breaker", breaker.EVERY, app.breaker.look)


def _beside(hall: Hall, opening: Opening, voice: Voice) -> grpc.Beside | None:
    """The application with gRPC, where it is asked for; it is on loopback only."""
    if opening.grpc_port is None:
        return None
    return grpc.Beside(hall, Switch(hall), opening.grpc_port, voice.ready)


def _served(server: Server, hall: Hall, listening: socket.socket, rounds: list[Rounds]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):  # before uvicorn has its own, and after
        signal.signal(number, lambda *_: setattr(server, "should_exit", True))
    memory.keep()
    for app in hall.apps:
        app.watch.start()
        app.shadows.start()
    try:
        for one in rounds:
            one.start()
        server.wait_until_ready()
        _set_aside()
        server.run([listening])
    finally:
        for one in rounds:
            one.stop()
        for app in hall.apps:
            app.shadows.stop()
            app.watch.stop()
            app.journal.close()


def _set_aside() -> None:
    """What is there before the first request stays: garbage is looked for among the rest, later.

    A request of 1,000 rows makes as many tuples, of which none is garbage of that kind.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE, 20, 20)


def _config(app: Hall | grpc.Beside, tls: Tls | None, patience: limits.Patience) -> uvicorn.Config:
    config = uvicorn.Config(
        app, lifespan="off" if isinstance(app, Hall) else "on", ws="none", log_level="warning",
        http=limits.Connection, callback_notify=patience, timeout_notify=1,
        access_log=False, proxy_headers=False, server_header=False, date_header=False,
        timeout_keep_alive=KEPT, timeout_graceful_shutdown=GRACE,
    )  # fmt: skip
    config.load()
    config.ssl = tls.context if tls else None
    return config


def _listening(opening: Opening) -> socket.socket:
    hint = "a new process of the same door takes it over with --take-over"
    return ports.listening(opening.host, opening.port, f"{ports.FREE}; {hint}")
