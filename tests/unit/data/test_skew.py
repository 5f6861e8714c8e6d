"""Logged context against the same joined again."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import queues

from mainstay.contract import document
from mainstay.contract.model import Contract
from mainstay.data import rows, skew
from mainstay.data.records import CUT, PLACE
from mainstay.data.skew import Skew
from mainstay.data.source import Reader

Stored = Callable[..., ir.Table]
START = datetime(2024, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOW = START + 40 * HOUR
CONTRACT = queues.contract(
    "weather: {from: weather.parquet, on: town, as_of: made, available_at: seen, within: 9h,"
    " take: [rain]}",
)


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    visits = {"id": ["v"], "at": [START], "town": ["a"], "long": [True]}
    made = [START + at * HOUR for at in (0, 4, 8, 4)]
    seen = [START + at * HOUR for at in (0, 5, 8, 9)]  # the last corrects the second
    weather = {"town": ["a"] * 4, "made": made, "seen": seen, "rain": [0.1, 0.5, 0.9, 0.6]}
    for name, columns in (("visits", visits), ("weather", weather)):
        pq.write_table(pa.table(columns), tmp_path / f"{name}.parquet")
    (tmp_path / "contract.yaml").write_text(CONTRACT)
    return document.read(tmp_path / "contract.yaml").contract


def logged(stored: Stored, *asked: tuple[float, float | None, float | None]) -> ir.Table:
    """Hours of decision and of the cut, None for a value that was sent, and what was logged."""
    cuts = [None if cut is None else START + cut * HOUR for _, cut, _ in asked]
    return stored(
        {PLACE: "int64", "at": "timestamp('UTC')", "town": "string", "rain": "float64",
         CUT: "timestamp('UTC')"},
        **{PLACE: list(range(len(asked))), "at": [START + at * HOUR for at, _, _ in asked],
           "town": ["a"] * len(asked), "rain": [rain for _, _, rain in asked], CUT: cuts},
    )  # fmt: skip


def found(contract: Contract, reader: Reader, table: ir.Table) -> list[Skew]:
    sources = rows.opened(contract, reader)
    return list(skew.skews(contract, sources, table, {"weather": ("rain",)}, NOW))


def test_what_was_looked_up_is_what_was_known_up_to_its_cut(
    contract: Contract, reader: Reader, stored: Stored
) -> None:
    asked = logged(stored, (4.5, 4, 0.1), (6, 6, 0.5), (8.5, 6, 0.5), (30, 28, None))

    assert found(contract, reader, asked) == [
        Skew("weather", "rain", sent=False, rows=4, differing=0, now=1, example=None)
    ]


@pytest.mark.parametrize("rain", [0.1, 0.6, None, 0.5000000001])
def test_another_value_is_found_and_named(
    contract: Contract, reader: Reader, stored: Stored, rain: float | None
) -> None:
    (one,) = found(contract, reader, logged(stored, (6, 6, 0.5), (6, 6, rain)))

    assert (one.rows, one.differing, one.example) == (2, 1, 1)


def test_what_callers_sent_is_held_against_what_is_known_of_its_moment(
    contract: Contract, reader: Reader, stored: Stored
) -> None:
    sent, looked = found(contract, reader, logged(stored, (6, None, 0.6), (6, 6, 0.5)))[::-1]

    (first, second) = sorted((sent, looked), key=lambda one: one.sent)
    assert (first.sent, first.differing) == (False, 0)
    assert (second.sent, second.differing, second.example) == (True, 1, 0)


def test_nothing_logged_is_nothing_found(
    contract: Contract, reader: Reader, stored: Stored
) -> None:
    assert found(contract, reader, logged(stored)) == []
