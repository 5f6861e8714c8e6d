"""Incidents at a real Alertmanager: it fires, is told louder, silenced and resolved."""

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest
from msgspec import json
from receiving import Receiver, configured, finding, looked, project_of, receiver

from mainstay.control import delivering, telling
from mainstay.control.commands import Silence
from mainstay.control.harm import Standing
from mainstay.control.incidents import Known
from mainstay.control.project import Project
from mainstay.control.silencing import silence
from mainstay.core import clock

pytestmark = pytest.mark.slow
PROGRAMS = "prometheus-alertmanager", "alertmanager"
LATE = finding("freshness", "weather")
TODAY, NOW = Standing("today", "late", source="weather.db"), Standing("now", "half is lost")
ROUTE = """\
route: {{receiver: ops, group_by: [incident], group_wait: 0s, group_interval: 1s}}
receivers:
  - name: ops
    webhook_configs: [{{url: "{url}/hook", send_resolved: true}}]
"""


class Manager:
    """A running one, asked over its API."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def asked(self, path: str, body: object = None) -> list[dict[str, object]]:
        data = None if body is None else json.encode(body)
        headers = {"content-type": "application/json"}
        with urlopen(Request(f"{self.url}/api/v2/{path}", data, headers), timeout=5) as reply:
            return json.decode(reply.read())

    def standing(self) -> list[tuple[str, str]]:
        """Severity and state of each alert that stands."""
        found = [
            (one["labels"]["severity"], one["status"]["state"]) for one in self.asked("alerts")
        ]
        return sorted(found)


def eventually(check: Callable[[], bool], seconds: float = 20) -> bool:
    end = clock.stopwatch() + seconds
    while not check():
        if clock.stopwatch() > end:
            return False
        time.sleep(0.1)
    return True


@contextmanager
def running(program: str, folder: Path, config: str) -> Iterator[Manager]:
    path = folder / "alertmanager.yml"
    path.write_text(config)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = [
        f"--config.file={path}", f"--storage.path={folder / 'am'}",
        f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=",
    ]  # fmt: skip
    with (folder / "am.log").open("wb") as log:
        process = subprocess.Popen([program, *options], stdout=log, stderr=log)
    try:
        yield _ready(Manager(port), folder / "am.log")
    finally:
        process.terminate()
        process.wait(10)


def _ready(made: Manager, log: Path) -> Manager:
    def answers() -> bool:
        try:
            made.asked("status")
        except (URLError, ConnectionError):
            return False
        return True

    assert eventually(answers), log.read_text()
    return made


@pytest.fixture
def pager() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


@pytest.fixture
def manager(tmp_path: Path, pager: Receiver, missing: Callable[[str], None]) -> Iterator[Manager]:
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        missing("there is no Alertmanager")
    with running(str(program), tmp_path, ROUTE.format(url=pager.url)) as made:
        yield made


@pytest.fixture
def project(tmp_path: Path, manager: Manager) -> Iterator[Project]:
    folder = tmp_path / "no-show"
    folder.mkdir()
    with project_of(folder) as made:
        text = f'[channels.am]\nkind = "alertmanager"\nurl = "{manager.url}"\n'
        configured(folder, text)
        yield made


def told(project: Project) -> None:
    outcomes = delivering.delivered(project, telling.channels(project))
    assert [one.error for one in outcomes] == [""]


def pages(pager: Receiver) -> list[tuple[str, str]]:
    """What it passed on: the state and severity of each alert, in turn."""
    posts = [json.decode(one.body) for one in pager.posts]
    return [(one["status"], one["labels"]["severity"]) for post in posts for one in post["alerts"]]


def test_an_incident_fires_grows_louder_and_is_resolved(
    project: Project, manager: Manager, pager: Receiver
) -> None:
    late = looked(project, Known(LATE, TODAY))[LATE.what]
    told(project)
    assert eventually(lambda: ("firing", "warning") in pages(pager))
    assert manager.standing() == [("warning", "active")]

    louder = looked(project, Known(LATE, NOW, late))[LATE.what]
    told(project)
    assert eventually(lambda: ("firing", "critical") in pages(pager))
    assert manager.standing() == [("critical", "active")], "the quieter one is over"

    looked(project, closed=(louder.incident.id,))
    told(project)
    assert eventually(lambda: ("resolved", "critical") in pages(pager))
    assert manager.standing() == []


def test_a_silence_of_either_side_keeps_it_quiet(
    project: Project, manager: Manager, pager: Receiver
) -> None:
    late = looked(project, Known(LATE, TODAY))[LATE.what]
    now = clock.machine()
    label = f"{project.model}/{late.incident.id}"
    matcher = {"name": "incident", "value": label, "isRegex": False, "isEqual": True}
    asked = {
        "matchers": [matcher], "startsAt": now, "endsAt": now + timedelta(hours=1),
        "createdBy": "ops", "comment": "known",
    }  # fmt: skip
    manager.asked("silences", asked)
    told(project)

    assert manager.standing() == [("warning", "suppressed")]
    silence(project, Silence(late.incident.id, clock.now() + timedelta(days=1), "known"))
    looked(project, Known(LATE, NOW, late))
    assert delivering.delivered(project, telling.channels(project)) == ()
    time.sleep(1.5)
    assert pages(pager) == []
