"""Labels on record."""

from pathlib import Path

import msgspec
import pytest
import small_project
from pyarrow import parquet

from mainstay.control import labelling, project
from mainstay.control.commands import Backup, Labels, NewPseudonyms, Restore, SendLabels
from mainstay.control.handle import handle
from mainstay.core import entries, frames, pseudonyms
from mainstay.core.entries import Entry
from mainstay.core.errors import Conflict, Missing, Mistake
from mainstay.core.nouns import Column, Event
from mainstay.core.places import Places
from mainstay.data import engine, journal, labels

HEAD = "visit,missed,known_at\n"
FIRST = HEAD + "v1,true,2024-02-01T00:00:00Z\nv2,false,2024-02-01T00:00:00Z\n"


def events(folder: Path) -> list[Event]:
    with project.opened(folder) as opened:
        return list(opened.ledger.events(kind="LabelsReceived", subject="no-show"))


def received(folder: Path, text: str) -> object:
    (folder / "late.csv").write_text(text)
    return handle(folder, Labels("late.csv"))


def test_labels_are_counted_kept_and_recorded(as_author: Path) -> None:
    received(as_author, FIRST)

    said = received(
        as_author,
        HEAD
        + "".join(f"{one},2024-02-02T00:00:00Z\n" for one in ("v1,false", "v2,false", "v3,true")),
    )

    assert said.headline == "Received 3 labels: 1 new, 1 repeated, 1 corrected."
    first, second = events(as_author)
    assert second.payload == {
        "digest": said.facts["digest"], "key": "visit", "label": "missed",
        "rows": 3, "new": 1, "repeated": 1, "corrected": 1, "contradicting": 0,
    }  # fmt: skip
    kept = {path.stem for path in Places(as_author).labels.iterdir()}
    assert kept == {one.payload["digest"] for one in (first, second)}


def test_keys_with_two_labels_at_once_are_counted_and_told(as_author: Path) -> None:
    said = received(as_author, FIRST + "v1,false,2024-02-01T00:00:00Z\n")

    assert said.facts["contradicting"] == 1
    assert "▲ 1 keys have two labels by the same time: neither counts" in said.lines


def test_the_same_file_twice_is_nothing_new(as_author: Path) -> None:
    received(as_author, FIRST)

    said = received(as_author, FIRST)

    assert said.headline == "Nothing new: 2 labels, all received before."
    assert said.facts["unchanged"]
    assert len(events(as_author)) == 1


def answered(folder: Path, visit: str) -> None:
    """A door answered about a visit, and that was brought."""
    body = msgspec.json.encode({"records": [small_project.record(visit=visit)]})
    answers = [{"decision": True, "score": 0.5, "decided_by": "model", "version": "v1"}]
    entry = Entry(small_project.END, 1, body, 200, msgspec.json.encode({"answers": answers}))
    log = folder / "log"
    log.mkdir()
    (log / "requests-00000001.journal").write_bytes(frames.framed(entries.packed(entry)))
    journal.brought(log, Places(folder).journal, (Column("visit", "string"),))


def test_keys_the_journal_does_not_know_are_a_warning(as_author: Path) -> None:
    answered(as_author, "v1")

    said = received(as_author, FIRST)

    assert said.lines == ("▲ 1 of their keys are not in the journal",)
    assert said.facts["unknown"] == 1


def test_a_file_laid_beside_them_by_hand_is_nothing(as_author: Path) -> None:
    received(as_author, FIRST)
    (one,) = Places(as_author).labels.iterdir()
    one.with_stem("0" * 64).write_bytes(one.read_bytes())

    with project.opened(as_author) as opened:
        stated = labelling.shape(opened)
        kept = labelling.kept(opened, stated)

    assert kept.files == (one.stem,)
    seen = labels.visible(engine.connect(), stated, kept, small_project.END)
    assert seen.count().to_pyarrow().as_py() == 2


def test_labels_travel_with_a_backup(as_author: Path, tmp_path: Path) -> None:
    received(as_author, FIRST)
    handle(as_author, Backup(str(tmp_path / "copy")))
    (as_author / ".mainstay").rename(tmp_path / "gone")

    handle(as_author, Restore(str(tmp_path / "copy")))

    assert received(as_author, FIRST).facts["unchanged"]


def test_before_a_version_there_is_nothing_to_label(tmp_path: Path) -> None:
    folder = small_project.written(tmp_path / "fresh")

    with pytest.raises(Missing, match="no version yet"):
        received(folder, FIRST)


def test_a_version_of_other_decisions_has_no_labels_here(as_author: Path) -> None:
    stated = as_author / "contract.yaml"
    stated.write_text(stated.read_text().replace("data/visits.parquet", "data/others.parquet"))

    with pytest.raises(Missing, match=r"v1 was not built from data/others\.parquet"):
        received(as_author, FIRST)


def test_labels_that_came_meanwhile_are_not_overlooked(
    as_author: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    received_alone = labels.received

    def another_is_faster(*arguments: object) -> labels.Received:
        payload = {"digest": "0" * 64, "key": "visit", "label": "missed"}
        with project.opened(as_author) as opened:
            opened.ledger.append("LabelsReceived", "no-show", opened.actor, payload)
        return received_alone(*arguments)

    monkeypatch.setattr(labels, "received", another_is_faster)

    with pytest.raises(Conflict, match="meanwhile"):
        received(as_author, FIRST)


def test_keys_that_the_journal_hides_are_kept_as_pseudonyms_and_still_join(as_author: Path) -> None:
    path = as_author / "contract.yaml"
    path.write_text(
        path.read_text().replace("latency_p99: 10s", "journal: {pseudonymise: [visit]}")
    )
    with pytest.raises(Missing, match="no key of pseudonyms") as caught:
        received(as_author, FIRST)
    handle(as_author, NewPseudonyms())
    secret = pseudonyms.read(as_author / "keys")
    answered(as_author, pseudonyms.of_text(secret, "v1"))

    first, again = received(as_author, FIRST), received(as_author, FIRST)

    assert "mainstay key pseudonyms" in caught.value.hint
    assert first.facts["unknown"] == 1  # v2 was never asked about; v1 joins
    assert again.facts["unchanged"]
    (kept,) = Places(as_author).labels.iterdir()
    assert sorted(parquet.read_table(kept)["visit"].to_pylist()) == sorted(
        pseudonyms.of_text(secret, one) for one in ("v1", "v2")
    )


def test_labels_that_are_sent_count_like_a_file_and_leave_none(as_author: Path) -> None:
    said = handle(as_author, SendLabels("../../late.csv", FIRST.encode()))

    assert said.headline.startswith("Received 2 labels: 2 new")
    assert list(Places(as_author).work.glob("labels-*")) == []
    assert not (as_author.parent / "late.csv").exists()
    assert received(as_author, FIRST).facts["unchanged"]


@pytest.mark.parametrize("name", ["late.db", "late", "late.csv/../x.sqlite", "late.csv#hourly", ""])
def test_a_database_that_somebody_sent_is_never_opened(as_author: Path, name: str) -> None:
    with pytest.raises(Mistake, match=r"labels are sent as \.csv, \.parquet, \.jsonl"):
        handle(as_author, SendLabels(name, FIRST.encode()))
