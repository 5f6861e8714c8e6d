"""kill -9 while a control plane does what it is asked over HTTP: nothing acknowledged is lost.

The harness counts only because it catches the mutant that is planted in the same process.
"""

import http.client
import json
import random
import threading
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import small_project
from asking import given
from forked import forked

from mainstay.ledger.store import Ledger
from mainstay.ledger.verify import verify

HEARD = 5
"""Acknowledgements before each kill, at least."""
GOOD = ""
EARLY = """
import asyncio
from mainstay.core.answers import Answer
from mainstay.web import api, app, routes
from mainstay.web.visit import aside

async def early(visit):
    command = await api._decoded(visit, api._COMMANDS)
    async def later():
        await asyncio.sleep(0.05)
        await aside(visit.place.act, visit.place.folder, command, visit.asker)
    tasks.append(asyncio.ensure_future(later()))
    return api.replied(Answer("done"))

tasks = []
app.ROUTES = tuple(
    one._replace(endpoint=early) if one.path == "/api/commands" else one for one in routes.ROUTES
)
"""
MAIN = """
import os, sys
os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
sys.argv = ["mainstay", "control", *sys.argv[1:]]
from mainstay.cli.main import main
main()
"""


class Harness:
    """Kills servers of one project while four people ask, and says what is wrong afterwards."""

    def __init__(self, folder: Path, mutant: str) -> None:
        self.folder, self.program = folder, mutant + MAIN
        folder.mkdir()
        (folder / "contract.yaml").write_text(small_project.CONTRACT)
        self.token = given(folder, "ada", "admin")
        self.random = random.Random(7)
        self.acknowledged: set[str] = set()

    def kill(self, cycle: int) -> None:
        keys = {"MAINSTAY_KEYS": str(self.folder / "keys")}
        words = "--folder", str(self.folder), "--port", "0"
        command = forked(self.program, *words, variables=keys)
        url = command.stdout.readline().split()[-1]
        threads = [
            threading.Thread(target=self.ask, args=(url, f"c{cycle}-{one}")) for one in range(4)
        ]
        for one in threads:
            one.start()
        heard, until = len(self.acknowledged), time.monotonic() + 20
        time.sleep(self.random.random() * 0.3)
        while len(self.acknowledged) < heard + HEARD and time.monotonic() < until:
            time.sleep(0.002)  # a machine may be busy with others
        command.process.kill()
        command.rest()
        for one in threads:
            one.join()

    def ask(self, url: str, name: str) -> None:
        """Until the server is gone; what it said is done is remembered."""
        parts = urlsplit(url)
        shown = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        with closing(http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)) as asking:
            for number in range(10_000):
                value = {"type": "people_grant", "name": f"{name}-{number}", "role": "viewer"}
                try:
                    asking.request("POST", "/api/commands", json.dumps(value), shown)
                    reply = asking.getresponse()
                    reply.read()
                except (OSError, http.client.HTTPException):
                    return
                if reply.status == 200:
                    self.acknowledged.add(value["name"])

    def violations(self) -> list[str]:
        with Ledger(self.folder / ".mainstay" / "ledger.db") as ledger:
            done = [event.payload["name"] for event in ledger.events(kind="Granted")]
            flaws = [str(flaw) for flaw in verify(ledger)]
        lost = [f"{name} was acknowledged and is lost" for name in self.acknowledged - set(done)]
        twice = [f"{name} stands there twice" for name in set(done) if done.count(name) > 1]
        return flaws + lost + twice


@pytest.mark.slow
def test_six_kills_lose_no_decision(tmp_path: Path) -> None:
    harness = Harness(tmp_path / "p", GOOD)

    for cycle in range(6):
        harness.kill(cycle)
        assert harness.violations() == [], f"after kill {cycle}"

    assert len(harness.acknowledged) >= 20


@pytest.mark.slow
def test_the_harness_catches_who_acknowledges_too_early(tmp_path: Path) -> None:
    harness = Harness(tmp_path / "p", EARLY)

    for cycle in range(8):
        harness.kill(cycle)
        if harness.violations():
            return

    pytest.fail("8 kills did not catch an acknowledgement before its commit")
