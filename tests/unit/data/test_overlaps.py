"""Stretches of a source that hold the same rows."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import small_project

from mainstay.contract import document
from mainstay.contract.model import Contract
from mainstay.core.errors import Broken, Mistake
from mainstay.data import rows, sla
from mainstay.data.rows import Rows
from mainstay.data.source import Reader

NOW = small_project.AFTER
Written = Callable[..., tuple[Contract, Reader]]


def hours(since: int, until: int, towns: tuple[str, ...] = ("north", "south")) -> pa.Table:
    """An hour of each town each."""
    every = [(town, hour) for town in towns for hour in range(since, until)]
    return pa.table({
        "town": [town for town, _ in every],
        "seen_at": pa.array([small_project.START + timedelta(hours=at) for _, at in every],
                            pa.timestamp("us", "UTC")),
        "rain": [float(at) for _, at in every],
    })  # fmt: skip


@pytest.fixture
def written(reader: Reader) -> Written:
    """The small project whose weather comes in several files, with an agreement on them."""

    def made(severity: str, **files: pa.Table) -> tuple[Contract, Reader]:
        small_project.written(reader.base / "here")
        folder = reader.base / "here"
        (folder / "data" / "weather").mkdir()
        for name, one in files.items():
            pq.write_table(one, folder / "data" / "weather" / f"{name}.parquet")
        agreed = f"sla: [{{property: overlap, at_most: 0, on_breach: {severity}}}], take:"
        text = small_project.CONTRACT.replace("sqlite:///data/weather.db#hourly", "data/weather/*")
        text = text.replace("take:", agreed)
        contract = document.parsed(text.encode(), Path("contract.yaml")).contract
        return contract, reader._replace(base=folder)

    return made


def assembled(contract: Contract, reader: Reader) -> Rows:
    return rows.assembled(contract, reader, now=NOW)


def test_two_files_that_share_rows_are_named_with_counts_an_example_and_the_time(
    written: Written,
) -> None:
    made = assembled(*written("block", jan=hours(0, 100), feb=hours(90, 200)))

    (one,) = made.judged
    assert (one.broken, one.evidence.estimate.n) == (True, 420)
    assert one.evidence.estimate.value == pytest.approx(40 / 420)
    assert one.evidence.note == (
        "feb.parquet and jan.parquet share 20 keys, for example north, 2024-01-04 18:00:00+00:00;"
        " both hold rows of 2024-01-04 18:00 to 2024-01-05 03:00"
    )
    with pytest.raises(Broken, match=r"overlap of weather is 0.09524 \(feb.parquet and jan"):
        sla.refuse(made.judged, "training")


def test_files_that_share_nothing_keep_it_whatever_their_periods(written: Written) -> None:
    parts = {"n": hours(0, 100, ("north",)), "s": hours(0, 100, ("south",))}

    (one,) = assembled(*written("block", **parts)).judged

    assert (one.broken, one.evidence.estimate.value) == (False, 0.0)


def test_rows_that_are_twice_in_one_file_are_no_overlap(written: Written) -> None:
    twice = pa.concat_tables([hours(0, 50), hours(0, 50)])

    (one,) = assembled(*written("block", a=twice, b=hours(50, 60))).judged

    assert not one.broken


def test_a_single_file_has_nothing_to_overlap_with(written: Written) -> None:
    (one,) = assembled(*written("block", only=hours(0, 50))).judged

    assert (one.broken, one.evidence.estimate.n) == (False, 100)


def test_copies_are_set_aside_where_that_is_agreed(written: Written) -> None:
    made = assembled(*written("quarantine", a=hours(0, 100), b=hours(90, 120), c=hours(95, 130)))

    (one,) = made.aside
    assert one.rows == 330 - 260
    assert "b.parquet and c.parquet share 50 keys" in one.note
    assert "; 2 more pairs overlap" in one.note


def test_decisions_that_two_files_hold_are_refused_with_the_names_of_both(reader: Reader) -> None:
    folder = small_project.written(reader.base / "there")
    visits = pq.read_table(folder / "data" / "visits.parquet")
    for name, part in (("a", visits.slice(0, 2000)), ("b", visits.slice(1990))):
        pq.write_table(part, folder / "data" / f"part-{name}.parquet")
    agreed = "entity: patient, sla: [{property: overlap, at_most: 0}]"
    text = small_project.CONTRACT.replace("visits.parquet", "part-*.parquet")
    contract = document.parsed(
        text.replace("entity: patient", agreed).encode(), Path("contract.yaml")
    ).contract

    with pytest.raises(
        Mistake, match=r"10 values .*part-a.parquet and part-b.parquet share 10 key"
    ):
        assembled(contract, reader._replace(base=folder))


CLINIC = """\
    clinic:
      {from: data/clinic.parquet, on: town, as_of: seen_at, within: 6h, take: {drops: rain}}
"""


def two(reader: Reader, severity: str, other: pa.Table) -> Rows:
    """The small project with another weather, which the first may not repeat."""
    folder = small_project.written(reader.base / "two")
    pq.write_table(hours(0, 100), folder / "data" / "weather.parquet")
    pq.write_table(other, folder / "data" / "clinic.parquet")
    agreed = f"sla: [{{property: overlap, with: clinic, at_most: 0, on_breach: {severity}}}], take:"
    text = small_project.CONTRACT.replace(
        "sqlite:///data/weather.db#hourly", "data/weather.parquet"
    )
    text = text.replace("take:", agreed).replace("  label:", f"{CLINIC}  label:")
    contract = document.parsed(text.encode(), Path("contract.yaml")).contract
    return assembled(contract, reader._replace(base=folder))


def test_two_sources_that_share_rows_are_named_with_counts_an_example_and_the_time(
    reader: Reader,
) -> None:
    made = two(reader, "block", hours(95, 130))

    (one,) = made.judged
    assert one.evidence.clause == "overlap with clinic, weather"
    assert one.evidence.estimate.value == pytest.approx(20 / 270)
    told = (
        r"overlap of weather with clinic is 0\.07407 \(clinic and weather share 10 keys,"
        r" for example north, 2024-01-04 23:00:00\+00:00; both hold rows of 2024-01-04 23:00 to"
        r" 2024-01-05 03:00\), at most 0 is agreed"
    )
    with pytest.raises(Broken, match=told) as said:
        sla.refuse(made.judged, "training")
    assert said.value.hint.startswith("ask the owner of weather")


def test_two_sources_of_other_hours_keep_it(reader: Reader) -> None:
    (one,) = two(reader, "block", hours(100, 130)).judged

    assert (one.broken, one.evidence.estimate.value) == (False, 0.0)


def test_what_the_other_source_holds_too_is_taken_from_there_alone(reader: Reader) -> None:
    made = two(reader, "quarantine", hours(95, 130))

    (one,) = made.aside
    kept = sorted(one.table.rain.to_pyarrow().to_pylist())
    assert (one.rows, kept) == (10, sorted([95.0, 96.0, 97.0, 98.0, 99.0] * 2))
    assert "clinic and weather share 10 keys" in one.note


def test_a_column_that_the_other_source_has_not_or_otherwise_is_named(reader: Reader) -> None:
    with pytest.raises(Mistake, match="clinic has no column town"):
        two(reader, "block", hours(0, 9).rename_columns(["place", "seen_at", "rain"]))
    (reader.base / "two").rename(reader.base / "before")
    days = hours(0, 9).set_column(0, "town", pa.array(range(18)))
    with pytest.raises(Mistake, match="town is string in weather and int64 in clinic"):
        two(reader, "block", days)
