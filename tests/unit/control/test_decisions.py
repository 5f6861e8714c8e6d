"""What was asked about one key and answered to it."""

from pathlib import Path

import msgspec
import pytest
import small_project

from mainstay.control.handle import answer
from mainstay.control.queries import Decisions
from mainstay.core import entries, frames
from mainstay.core.entries import Entry
from mainstay.core.errors import Missing
from mainstay.core.nouns import Column
from mainstay.core.places import Places
from mainstay.data import journal

COLUMNS = tuple(
    Column(name, kind)
    for name, kind in (("visit", "string"), ("patient", "string"), ("wait", "int64"))
)


def answered(folder: Path, *visits: str) -> None:
    """A door answered about visits in turn, and that was brought."""
    log = folder / "log"
    log.mkdir()
    packed = []
    for number, visit in enumerate(visits):
        record = small_project.record(visit=visit, wait=number)
        answers = [{"decision": True, "score": 0.5, "decided_by": "model", "version": "v1"}]
        body, reply = (
            msgspec.json.encode(one) for one in ({"records": [record]}, {"answers": answers})
        )
        at = small_project.END.replace(hour=number)
        packed.append(frames.framed(entries.packed(Entry(at, 1, body, 200, reply))))
    (log / "requests-00000001.journal").write_bytes(b"".join(packed))
    journal.brought(log, Places(folder).journal, COLUMNS)


def test_answers_to_a_key_come_newest_first_with_their_records(as_author: Path) -> None:
    answered(as_author, "a", "b", "a")

    said = answer(as_author, Decisions("a"))

    assert said.headline == "visit a was asked about 2 times; newest first:"
    assert [one["record"]["wait"] for one in said.facts["decisions"]] == [2, 0]
    found = said.facts["decisions"][0]["answer"]
    assert (found["score"], found["version"], found["outcome"]) == (0.5, "v1", "model")
    assert said.facts["decisions"][0]["record"]["patient"] == "p1"
    assert len(answer(as_author, Decisions("a", 1)).lines) == 1
    assert answer(as_author, Decisions("b")).headline.startswith("visit b was asked about once;")


def test_what_the_contract_hides_is_masked_even_where_it_was_written_down(as_author: Path) -> None:
    answered(as_author, "a")
    path = as_author / "contract.yaml"
    hides = "serve: {latency_p99: 10s, journal: {drop: [patient]}}"
    path.write_text(path.read_text().replace("serve: {latency_p99: 10s}", hides))

    said = answer(as_author, Decisions("a"))

    assert said.facts["decisions"][0]["record"]["patient"] == "hidden"
    assert "p1" not in str(said)


def test_a_key_nobody_asked_about_is_missing(as_author: Path) -> None:
    answered(as_author, "a")

    with pytest.raises(Missing, match="knows nothing of visit b"):
        answer(as_author, Decisions("b"))
