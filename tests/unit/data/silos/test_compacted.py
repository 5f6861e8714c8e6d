import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mainstay.data import engine, source
from mainstay.data.silos import compacted, landed
from mainstay.data.silos.landed import Offsets, Pulled
from mainstay.data.source import STRETCH, Moment, Reader

Row = dict[str, Any]
PLAIN: list[list[Row]] = [
    [{"id": 1, "seen": "2020-01-01T06:00:00+01:00", "day": "2020-01-01", "n": 1}],
    [{"id": 2, "seen": "2020-01-02T06:00:00+01:00", "n": None, "on": True}],
    [{"id": 3, "s": {"a": 1}, "l": [1]}, {}],
]
LATER: dict[str, list[Row]] = {
    "the same": [{"id": 4, "n": 2}],
    "nothing but empty": [{"id": 4, "n": None}],
    "a number with a fraction": [{"id": 4, "n": 2.50}],
    "a column for the first time": [{"id": 4, "late": "x"}],
    "text where a number was": [{"id": 4, "n": "1.50"}],
    "text where a time was": [{"id": 4, "seen": "never"}],
    "another key inside": [{"id": 4, "s": {"b": 2}}],
    "a list of others": [{"id": 4, "l": [0.5]}],
    "a key in another case": [{"ID": 4}],
}


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landed, "LOOSE", 2)


def folder(place: Path, batches: list[list[Row]]) -> Path:
    """Where these have landed, the newest beyond what was put together."""

    def pull(begin: Offsets) -> Iterator[Pulled]:
        for at in range(int(begin.get("at", 0)), len(batches)):
            yield Pulled(tuple(json.dumps(row).encode() for row in batches[at]), {"at": at + 1})

    landed.land(place, pull)
    return place


def whole(place: Path) -> list[Path]:
    return [file for batch in landed.landed(place) for file in compacted.files(batch)]


def read(files: list[Path]) -> tuple[dict[str, str], list[Row]]:
    """Types and rows, of the files that a stream consists of."""
    table = source._read(engine.connect(), files, ())
    found: list[Row] = table.to_pyarrow().to_pylist()
    return {name: str(kind) for name, kind in table.schema().items()}, found


def as_it_came(
    place: Path, batches: list[list[Row]], monkeypatch: pytest.MonkeyPatch
) -> list[Path]:
    monkeypatch.setattr(landed, "LOOSE", 1000)
    return whole(folder(place, batches))


@pytest.mark.parametrize("later", LATER.values(), ids=LATER)
def test_values_and_types_are_those_of_one_reading(
    tmp_path: Path, later: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder(tmp_path / "a", PLAIN)
    assert [file.name for file in whole(tmp_path / "a")] == [compacted.NAME]
    files = whole(folder(tmp_path / "a", [*PLAIN, later]))

    assert read(files) == read(as_it_came(tmp_path / "b", [*PLAIN, later], monkeypatch))


def test_what_a_type_alone_does_not_tell_stays_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches: list[list[Row]] = [[{"id": 1, "ID": 2}]] * 4
    files = whole(folder(tmp_path / "a", batches))

    assert {file.suffix for file in files} == {".jsonl"}
    assert read(files) == read(as_it_came(tmp_path / "b", batches, monkeypatch))


@pytest.mark.parametrize("said", ["01-02-2013", "13-02-01", "01-02-2013 07:00:00"])
def test_what_is_no_iso_day_is_text_and_put_together(
    tmp_path: Path, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches: list[list[Row]] = [[{"day": said, "seen": "2013-02-01"}]] * 4
    files = whole(folder(tmp_path / "a", batches))

    assert compacted.is_one(files)
    kinds, rows = read(files)
    assert kinds == {"day": "string", "seen": "date"}
    assert {row["day"] for row in rows} == {said}
    assert read(as_it_came(tmp_path / "b", batches, monkeypatch)) == (kinds, rows)


def test_days_of_which_one_is_not_iso_are_text(tmp_path: Path) -> None:
    folder(tmp_path, PLAIN)
    files = whole(folder(tmp_path, [*PLAIN, [{"id": 4, "day": "01-02-2013"}]]))

    days = [row["day"] for row in read(files)[1] if row["day"]]
    assert days == ["2020-01-01", "01-02-2013"]


def test_what_came_is_kept_with_its_batch(tmp_path: Path) -> None:
    batches: list[list[Row]] = [[{"x": 1.50, "y'\"": "\n"}], [{}], [], [{"x": None}]]

    folder(tmp_path, batches)

    kept = [row for batch in landed.landed(tmp_path) for row in compacted.rows(batch)]
    names = ["000000001", "000000002", "000000004"]
    assert kept == [
        (name, json.dumps(row))
        for name, row in zip(names, (row for rows in batches for row in rows), strict=True)
    ]


def test_batches_without_a_row_are_put_together_too(tmp_path: Path) -> None:
    place = folder(tmp_path, [[], [], [], [], [{"id": 1}]])

    assert read(whole(place))[1] == [{"id": 1}]


def test_files_of_many_are_put_together_again(tmp_path: Path) -> None:
    place = folder(tmp_path, [[{"id": number}] for number in range(40)])

    assert len(whole(place)) <= 2 * landed.LOOSE + 1
    assert [row["id"] for row in read(whole(place))[1]] == list(range(40))


def test_a_row_keeps_the_batch_it_came_with(
    tmp_path: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = folder(tmp_path, [*PLAIN, [{"id": 4}]])
    monkeypatch.setattr(source, "_paths", lambda *_: whole(place))
    table = source._read(engine.connect(), whole(place), ())

    found = source.stretched(reader, source.Source(table, "", "kafka://x/y"), (Moment("seen"),))

    seen = found.to_pyarrow().select(["id", STRETCH]).to_pylist()
    assert {one["id"]: one[STRETCH] for one in seen if one["id"]} == {
        number: f"00000000{number}/rows.jsonl" for number in range(1, 5)
    }
