"""The process of `mainstay control`: where it listens, over what, and for whom."""

import socket
import threading
import time
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import uvicorn

from mainstay.control import admission, briefs, several
from mainstay.core import clock, settings
from mainstay.core.errors import MainstayError, Missing, Mistake, Refused
from mainstay.core.places import Places
from mainstay.core.progress import nothing
from mainstay.ledger.store import Ledger
from mainstay.life.serve import gate, limits, ports
from mainstay.life.serve.tls import secured
from mainstay.web import provider
from mainstay.web.app import application
from mainstay.web.attempts import Attempts
from mainstay.web.pending import Pending
from mainstay.web.visit import Place, Say

LOOPBACK = "127.0.0.1"
OWN_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
REREAD = 10.0
"""Seconds between two looks at which models of a team changed."""
SLOWEST = 30.0
"""Seconds for one request, from its first byte to its last: who is slower is cut off."""
GRACE, KEPT = 10, 5
"""Seconds for requests under way when it is told to stop; and for a connection without one."""


class Opening(NamedTuple):
    """What is served where. port 0: a free one. address: of the proxy that stands before it.

    sign_in: a file that names a provider.
    """

    folder: Path
    host: str = LOOPBACK
    port: int = 8090
    certificate: Path | None = None
    private_key: Path | None = None
    address: str = ""
    sign_in: Path | None = None


def run(opening: Opening, say: Say, log: Say) -> None:
    """Serves until it is told to stop by SIGTERM or SIGINT.

    say: told the address, and the link of the first person; log: told each request. Raises
    Missing without a folder, Refused where others could reach it and nobody can sign in or
    nothing is encrypted, Unavailable where the port is taken.
    """
    local, front = gate.is_loopback(opening.host), _front(opening.address)
    if not opening.folder.is_dir():
        raise Missing(f"there is no folder {opening.folder}", hint="--folder names another place")
    with Ledger(Places(opening.folder).ledger, settings.ledger()) as ledger:
        if front or not local:
            _refuse_open(opening, can_sign_in=admission.anybody(ledger, clock.machine()))
        tls = secured(opening.certificate, opening.private_key)
        code = admission.opened(ledger, clock.machine())
    listening = ports.listening(opening.host, opening.port)
    address = _address(opening, listening, secure=tls is not None)
    Places(opening.folder).address.write_text(opening.address or address, encoding="utf-8")
    say(f"Mainstay control of {opening.folder.resolve().name} on {address}")
    if code:
        say(f"Nobody can sign in yet. Set it up, once, within a day: {address}/invitation/{code}")
    place = Place(
        opening.folder, Attempts(), log, secure=bool(tls or front), address=opening.address,
        hosts=frozenset({front} if front else OWN_NAMES if local else ()),
        provider=provider.read(opening.sign_in) if opening.sign_in else None, pending=Pending(),
    )  # fmt: skip
    config = uvicorn.Config(
        application(place), lifespan="off", ws="none", log_level="warning", access_log=False,
        proxy_headers=False, server_header=False, date_header=False, timeout_keep_alive=KEPT,
        timeout_graceful_shutdown=GRACE, http=limits.Connection, timeout_notify=1,
        callback_notify=limits.Patience(lambda: server.server_state.connections, SLOWEST),
    )  # fmt: skip
    if place.places.is_team:
        threading.Thread(target=_read_on, args=(opening.folder, log), daemon=True).start()
    config.load()
    config.ssl = tls.context if tls else None
    limits.many_connections()
    server = uvicorn.Server(config)
    server.run(sockets=[listening])


def _read_on(folder: Path, log: Say) -> None:
    """Briefs of models are read anew as they grow old, so that nobody waits for them."""
    while True:
        try:
            with several.opened(folder, nothing, None) as opened:
                old = not all(one.fresh for one in briefs.refreshed(opened, most=20))
        except MainstayError as error:
            old = False
            log(f"the team cannot be read now: {error}")
        time.sleep(0.1 if old else REREAD)


def _refuse_open(opening: Opening, *, can_sign_in: bool) -> None:
    """Raises Refused unless whoever reaches it must sign in, and nobody in between can read."""
    if not can_sign_in:
        where = opening.address or opening.host
        raise Refused(
            f"{where} can be reached by others, and nobody can sign in yet",
            hint="mainstay control on 127.0.0.1 prints the link that sets it up",
        )
    if opening.certificate is None and not opening.address:
        raise Refused(
            f"{opening.host} can be reached by others, and passwords would travel in clear",
            hint="--certificate FILE --private-key FILE, or --address of a proxy with TLS",
        )


def _front(address: str) -> str:
    """The host that people ask the proxy for. Raises Mistake for another form, or without TLS."""
    parts = urlsplit(address)
    if address and (not parts.hostname or address != f"https://{parts.netloc}"):
        raise Mistake(f"{address} is no address of a proxy", hint="https://mainstay.example.org")
    return parts.netloc.partition(":")[0]


def _address(opening: Opening, listening: socket.socket, *, secure: bool) -> str:
    host = f"[{opening.host}]" if ":" in opening.host else opening.host
    return f"{'https' if secure else 'http'}://{host}:{listening.getsockname()[1]}"
