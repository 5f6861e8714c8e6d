"""What else is asked of tables: imputed values, samples, overlaps, partitions, changed columns."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
import trap_rows
from side_by_side import Engine, differences, rows

from mainstay.contract.sla import Sla
from mainstay.core.cleaning import Cleaning
from mainstay.core.errors import Mistake
from mainstay.core.rules import FieldRule
from mainstay.data import (
    becoming,
    cleaning,
    columns,
    dialect,
    drawn,
    learnt,
    overlaps,
    partitions,
    schema,
    snapshot,
)
from mainstay.data.promises import Promise
from mainstay.data.source import STRETCH

START = datetime(2024, 3, 30, tzinfo=UTC)
KINDS = {"whole": "integer", "number": "number", "text": "string", "flag": "boolean"}


@pytest.mark.parametrize("how", ["median", "most_frequent"])
def test_imputed_values_are_the_same(ours: Engine, theirs: Engine, how: str) -> None:
    finite = [one for one in trap_rows.NUMBERS if abs(one) < 1e300]
    names = [one for one in KINDS if how == "most_frequent" or one in ("whole", "number")]
    rules = tuple(FieldRule(one, KINDS[one], nullable=True, on_breach="impute") for one in names)
    given = trap_rows.drawn(1501, number=finite)

    mine, other = (
        learnt.filled(one.stored(given), rules, dict.fromkeys(names, how)) for one in (ours, theirs)
    )

    assert differences(mine, other) == []
    assert None not in [one.imputed for one in mine]


@pytest.mark.parametrize("key", ["id", "text"])
def test_the_same_part_of_the_rows_is_drawn(ours: Engine, theirs: Engine, key: str) -> None:
    drawn = []
    for one in (ours, theirs):
        table = one.stored(trap_rows.drawn(3000))
        kept = table.filter(dialect.drawn(table[key], 3))
        drawn.append(sorted(kept.id.to_pyarrow().to_pylist()))

    assert drawn[0] == drawn[1]
    assert 500 < len(drawn[0]) < 1500


def test_columns_in_memory_are_the_same(ours: Engine, theirs: Engine) -> None:
    given, found = trap_rows.drawn(900, whole=[1, 2**53], other=[-(2**53), 0]), []
    for one in (ours, theirs):
        made = columns.fetched(one.stored(given).order_by("id"))
        found.append({name: _listed(value) for name, value in made.items()})

    assert differences(*found) == []


def _listed(value: object) -> object:
    codes = getattr(value, "codes", None)
    return value.tolist() if codes is None else [codes.tolist(), list(value.levels)]


def test_what_two_files_share_is_told_alike(ours: Engine, theirs: Engine) -> None:
    moment = pa.array([START + timedelta(days=at) for at in range(60)], pa.timestamp("us", "UTC"))
    given = pa.table(
        {
            "key": [f"{trap_rows.TEXTS[at % 20]}{at % 20}" for at in range(60)], "seen": moment,
            STRETCH: [f"{at // 15}.csv" for at in range(60)],
        }
    )  # fmt: skip
    promise = Promise("shops", Sla(property="overlap", at_most=0), "seen", "", ("key",))

    told, shared = [], []
    for one in (ours, theirs):
        table = one.stored(given)
        told.append(overlaps.told(promise, table))
        shared.append(rows(overlaps.shared(promise, table).to_pyarrow(), "key"))

    assert told[0] == told[1]
    assert "share 10 keys" in told[0]
    assert differences(*shared) == []


def test_what_two_sources_share_is_told_alike(ours: Engine, theirs: Engine) -> None:
    moment = pa.array([START + timedelta(days=at) for at in range(40)], pa.timestamp("us", "UTC"))
    keys = [f"{trap_rows.TEXTS[at % 20]}{at % 20}" for at in range(40)]
    given = pa.table({"key": keys, "seen": moment})
    clause = Sla.model_validate({"property": "overlap", "with": "clinic", "at_most": 0})
    promise = Promise("shops", clause, "seen", "", ("key",))

    told, both = [], []
    for one in (ours, theirs):
        table = overlaps.beside(promise, one.stored(given.slice(15)), one.stored(given[:30]), "")
        told.append(overlaps.told(promise, table))
        found = table.to_pyarrow().to_pylist()
        both.append(sorted((one["key"], f"{one['seen']:%F %T}", one[STRETCH]) for one in found))

    assert told[0] == told[1]
    assert "clinic and shops share" in told[0]
    assert both[0] == both[1]
    assert len(both[0]) == 55


@pytest.mark.parametrize("most", [50, 5000])
def test_the_same_rows_are_drawn_in_the_same_order(ours: Engine, theirs: Engine, most: int) -> None:
    keys = [f"{trap_rows.TEXTS[at % 35]}{at}" for at in range(900)]
    given = trap_rows.drawn(900).append_column("key", pa.array(keys))

    found = []
    for one in (ours, theirs):
        some, of = drawn.drawn(one.stored(given), "key", most=most, seed=3)
        found.append([some.select("key", "id").to_pyarrow().to_pylist(), of])

    assert differences(*found) == []
    assert len(found[0][0]) == min(most, 900)


@pytest.mark.parametrize("unit", ["hour", "day", "month", "year", "all"])
def test_rows_are_cut_into_the_same_partitions(ours: Engine, theirs: Engine, unit: str) -> None:
    given = trap_rows.drawn(400)
    given = given.filter(given["moment"].is_valid())  # a decision always has its time

    mine, other = (partitions.cut(one.stored(given), "moment", unit) for one in (ours, theirs))

    assert differences(mine, other) == []


def test_a_partition_of_all_of_nothing_is_none(ours: Engine, theirs: Engine) -> None:
    mine, other = (
        partitions.cut(one.stored(trap_rows.drawn(0)), "moment", "all") for one in (ours, theirs)
    )

    assert mine == other == ()


def test_rows_with_copies_among_them_have_the_same_digest(
    ours: Engine, theirs: Engine, tmp_path: Path
) -> None:
    given = trap_rows.drawn(300).drop_columns(["id"])
    twice = pa.concat_tables([given, given.slice(0, 100)])

    mine, other = (snapshot.whole(one.stored(twice), tmp_path / one.name.partition(":")[0])
                   for one in (ours, theirs))  # fmt: skip

    assert mine.name == other.name


def test_what_cleaning_changes_is_marked_the_same(ours: Engine, theirs: Engine) -> None:
    some = (Cleaning("whole", missing=(7,)), Cleaning("text", spelled={"a": "A"}, missing=("",)))

    mine, other = (
        rows(cleaning.marked(one.stored(trap_rows.drawn(600)), some, "x").to_pyarrow(), "id")
        for one in (ours, theirs)
    )

    assert differences(mine, other) == []


BECOMING = (
    ("number", "null"), ("number", "x * 2 + whole"), ("number", "unit degC"), ("whole", "unit km"),
    ("text", "type integer"), ("text", "type number"), ("text", "type boolean"),
    ("text", "type date"), ("text", "type timestamp"), ("whole", "type text"),
    ("whole", "type number"), ("flag", "type integer"), ("flag", "type text"), ("text", "missing"),
    ("moment", "type date"),
)  # fmt: skip
WRITTEN = [*trap_rows.TEXTS, "7", " -3.5\n", "1e99", "yes", "2024-02-29", "2024-01-31T10:00:00Z"]


@pytest.mark.parametrize(("column", "text"), BECOMING)
def test_columns_become_the_same(ours: Engine, theirs: Engine, column: str, text: str) -> None:
    small = [one for one in trap_rows.NUMBERS if abs(one) < 1e100]
    given = trap_rows.drawn(400, text=WRITTEN, number=small, whole=[1, -7, 2**31])
    unit = {"number": "degF", "whole": "mile"}.get(column, "")

    found = []
    for one in (ours, theirs):
        table = schema.widened(one.stored(given))
        said = becoming.becoming(text, column, schema.types(table), unit)
        found.append(rows(becoming.applied(table, said).to_pyarrow(), "id"))

    assert differences(*found) == []


def test_a_type_that_engines_make_otherwise_is_refused_by_name(theirs: Engine) -> None:
    table = schema.widened(theirs.stored(trap_rows.drawn(20)))
    said = becoming.becoming("type integer", "number", schema.types(table))

    with pytest.raises(Mistake, match="number as int64 would be another one on each engine"):
        becoming.applied(table, said)
