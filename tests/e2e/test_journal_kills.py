"""A journal whose files give way to each other, killed again and again while it is brought."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mainstay.core import journals
from mainstay.core.nouns import Column
from mainstay.data import engine as engines
from mainstay.data import journal

KILLS = 6
WRITER = """
import itertools, json, sys
from datetime import UTC, datetime
from pathlib import Path
from mainstay.core.entries import Entry, packed
from mainstay.life.serve.journal import Journal

kept = Journal(Path(sys.argv[1]), every=0.002, largest=3_000)
for number in itertools.count():
    visit = f"{sys.argv[2]}-{number}"
    body = json.dumps({"records": [{"visit": visit}]}).encode()
    said = {"answers": [{"score": 0.5, "decided_by": "model", "version": "v1"}]}
    entry = Entry(datetime(2024, 3, 1, tzinfo=UTC), 1, body, 200, json.dumps(said).encode())
    if kept.kept(kept.add(packed(entry))):
        print(visit, flush=True)
"""


@pytest.mark.slow
def test_what_was_kept_is_brought_once_through_rotations_and_kills(tmp_path: Path) -> None:
    log, folder, columns = tmp_path / "log", tmp_path / "segments", (Column("visit", "string"),)
    chance, promised = random.Random(7), []
    for life in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, log, str(life)], stdout=subprocess.PIPE, text=True
        ) as writer:
            first = writer.stdout.readline()
            end = time.monotonic() + chance.uniform(0.1, 0.4)
            while time.monotonic() < end:
                journal.brought(log, folder, columns)
            writer.kill()
            promised += [first, *writer.stdout.readlines()]
    journal.brought(log, folder, columns)
    engine = engines.connect(tmp_path / "spill")
    found = journal.read(engine, folder, columns).to_pyarrow()["visit"].to_pylist()
    engine.disconnect()

    whole = {line.strip() for line in promised if line.endswith("\n")}
    assert len(found) == len(set(found))
    assert whole <= set(found)
    assert len(whole) > 20 * KILLS
    assert len(found) - len(whole) <= 2 * KILLS  # kept, and killed before it was said
    assert len(journals.files(log)) <= 2
