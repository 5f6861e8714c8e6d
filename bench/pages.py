"""Every page of a plane of many models with years of history: what each costs its server.

A team of models that share one record is written by the ledger's own code (`bench.paging`), served
by `mainstay control` in a process of its own, and asked for every page there is with its twins, by
a model, a version and an incident of the middle of it. CPU is that of the server's process, which
answers one request at a time; wall is as a browser waits.
"""

import http.client
import os
import re
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import PIPE, Popen
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from bench.form import Report, options, progress
from bench.paging import years
from bench.servers import project as lived
from mainstay.control import admission
from mainstay.core import clock, settings
from mainstay.core.errors import Conflict
from mainstay.core.nouns import Actor
from mainstay.core.places import Places
from mainstay.ledger import credentials, postgres, state
from mainstay.ledger.credentials import Credential
from mainstay.ledger.store import Ledger
from mainstay.web import views
from mainstay.web.routes import ROUTES

TICK = os.sysconf("SC_CLK_TCK")
LIMIT = 200.0
"""Milliseconds of a page, at most."""
MAIN = "from mainstay.cli.main import main; main()"
SIDE = ("/livez", "/readyz", "/sign-in/provider", "/sign-in/return", "/static/{name:path}",
        "/invitation/{code}", "/sign-in", "/models/{model}/runs/{number}",
        "/models/{model}/runs/{number}.json")  # fmt: skip
"""Not of the record, or not there: nothing ran in it."""
MORE = ("/?page=2", "/?q=model-01", "/incidents?closed", "/search?q=model", "/audit?kind=Approved",
        "/audit?subject={model}", "/predictions?model={model}", "/audit.csv")  # fmt: skip
PATIENCE = 600.0


