"""kill -9 while a stream is landed and put together: no row is lost or doubled, at no time.

The harness counts only because it catches what is planted: a writer that keeps offsets after rows,
and one that removes batches before the file that stands for them has its name.
"""

import json
import os
import random
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import feeds
import pytest
import stores
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic
from feeds import Feed
from forked import Forked, forked

from mainstay.core.errors import Broken
from mainstay.data.silos import compacted, landed

KILLS = int(os.environ.get("MAINSTAY_TEST_KILLS", "10"))
MUTANTS = 3
ROWS = 400
NAMES = count()
PROGRAM = """
import os, sys
from pathlib import Path
from mainstay.data.silos import elsewhere, kafka, landed
kafka.MOST, landed.LOOSE, landed.GRACE = 10, 3, 0
{mutant}
os.write(1, b"ready\\n")
elsewhere.found(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[2]) / "staged")
os.write(1, b"done\\n")
"""
MUTANT = """
import json, time
whole = landed._put
def in_two(folder, number, one):
    before = landed.offsets(folder)
    whole(folder, number, one._replace(next=before))
    os.write(1, b"half\\n")
    time.sleep(0.02)
    (folder / f"{number:09}" / landed.OFFSETS).write_text(json.dumps(one.next))
landed._put = in_two
"""
REMOVER = """
import shutil, time
whole = landed._name
def too_early(draft, name, next_):
    if "-" in name:
        first, last = map(int, name.split("-"))
        for path in sorted(landed._named(draft.parent)):
            if first <= landed._span(path)[0] and landed._span(path)[1] <= last:
                shutil.rmtree(path)
                os.write(1, b"half\\n")
                time.sleep(0.02)
    whole(draft, name, next_)
landed._name = too_early
"""
pytestmark = pytest.mark.slow


@pytest.fixture(params=["feed", "kafka"])
def address(request: pytest.FixtureRequest) -> str:
    """Of a stream of ROWS rows that are there already."""
    found: str = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def feed() -> Iterator[str]:
    made = Feed(most=10)
    made.add(*({"id": number} for number in range(ROWS)))
    with feeds.served(made) as place:
        yield place


@pytest.fixture
def kafka(tmp_path: Path) -> Iterator[str]:
    with stores.kafka() as broker:
        admin = AdminClient({"bootstrap.servers": broker})
        admin.create_topics([NewTopic("visits", 3, 1)])["visits"].result(30)
        # this broker tells the end of a partition by its batches, counting each as one row
        producer = Producer({"bootstrap.servers": broker, "batch.num.messages": 1})
        for number in range(ROWS):
            producer.produce("visits", json.dumps({"id": number}), partition=number % 3)
        assert producer.flush(30) == 0
        yield f"kafka://{broker}/visits"


def begun(address: str, folder: Path, mutant: str = "") -> Forked:
    command = forked(PROGRAM.format(mutant=mutant), address, str(folder))
    assert command.stdout.readline() == "ready\n"
    return command


def ids(folder: Path) -> list[int]:
    """Of all rows that are visible."""
    (stream,) = (folder / "streams").iterdir()
    kept = (row for batch in landed.landed(stream) for _, row in compacted.rows(batch))
    return [json.loads(row)["id"] for row in kept]


def is_wrong(folder: Path) -> bool:
    """Whether rows are lost or there twice."""
    try:
        return sorted(ids(folder)) != list(range(ROWS))
    except Broken:
        return True


def test_no_row_is_lost_or_doubled_however_often_a_reader_is_killed(
    address: str, tmp_path: Path
) -> None:
    chance, kills, last = random.Random(7), 0, tmp_path
    for trial in range(KILLS):
        last = tmp_path / str(trial // 10)  # ten kills on the way to one whole stream
        last.mkdir(exist_ok=True)
        command = begun(address, last)
        time.sleep(chance.uniform(0, 0.5))
        command.process.kill()
        kills += "done" not in command.rest()
        if (last / "streams").exists():
            seen = ids(last)
            assert len(seen) == len(set(seen))

    # a broker that many were killed at may take its time
    assert any("done" in begun(address, last).rest() for _ in range(4))
    assert sorted(ids(last)) == list(range(ROWS))
    assert any("-" in path.name for path in (last / "streams").glob("*/0*"))
    assert kills >= KILLS // 3


@pytest.mark.parametrize("mutant", [MUTANT, REMOVER], ids=["offsets", "removed"])
def test_a_writer_of_two_steps_is_caught(address: str, tmp_path: Path, mutant: str) -> None:
    caught = 0
    for trial in range(MUTANTS):
        folder = tmp_path / str(trial)
        folder.mkdir()
        command = begun(address, folder, mutant)
        assert command.stdout.readline() == "half\n"
        command.process.kill()
        command.rest()
        begun(address, folder).rest()
        caught += is_wrong(folder)

    assert caught
