"""From the door's journal to segments, through any kill."""

import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ibis.backends.duckdb import Backend

from mainstay.core import entries, frames, journals
from mainstay.core.entries import Entry
from mainstay.core.errors import Broken
from mainstay.core.nouns import Column
from mainstay.data import journal
from mainstay.data.journal import Brought

FIRST = "requests-00000001.journal"
AT = datetime(2024, 3, 1, 9, tzinfo=UTC)
COLUMNS = (Column("visit", "string"), Column("wait", "int64"))
ANSWER = {"key": "", "decision": True, "score": 0.5, "decided_by": "model", "version": "v1"}


def frame(*visits: str) -> bytes:
    body = {"records": [{"visit": visit, "wait": 3} for visit in visits]}
    reply = {"answers": [ANSWER] * len(visits)}
    said = Entry(AT, 1, msgspec.json.encode(body), 200, msgspec.json.encode(reply))
    return frames.framed(entries.packed(said))


def visits(bench: Backend, folder: Path) -> list[str]:
    table = journal.read(bench, folder, COLUMNS).order_by("mainstay_place")
    return table.to_pyarrow()["visit"].to_pylist()


def test_what_is_appended_is_brought_once(bench: Backend, tmp_path: Path) -> None:
    path, folder = tmp_path / FIRST, tmp_path / "segments"
    path.write_bytes(frame("a", "b") + frame("c"))
    first = journal.brought(path.parent, folder, COLUMNS)
    with path.open("ab") as file:
        file.write(frame("d"))

    again = [journal.brought(path.parent, folder, COLUMNS) for _ in range(2)]

    assert (first, again) == (Brought(2, 3, 0), [Brought(1, 1, 0), Brought(0, 0, 0)])
    assert visits(bench, folder) == ["a", "b", "c", "d"]


