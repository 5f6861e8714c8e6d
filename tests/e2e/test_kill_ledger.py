"""kill -9 while a process stores blobs and appends events: nothing acknowledged is lost or torn.

The harness counts only because it catches every mutant planted in the same work.
"""

import random
import time
from pathlib import Path

import pytest
from forked import forked

from mainstay.ledger.store import Ledger
from mainstay.ledger.verify import verify

WRITER = """
import itertools, os, random, sys, time
from functools import partial
from pathlib import Path
from mainstay.core.nouns import Actor
from mainstay.core import durable
from mainstay.ledger import blobs, database, projections
from mainstay.ledger.store import Ledger

def acknowledge(key):
    os.write(1, (key + "\\n").encode())

def append(ledger, key, sha):
    payload = {"key": key, "result": {"rows": 1}, "blobs": [sha]}
    return ledger.append("StepDone", "m", Actor("alice"), payload)

def work(ledger, key, content):
    append(ledger, key, blobs.stored(ledger.blobs, content))
    acknowledge(key)
"""
LOOP = """
seed = sys.argv[2]
generator = random.Random(seed)
with Ledger(Path(sys.argv[1]) / "ledger.db", sys.argv[3]) as ledger:
    for number in itertools.count():
        work(ledger, f"{seed}-{number}", generator.randbytes(generator.randint(1, 200_000)))
"""
MUTANTS = {
    "acknowledged before it is committed": """
def work(ledger, key, content):
    sha = blobs.stored(ledger.blobs, content)
    with ledger.transaction():
        append(ledger, key, sha)
        acknowledge(key)
        time.sleep(0.003)
""",
    "the event before its blob": """
blobs.missing = lambda folder, payload: ()
def work(ledger, key, content):
    append(ledger, key, blobs.digest.of_bytes(content))
    blobs.stored(ledger.blobs, content)
    acknowledge(key)
""",
    "a blob written in place": """
def write(path, content):
    with path.open("wb", buffering=0) as file:
        for start in range(0, len(content), 4096):
            file.write(content[start : start + 4096])
            time.sleep(0.0003)
durable.write = write
""",
    "the state in a second transaction": """
Ledger._follow = lambda ledger, event: None
def work(ledger, key, content):
    event = append(ledger, key, blobs.stored(ledger.blobs, content))
    with ledger.transaction():
        projections.apply(event, partial(database.change, ledger._connection))
    acknowledge(key)
""",
}


class Harness:
    """Kills writers in one folder and says what is wrong afterwards. url: of a server, or empty."""

    def __init__(self, folder: Path, mutant: str = "", url: str = "") -> None:
        self.folder, self.url = folder, url
        self.program = WRITER + mutant + LOOP
        self.random = random.Random(7)
        self.acknowledged: set[str] = set()

    def kill(self, cycle: int) -> None:
        """Start a writer, let it work for a moment, kill it, remember what it acknowledged."""
        writer = forked(self.program, str(self.folder), str(cycle), self.url)
        first = writer.stdout.readline()
        time.sleep(self.random.random() ** 2 * 0.06)
        writer.process.kill()
        self.acknowledged.update((first + writer.rest()).splitlines())

    def violations(self) -> list[str]:
        with Ledger(self.folder / "ledger.db", self.url) as ledger:
            done = [event.payload["key"] for event in ledger.events()]
            flaws = [str(flaw) for flaw in verify(ledger)]
        lost = [f"{key} was acknowledged and is lost" for key in self.acknowledged - set(done)]
        twice = [f"{key} stands there twice" for key in set(done) if done.count(key) > 1]
        return flaws + lost + twice


@pytest.mark.slow
def test_thirty_kills_lose_nothing(tmp_path: Path) -> None:
    harness = Harness(tmp_path)

    for cycle in range(30):
        harness.kill(cycle)
        assert harness.violations() == [], f"after kill {cycle}"

    assert len(harness.acknowledged) >= 30


@pytest.mark.slow
def test_on_a_server_they_lose_nothing_either(tmp_path: Path, server: str) -> None:
    harness = Harness(tmp_path, url=f"{server}?schema=kills")

    for cycle in range(10):
        harness.kill(cycle)
    assert harness.violations() == []

    assert len(harness.acknowledged) >= 10


@pytest.mark.slow
@pytest.mark.parametrize("mutant", ["acknowledged before it is committed"])
def test_what_is_planted_on_a_server_is_caught(tmp_path: Path, server: str, mutant: str) -> None:
    harness = Harness(tmp_path, MUTANTS[mutant], f"{server}?schema=planted_kills")

    for cycle in range(40):
        harness.kill(cycle)
        if harness.violations():
            return

    pytest.fail(f"40 kills did not catch: {mutant}")


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_harness_catches_what_is_planted(tmp_path: Path, mutant: str) -> None:
    harness = Harness(tmp_path, MUTANTS[mutant])

    for cycle in range(40):
        harness.kill(cycle)
        if harness.violations():
            return

    pytest.fail(f"40 kills did not catch: {mutant}")
