"""Columns that are not what they seem, found in the sources."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import small_project
from pyarrow import parquet

from mainstay.control import alike
from mainstay.control import project as projects

TAKE = "take: [rain]}"
WARDS = "take: [rain]}\n    wards: {from: data/wards.parquet, on: town, take: [beds]}"
BEGIN = datetime(2024, 2, 1, 8, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Beside the visits: moments five hours later under one name, and days under two, and texts."""
    made = small_project.written(tmp_path / "p")
    visits = parquet.read_table(made / "data" / "visits.parquet")
    random = np.random.default_rng(3)
    minutes = np.sort(random.choice(40_000, len(visits), replace=False))
    called = [BEGIN + timedelta(minutes=int(at)) for at in minutes]
    days = [one.strftime("%Y-%m-%d") for one in called]
    visits = _with(visits, called=called, closed=called, day=days)
    parquet.write_table(visits, made / "data" / "visits.parquet")
    later = [one + timedelta(hours=5) for one in called[::2]]
    next_day = [one + timedelta(days=1) for one in called[::2]]
    wards = _with(
        pa.table({"town": [f"ward {at}" for at in range(len(later))], "beds": [3] * len(later)}),
        called=later, ended=next_day, day=[one.strftime("%d.%m.%Y") for one in later],
    )  # fmt: skip
    parquet.write_table(wards, made / "data" / "wards.parquet")
    (made / "contract.yaml").write_text(small_project.CONTRACT.replace(TAKE, WARDS))
    return made


def _with(table: pa.Table, **columns: list[object]) -> pa.Table:
    for name, values in columns.items():
        table = table.append_column(name, pa.array(values))
    return table


def told(folder: Path) -> dict[tuple[str, str, str], str]:
    with projects.opened(folder) as opened:
        found = alike.found(opened)
    return {(one.kind, one.one.column, one.other.column): one.says for one in found}


def test_moments_of_one_name_that_are_hours_apart_are_told_with_the_shift(folder: Path) -> None:
    found = told(folder)

    says = found["another zone", "called", "called"]
    assert "100% of the moments of one are in the other 5 h later" in says
    assert "as they stand" in says


def test_the_same_moments_under_another_name_a_day_later_are_the_same_content(folder: Path) -> None:
    found = told(folder)

    assert "in the other 1 d later" in found["same content", "called", "ended"]
    assert ("same content", "at", "called") not in found


def test_days_that_are_written_otherwise_are_another_form(folder: Path) -> None:
    says = told(folder)["another form", "day", "day"]

    assert says == "one name, but days are written 2024-01-31 in one and 31.01.2024 in the other"
