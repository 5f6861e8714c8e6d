"""What else is asked of tables: imputed values, samples, columns in memory, overlaps of files."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
import trap_rows
from side_by_side import Engine, differences, rows

from mainstay.contract.sla import Sla
from mainstay.core.rules import FieldRule
from mainstay.data import columns, dialect, learnt, overlaps
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
