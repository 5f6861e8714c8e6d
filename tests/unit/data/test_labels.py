"""Labels as they arrive: late, twice, corrected or wrong."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import small_project
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ibis.backends.duckdb import Backend

from mainstay.contract import document
from mainstay.contract.model import Contract
from mainstay.core.errors import Missing, Mistake
from mainstay.core.nouns import Column
from mainstay.data import labels
from mainstay.data.labels import Kept, Received, Shape
from mainstay.data.source import Reader

NOW = datetime(2024, 3, 10, tzinfo=UTC)
DAY = timedelta(days=1)
COLUMNS = (Column("visit", "string"), Column("missed", "boolean"))


def contract(task: str = "binary") -> Contract:
    read = document.parsed(small_project.CONTRACT.encode(), Path("contract.yaml")).contract
    changed = read.objective.model_copy(update={"task": task})
    return read.model_copy(update={"objective": changed})


@pytest.fixture
def shape() -> Shape:
    return labels.shape(contract(), COLUMNS)


class Desk:
    """Takes files in, one after another."""

    def __init__(self, bench: Backend, reader: Reader, shape: Shape) -> None:
        self.bench, self.reader, self.shape = bench, reader, shape
        self.kept = Kept(reader.base / "labels", ())

    def takes(self, *said: tuple[str, bool, datetime], now: datetime = NOW) -> Received:
        visits, missed, known_at = zip(*said, strict=True)
        rows = {"visit": visits, "missed": missed, "known_at": known_at}
        pq.write_table(pa.table(rows), self.reader.base / "labels.parquet")
        return self.file("labels.parquet", now)

    def file(self, address: str, now: datetime = NOW) -> Received:
        said = labels.opened(self.reader, address, self.shape, now)
        found = labels.received(said, self.bench, self.shape, self.kept)
        if found.digest:
            self.kept = self.kept._replace(files=(*self.kept.files, found.digest))
        return found

    def knows(self, now: datetime = NOW) -> dict[str, tuple[bool, datetime]]:
        table = labels.visible(self.bench, self.shape, self.kept, now).to_pyarrow()
        names = ("visit", "missed", "known_at")
        return {visit: (missed, at) for visit, missed, at in zip(
            *(table[name].to_pylist() for name in names), strict=True)}  # fmt: skip


@pytest.fixture
def desk(bench: Backend, reader: Reader, shape: Shape) -> Desk:
    return Desk(bench, reader, shape)


def counts(found: Received) -> tuple[int, int, int, int]:
    return found[1:5]


def test_before_any_labels_there_is_an_empty_table_of_their_types(desk: Desk) -> None:
    table = labels.visible(desk.bench, desk.shape, desk.kept, NOW)

    assert [str(table[name].type()) for name in ("visit", "missed")] == ["string", "boolean"]
    assert table.columns == ("visit", "missed", "known_at")
    assert table.count().to_pyarrow().as_py() == 0


def test_labels_are_seen_from_when_they_were_known(desk: Desk) -> None:
    found = desk.takes(("a", True, NOW - 2 * DAY), ("b", False, NOW))

    assert counts(found) == (2, 2, 0, 0)
    assert desk.knows() == {"a": (True, NOW - 2 * DAY), "b": (False, NOW)}
    assert desk.knows(NOW - DAY) == {"a": (True, NOW - 2 * DAY)}


def test_the_same_row_again_is_repeated_and_keeps_nothing(desk: Desk) -> None:
    desk.takes(("a", True, NOW - DAY))

    found = desk.takes(("a", True, NOW - DAY), ("a", True, NOW - DAY))

    assert found == Received("", 2, 0, 2, 0)
    assert desk.knows() == {"a": (True, NOW - DAY)}


def test_the_same_label_by_another_time_is_repeated_and_known_since_the_first(desk: Desk) -> None:
    desk.takes(("a", True, NOW - DAY))

    found = desk.takes(("a", True, NOW), ("a", True, NOW - 2 * DAY))

    assert counts(found) == (2, 0, 2, 0)
    assert desk.knows() == {"a": (True, NOW - 2 * DAY)}


def test_a_file_without_times_keeps_only_what_it_changes(desk: Desk) -> None:
    (desk.reader.base / "all.csv").write_text("visit,missed\na,1\nb,1\n")
    desk.file("all.csv", NOW - DAY)
    (desk.reader.base / "all.csv").write_text("visit,missed\na,1\nb,0\n")

    found = desk.file("all.csv")

    assert counts(found) == (2, 0, 1, 1)
    assert desk.knows() == {"a": (True, NOW - DAY), "b": (False, NOW)}


def test_a_later_label_corrects_an_earlier_one(desk: Desk) -> None:
    desk.takes(("a", True, NOW - 2 * DAY), ("b", True, NOW - 2 * DAY))

    found = desk.takes(("a", False, NOW - DAY), ("c", True, NOW))

    assert counts(found) == (2, 1, 0, 1)
    assert desk.knows()["a"] == (False, NOW - DAY)
    assert desk.knows(NOW - 2 * DAY)["a"] == (True, NOW - 2 * DAY)


def test_an_older_label_that_comes_late_does_not_win(desk: Desk) -> None:
    desk.takes(("a", True, NOW - DAY))

    found = desk.takes(("a", False, NOW - 2 * DAY))

    assert counts(found) == (1, 0, 0, 1)
    assert desk.knows() == {"a": (True, NOW - DAY)}


def test_one_file_may_correct_itself_and_go_back(desk: Desk) -> None:
    found = desk.takes(
        ("a", True, NOW - 3 * DAY), ("a", True, NOW - 2.5 * DAY),
        ("a", False, NOW - 2 * DAY), ("a", True, NOW - DAY),
    )  # fmt: skip

    assert counts(found) == (4, 1, 1, 2)
    assert desk.knows(NOW - 2 * DAY)["a"][0] is False
    assert desk.knows()["a"] == (True, NOW - DAY)


def test_of_two_labels_by_the_same_time_neither_counts_until_a_later_one(desk: Desk) -> None:
    desk.takes(("a", True, NOW - 2 * DAY), ("b", True, NOW - 2 * DAY))

    found = desk.takes(("a", False, NOW - 2 * DAY), ("b", False, NOW - DAY))
    torn = desk.knows()
    desk.takes(("a", False, NOW))

    assert found.contradicting == 1
    assert torn == {"b": (False, NOW - DAY)}
    assert desk.knows()["a"] == (False, NOW)


def test_what_each_moment_says_of_its_key_is_told(desk: Desk) -> None:
    desk.takes(("a", True, NOW - 3 * DAY), ("b", True, NOW - 2 * DAY), ("b", False, NOW - 2 * DAY))
    desk.takes(("a", False, NOW - 2 * DAY), ("a", False, NOW - DAY), ("b", False, NOW - DAY))

    said = labels.said(desk.bench, desk.shape, desk.kept, NOW - DAY)

    rows = said.order_by(["visit", "known_at"]).to_pyarrow()[labels.SAYS].to_pylist()
    assert rows == ["new", "corrected", "repeated", "contradicted", "new"]


MOMENTS = st.sampled_from([NOW - n * DAY for n in range(4)])
SAID = st.lists(st.tuples(st.sampled_from("ab"), st.booleans(), MOMENTS), min_size=1, max_size=7)


def by_hand(rows: Iterable[tuple[str, bool, datetime]]) -> dict[str, tuple[bool, datetime]]:
    """The rule itself, row by row in the order of time."""
    found: dict[str, tuple[bool, datetime] | None] = {}
    said = sorted(set(rows), key=lambda one: one[2])
    for (key, at), group in groupby(
        sorted(said, key=lambda one: (one[0], one[2])), lambda one: (one[0], one[2])
    ):
        of_moment, before = {label for _, label, _ in group}, found.get(key)
        if len(of_moment) == 1 and before is not None and before[0] in of_moment:
            continue
        found[key] = (of_moment.pop(), at) if len(of_moment) == 1 else None
    return {key: one for key, one in found.items() if one}


@pytest.mark.slow
@given(rows=SAID, data=st.data())
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order_and_partition_of_the_same_rows_gives_the_same_labels(
    desk: Desk, rows: list[tuple[str, bool, datetime]], data: st.DataObject
) -> None:
    again = data.draw(
        st.permutations([*rows, *data.draw(st.lists(st.sampled_from(rows), max_size=3))])
    )
    cuts = sorted({0, len(again), *data.draw(st.lists(st.integers(0, len(again)), max_size=3))})
    desk.kept = desk.kept._replace(files=())

    for since, until in pairwise(cuts):
        desk.takes(*again[since:until])

    assert desk.knows() == by_hand(rows)
    early = NOW - 2 * DAY
    assert desk.knows(early) == by_hand(one for one in rows if one[2] <= early)
    assert not desk.takes(*rows).digest


def test_a_file_that_is_not_named_is_nothing_and_one_that_is_gone_is_missed(desk: Desk) -> None:
    desk.takes(("a", True, NOW))
    (file,) = desk.kept.folder.glob("*.parquet")

    unnamed = labels.visible(desk.bench, desk.shape, desk.kept._replace(files=()), NOW)
    assert unnamed.count().to_pyarrow().as_py() == 0
    file.unlink()
    with pytest.raises(Missing):
        desk.knows()


def test_csv_keeps_the_zeros_of_a_text_key_and_times_without_column_are_now(desk: Desk) -> None:
    (desk.reader.base / "late.csv").write_text("visit,missed\n007,1\n008,0\n")

    desk.file("late.csv")

    assert desk.knows() == {"007": (True, NOW), "008": (False, NOW)}


def test_csv_times_may_carry_a_zone(desk: Desk) -> None:
    text = "visit,missed,known_at\n007,true,2024-03-09T01:00:00+01:00\n"
    (desk.reader.base / "late.csv").write_text(text)

    desk.file("late.csv")

    assert desk.knows() == {"007": (True, NOW - DAY)}


def test_json_lines_are_read(desk: Desk) -> None:
    text = '{"visit":"v1","missed":true,"known_at":"2024-03-09T00:00:00Z"}\n'
    (desk.reader.base / "late.jsonl").write_text(text)

    desk.file("late.jsonl")

    assert desk.knows() == {"v1": (True, NOW - DAY)}


def test_a_table_of_a_database_is_read(desk: Desk) -> None:
    with closing(sqlite3.connect(desk.reader.base / "late.db")) as connection:
        connection.execute("CREATE TABLE outcomes (visit TEXT, missed INTEGER)")
        connection.execute("INSERT INTO outcomes VALUES ('v1', 1)")
        connection.commit()

    desk.file("sqlite:///late.db#outcomes")

    assert desk.knows() == {"v1": (True, NOW)}


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        ("vist,missed\na,1\n", "has no column visit", "did you mean vist?"),
        ("visit,mised\na,1\n", "has no column missed", "did you mean mised?"),
        ("visit,missed,know_at\na,1,x\n", "has a column know_at", "did you mean known_at?"),
        ("visit,missed\n,1\nb,1\n", "1 of 2 labels have no visit", ""),
        ("visit,missed\na,\nb,1\n", "1 of 2 labels have no missed", ""),
        ("visit,missed,known_at\na,1,\n", "1 of 1 labels have no known_at", ""),
        ("visit,missed\na,yes\nb,maybe\n", "the label missed is string", "a binary label is"),
        ("visit,missed\na,1\nb,2\n", "the label missed holds 2", "0 or 1"),
        (
            "visit,missed,known_at\na,1,2024-03-11T00:00:00Z\n",
            "1 labels are known only after now, 2024-03-10 00:00 UTC",
            "UTC where it names no zone",
        ),
        ("visit,missed,known_at\na,1,soon\n", "1 values are no time", "ISO 8601"),
    ],
)
def test_a_wrong_file_is_one_clear_mistake(desk: Desk, text: str, what: str, hint: str) -> None:
    (desk.reader.base / "late.csv").write_text(text)

    with pytest.raises(Mistake) as caught:
        desk.file("late.csv")
    assert what in str(caught.value)
    assert hint in caught.value.hint


def test_a_key_of_another_type_is_a_mistake(desk: Desk) -> None:
    pq.write_table(pa.table({"visit": [1], "missed": [True]}), desk.reader.base / "late.parquet")

    with pytest.raises(Mistake, match=r"visit is int64 in late\.parquet and string"):
        desk.file("late.parquet")


@pytest.mark.parametrize(
    ("task", "trained", "value", "kept"),
    [
        ("binary", "int64", True, 1),
        ("binary", "boolean", 0, False),
        ("regression", "int64", 2.5, 2.5),
        ("regression", "float64", 2, 2.0),
        ("multiclass", "string", "b", "b"),
    ],
)
def test_a_label_takes_the_type_of_those_trained_on(
    bench: Backend, reader: Reader, task: str, trained: str, value: object, kept: object
) -> None:
    columns = (Column("visit", "string"), Column("missed", trained))
    desk = Desk(bench, reader, labels.shape(contract(task), columns))
    pq.write_table(pa.table({"visit": ["a"], "missed": [value]}), reader.base / "late.parquet")

    desk.file("late.parquet")

    (found,) = desk.knows().values()
    assert (found[0], type(found[0])) == (kept, type(kept))


def test_a_class_of_another_type_is_a_mistake(bench: Backend, reader: Reader) -> None:
    columns = (Column("visit", "string"), Column("missed", "string"))
    desk = Desk(bench, reader, labels.shape(contract("multiclass"), columns))
    pq.write_table(pa.table({"visit": ["a"], "missed": [3]}), reader.base / "late.parquet")

    with pytest.raises(Mistake, match=r"missed is int64 in late\.parquet and string"):
        desk.file("late.parquet")


def test_decisions_without_the_label_have_no_shape() -> None:
    with pytest.raises(Mistake, match="no column missed"):
        labels.shape(contract(), (Column("visit", "string"),))