@settings(max_examples=25)
@given(
    sizes=st.lists(st.integers(1, 3), min_size=1, max_size=6),
    rows=st.integers(1, 4),
    data=st.data(),
)
def test_rows_survive_any_kill_point(
    bench: Backend,
    tmp_path_factory: pytest.TempPathFactory,
    sizes: list[int],
    rows: int,
    data: st.DataObject,
) -> None:
    folder = tmp_path_factory.mktemp("killed")
    path, segments = folder / FIRST, folder / "segments"
    names = [[f"{at}-{number}" for number in range(size)] for at, size in enumerate(sizes)]
    content = b"".join(frame(*one) for one in names)
    cut = data.draw(st.integers(0, len(content)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal, "ROWS", rows)

        path.write_bytes(content[:cut])
        before = journal.brought(path.parent, segments, COLUMNS)
        (segments / ".draft.parquet").write_bytes(b"torn") if before.rows else None
        path.write_bytes(content)
        after = journal.brought(path.parent, segments, COLUMNS)

    assert visits(bench, segments) == [name for one in names for name in one]
    assert before.rows + after.rows == sum(sizes)


def test_a_journal_that_nobody_wrote_brings_nothing(bench: Backend, tmp_path: Path) -> None:
    assert journal.brought(tmp_path / "none", tmp_path / "s", COLUMNS) == Brought(0, 0, 0)
    assert visits(bench, tmp_path / "s") == []


def test_no_segments_are_an_empty_table_of_the_same_types(bench: Backend, tmp_path: Path) -> None:
    path, folder = tmp_path / FIRST, tmp_path / "segments"
    empty = journal.read(bench, folder, COLUMNS)
    path.write_bytes(frame("a"))
    journal.brought(path.parent, folder, COLUMNS)

    full = journal.read(bench, folder, COLUMNS)

    assert empty.columns == full.columns
    assert empty.count().to_pyarrow().as_py() == 0
    assert [str(kind) for kind in empty.to_pyarrow().schema.types] == [
        str(kind) for kind in full.to_pyarrow().schema.types
    ]


def test_a_column_that_came_later_is_null_before(bench: Backend, tmp_path: Path) -> None:
    path, folder = tmp_path / FIRST, tmp_path / "segments"
    path.write_bytes(frame("a"))
    journal.brought(path.parent, folder, COLUMNS[:1])
    path.write_bytes(frame("a") + frame("b"))
    journal.brought(path.parent, folder, COLUMNS)

    table = journal.read(bench, folder, (*COLUMNS, Column("rain", "float64")))

    found = table.order_by("mainstay_place").to_pyarrow().to_pydict()
    assert (found["wait"], found["rain"]) == ([None, 3], [None, None])


def test_a_column_of_another_type_now_is_read_where_it_can_be(
    bench: Backend, tmp_path: Path
) -> None:
    path, folder = tmp_path / FIRST, tmp_path / "segments"
    path.write_bytes(frame("7") + frame("x"))
    journal.brought(path.parent, folder, COLUMNS)

    table = journal.read(bench, folder, (Column("visit", "int64"),))

    assert table.order_by("mainstay_place").to_pyarrow()["visit"].to_pylist() == [7, None]


def test_a_request_without_records_is_counted_and_passed(bench: Backend, tmp_path: Path) -> None:
    path, folder = tmp_path / FIRST, tmp_path / "segments"
    refused = entries.packed(Entry(AT, 1, b"{}", 422, b'{"errors":[]}'))
    path.write_bytes(frames.framed(refused))

    assert journal.brought(path.parent, folder, COLUMNS) == Brought(1, 0, 1)
    assert journal.brought(path.parent, folder, COLUMNS) == Brought(0, 0, 0)
    assert visits(bench, folder) == []


def test_damage_is_told_and_the_rows_before_it_are_kept(bench: Backend, tmp_path: Path) -> None:
    path, folder = tmp_path / FIRST, tmp_path / "segments"
    sound, hurt = frame("a"), bytearray(frame("b"))
    hurt[-1] ^= 1
    path.write_bytes(sound + hurt + frame("c"))

    with pytest.raises(Broken, match=f"damaged at byte {len(sound)}"):
        journal.brought(path.parent, folder, COLUMNS)
    assert visits(bench, folder) == ["a"]


@pytest.mark.parametrize(
    "payload", [b"\x01", entries.packed(Entry(AT, 1, b'{"records":[{}]}', 200, b"{}"))]
)
def test_a_frame_that_is_no_entry_is_damage(bench: Backend, tmp_path: Path, payload: bytes) -> None:
    path, folder = tmp_path / FIRST, tmp_path / "segments"
    path.write_bytes(frame("a") + frames.framed(payload))

    with pytest.raises(Broken, match=f"damaged at byte {len(frame('a'))}: "):
        journal.brought(path.parent, folder, COLUMNS)
    assert visits(bench, folder) == ["a"]


@pytest.mark.parametrize(
    "content", [b"", frame("a"), frame("a") + frame("x"), frame("z") * 9], ids=len
)
def test_another_journal_than_the_one_brought_is_refused(tmp_path: Path, content: bytes) -> None:
    path, folder = tmp_path / FIRST, tmp_path / "segments"
    path.write_bytes(frame("a") + frame("b"))
    journal.brought(path.parent, folder, COLUMNS)
    path.write_bytes(content)

    with pytest.raises(Broken, match="not the file that was brought before") as caught:
        journal.brought(path.parent, folder, COLUMNS)
    assert caught.value.hint


def test_a_segment_that_is_gone_is_missed(tmp_path: Path) -> None:
    path, folder = tmp_path / FIRST, tmp_path / "segments"
    for content in (frame("a"), frame("a") + frame("b")):
        path.write_bytes(content)
        journal.brought(path.parent, folder, COLUMNS)
    journal.segments(folder)[0].path.unlink()

    with pytest.raises(Broken, match="no rows of the bytes 0 to"):
        journal.segments(folder)


def opened(log: Path, *visits: str) -> int:
    """The handle of a file that a door writes."""
    log.mkdir(exist_ok=True)
    _, handle = journals.created(log)
    os.write(handle, b"".join(map(frame, visits)))
    return handle


def test_a_closed_file_goes_when_all_of_it_was_brought(bench: Backend, tmp_path: Path) -> None:
    log, folder = tmp_path / "log", tmp_path / "segments"
    os.close(opened(log, "a", "b"))
    live, newest = opened(log, "c"), opened(log, "d")

    journal.brought(log, folder, COLUMNS)
    left = [file.number for file in journals.files(log)]
    os.write(live, frame("e"))
    os.close(live)
    os.close(newest)
    journal.brought(log, folder, COLUMNS)

    assert left == [2, 3]
    assert [file.number for file in journals.files(log)] == [3]
    assert visits(bench, folder) == ["a", "b", "c", "e", "d"]
    assert journal.brought(log, folder, COLUMNS) == Brought(0, 0, 0)


def test_a_run_killed_before_it_removed_a_file_brings_nothing_twice(
    bench: Backend, tmp_path: Path
) -> None:
    log, folder = tmp_path / "log", tmp_path / "segments"
    for visit in ("a", "b"):
        os.close(opened(log, visit))
    first = journals.files(log)[0].path
    content = first.read_bytes()
    journal.brought(log, folder, COLUMNS)
    first.write_bytes(content)

    again = journal.brought(log, folder, COLUMNS)

    assert again == Brought(0, 0, 0)
    assert not first.exists()
    assert visits(bench, folder) == ["a", "b"]