class Asked(NamedTuple):
    """What one address took, in milliseconds: CPU of the server on average, wall of each."""

    address: str
    status: int
    cpu: float
    walls: list[float]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print."""
    parser = options("pages", __doc__)
    parser.add_argument("--models", type=int, default=200)
    parser.add_argument("--days", type=int, default=730)
    parser.add_argument("--keep", type=Path, help="the folder to make the team in, or to find it")
    parser.add_argument("--ledger", default="", help="URL of a PostgreSQL that keeps the record")
    chosen = parser.parse_args(arguments)
    if chosen.quick:
        chosen.models, chosen.days, chosen.repeat = 5, 60, 2
    report = Report("pages", chosen.out)
    with tempfile.TemporaryDirectory(prefix="bench-pages-") as folder:
        tell(report, chosen, measured(chosen.keep or Path(folder), chosen))


def tell(report: Report, chosen: Namespace, found: list[Asked]) -> None:
    """The figures of each address, and the summary; ends with 1 where one is no answer."""
    for one in found:
        case = {"page": one.address, "models": chosen.models, "days": chosen.days}
        report.figure(case, "cpu_ms", [one.cpu], "ms")
        report.figure(case, "wall_ms", one.walls, "ms")
    slow = max(found, key=lambda one: one.cpu)
    report.summary(
        {
            "pages": len(found),
            "worst_cpu_ms": slow.cpu,
            "worst": slow.address,
            "over": sum(one.cpu >= LIMIT for one in found),
        }
    )
    wrong = [f"{one.address} answers {one.status}" for one in found if one.status != 200]
    if wrong:
        raise SystemExit("; ".join(wrong))


def measured(folder: Path, chosen: Namespace) -> list[Asked]:
    """All addresses, in turn, as often as asked for."""
    acting = lived.acting(folder / "origin")
    with settings.given({**acting, "MAINSTAY_LEDGER": ""}):
        if not (folder / "team").is_dir():
            years.team(folder, chosen.models, chosen.days, chosen.seed)
    if chosen.ledger:
        _brought(chosen.ledger, Places(folder / "team").ledger)
    with settings.given({**acting, "MAINSTAY_LEDGER": chosen.ledger}):
        token, addresses = _auditor(folder / "team"), _addresses(folder / "team")
        with _served(folder) as (process, url):
            _warm(process, url, token)
            return [_asked(process, url, token, one, chosen.repeat) for one in addresses]


def _brought(url: str, file: Path) -> None:
    """The record of a file, to a server whose schema holds none yet."""
    began = clock.stopwatch()
    with suppress(Conflict):
        postgres.refuse_filled(url)
        postgres.filled(url, file)
        progress(f"the record was brought to the server in {clock.stopwatch() - began:.1f} s")


def _auditor(team: Path) -> str:
    """A token of somebody who may see every page."""
    until, token = clock.machine().timestamp() + 1e6, f"{admission.TOKEN}bench"
    with Ledger(Places(team).ledger, settings.ledger()) as ledger, ledger.transaction():
        for role in ("auditor", "admin", "approver", "ml-engineer", "rows"):
            said = {"name": "bench", "role": role, "model": "*", "expires": None}
            ledger.append("Granted", "*", Actor("bench"), said)
        key = credentials.digest(token)
        if credentials.found(ledger, token, "token", 0) is None:
            credentials.put(ledger, Credential(key, "token", "bench", "b", "", until, until))
    return token


def _addresses(team: Path) -> list[str]:
    """Of every route that shows something, filled with what is in the middle of the record."""
    with Ledger(Places(team).ledger, settings.ledger()) as ledger:
        names = state.models(ledger)
        model = names[len(names) // 2]
        version = state.versions(ledger, model)[-1].number
        incident = state.incidents(ledger, model)[-1].id
    fill = {"model": model, "version": f"v{version}", "number": str(incident)}
    paths = [one.path for one in ROUTES if one.method == "GET" and one.path not in SIDE]
    of_one = tuple(one.path for one in views.OF_ONE)  # a team has them at the address of a model
    some = [one for one in paths if not one.startswith(of_one)]
    return [_filled(one, fill) for one in (*some, *MORE)]


def _filled(path: str, fill: Mapping[str, str]) -> str:
    return re.sub(r"{(\w+)}", lambda match: fill[match[1]], path)


@contextmanager
def _served(folder: Path) -> Iterator[tuple[Popen[str], str]]:
    command = [sys.executable, "-c", MAIN, "control", "--folder", str(folder / "team")]
    with (
        (folder / "log").open("w") as log,
        Popen([*command, "--port", "0"], stdout=PIPE, stderr=log, text=True) as process,
    ):
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().split()[-1]
        finally:
            process.terminate()


def _warm(process: Popen[str], url: str, token: str) -> None:
    """Until every model was read once: that goes on beside the pages, and is not theirs."""
    began = clock.stopwatch()
    while clock.stopwatch() - began < PATIENCE:
        try:
            _, body = _get(url, token, "/index.json")
        except TimeoutError:
            continue
        if all(one["fresh"] for one in msgspec.json.decode(body)["models"]):
            took, cpu = clock.stopwatch() - began, _cpu(process.pid)
            progress(f"every model was read after {took:.1f} s; {cpu:.1f} s of CPU until now")
            return
        time.sleep(1)
    raise SystemExit("models are not read")


def _asked(process: Popen[str], url: str, token: str, address: str, times: int) -> Asked:
    """Once beforehand, so that what is imported only then is not counted."""
    status, _ = _get(url, token, address)
    began, walls = _cpu(process.pid), list[float]()
    for _ in range(times):
        at = clock.stopwatch()
        _get(url, token, address)
        walls.append(1e3 * (clock.stopwatch() - at))
    return Asked(address, status, 1e3 * (_cpu(process.pid) - began) / times, walls)


def _get(url: str, token: str, address: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=120)
    try:
        connection.request("GET", address, headers={"authorization": f"Bearer {token}"})
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        connection.close()


def _cpu(pid: int) -> float:
    """Seconds of a process so far; in hundredths, so that several requests are asked together."""
    words = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / TICK


if __name__ == "__main__":
    main()
