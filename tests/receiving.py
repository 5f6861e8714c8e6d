"""A real receiver on this machine, what it is sent, and a project with incidents to tell of."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import small_project

from mainstay.control import incidents, noting
from mainstay.control.channels.message import Message
from mainstay.control.incidents import Known
from mainstay.control.project import Project, opened
from mainstay.core import settings
from mainstay.core.nouns import Estimate, Verdict, Window
from mainstay.ledger import state
from mainstay.life.watch.order import Finding

MESSAGE = Message(
    id="no-show-7", kind="opened", incident=7, time=small_project.END, models=("no-show", "other"),
    clause="freshness", what="weather is 9 h old", cause="the source is late",
    owner="owner of weather", action="ask why", urgency="today", why="a source is in error",
    since=small_project.END, stands=small_project.END + timedelta(days=2),
    source="weather.db", cost=Estimate(120, 80, 150, 40, "EUR"), good=small_project.START,
    hides=("moved: rain",),
)  # fmt: skip


class Post(NamedTuple):
    path: str
    headers: dict[str, str]
    body: bytes


class Receiver(NamedTuple):
    """status: what it answers, set by the test."""

    url: str
    posts: list[Post]
    status: list[int]


@contextmanager
def receiver() -> Iterator[Receiver]:
    posts: list[Post] = []
    status = [200]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            posts.append(Post(self.path, headers, body))
            self.send_response(status[0])
            if status[0] == 302:
                self.send_header("location", "/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *given: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield Receiver(f"http://127.0.0.1:{server.server_port}", posts, status)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def configured(folder: Path, text: str) -> Path:
    """A file of channels as only its owner may read it, beside the keys of a project."""
    path = folder / "keys" / "channels.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o600)
    return path


@contextmanager
def project_of(folder: Path) -> Iterator[Project]:
    """One with a contract on record and nothing built; its clock stands in a file."""
    (folder / "contract.yaml").write_text(small_project.CONTRACT)
    (folder / "clock").write_text(small_project.AFTER.isoformat())
    (folder / "keys").mkdir()
    given = {"MAINSTAY_CLOCK": str(folder / "clock"), "MAINSTAY_KEYS": str(folder / "keys")}
    with settings.given(given), opened(folder) as made:
        registered = {"digest": "c", "revision": 1}
        made.ledger.append("ContractRegistered", made.model, made.actor, registered)
        yield made


def finding(clause: str, *columns: str) -> Finding:
    span = Window(small_project.END, small_project.AFTER)
    what = f"{clause} of {', '.join(columns)}"
    return Finding(clause, columns, what, "why", "who", "do", Verdict.FAIL, span)


def looked(
    project: Project, *found: Known, closed: tuple[int, ...] = ()
) -> dict[str, incidents.Held]:
    """What a look notes, and what is open after it by what it says."""
    ledger = project.ledger
    gone = tuple(one for one in state.incidents(ledger, project.model) if one.id in closed)
    with ledger.transaction():
        noting.noted(project, found, gone)
    return {one.finding.what: one for one in incidents.held(ledger)}
