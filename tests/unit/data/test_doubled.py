"""Rows that aggregates count twice, of one source and of two."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import small_project

from mainstay.contract import document
from mainstay.data import doubled, rows
from mainstay.data.sla import Judged
from mainstay.data.source import Reader

NOW = small_project.AFTER
Found = Callable[..., tuple[Judged, ...]]
LATELY = """\
    lately: {from: "data/ward/*", on: town, as_of: seen_at, over: 1d, take: {falls: count(note)}}
"""
OTHER = LATELY.replace("lately", "other").replace("data/ward", "data/clinic").replace("falls", "of")


def falls(since: int, until: int, note: str = "fall") -> pa.Table:
    """One an hour; every third has no cause."""
    seen = [small_project.START + timedelta(hours=at) for at in range(since, until)]
    causes = [None if at % 3 == 0 else f"{note} {at}" for at in range(since, until)]
    return pa.table({
        "town": ["north"] * len(seen), "seen_at": pa.array(seen, pa.timestamp("us", "UTC")),
        "note": causes,
    })  # fmt: skip


@pytest.fixture
def found(reader: Reader) -> Found:
    """What is found in files by folder/name, under a contract with these contexts."""

    def made(contexts: str, **files: pa.Table) -> tuple[Judged, ...]:
        folder = small_project.written(reader.base / "here")
        for name, table in files.items():
            path = folder / "data" / f"{name.replace('_', '/')}.parquet"
            path.parent.mkdir(exist_ok=True)
            pq.write_table(table, path)
        text = small_project.CONTRACT.replace("  label:", f"{contexts}  label:")
        contract = document.parsed(text.encode(), Path("contract.yaml")).contract
        own = reader._replace(base=folder)
        return doubled.doubled(contract, own, rows.opened(contract, own), NOW)

    return made


def test_files_of_an_aggregate_that_hold_the_same_rows_are_found_unasked(found: Found) -> None:
    (one,) = found(LATELY, ward_a=falls(0, 50), ward_b=falls(40, 70))

    assert one.evidence.estimate.value == pytest.approx(20 / 80)
    assert one.evidence.note == (
        "a.parquet and b.parquet share 10 keys, for example north, 2024-01-02 16:00:00+00:00,"
        " fall 40; both hold rows of 2024-01-02 16:00 to 2024-01-03 01:00"
    )
    assert one.promise.columns == ("town", "seen_at", "note")


def test_rows_of_one_moment_that_differ_are_not_the_same(found: Found) -> None:
    assert found(LATELY, ward_a=falls(0, 50), ward_b=falls(40, 70, "slip").slice(0, 2)) == ()


def test_rows_alike_where_a_column_is_empty_are_found(found: Found) -> None:
    (one,) = found(LATELY, ward_a=falls(0, 4), ward_b=falls(3, 4))

    assert "a.parquet and b.parquet share 1 keys" in one.evidence.note


def test_an_agreement_on_overlap_is_asked_elsewhere(found: Found) -> None:
    agreed = LATELY.replace("take:", "sla: [{property: overlap, at_most: 1}], take:")

    assert found(agreed, ward_a=falls(0, 50), ward_b=falls(40, 70)) == ()


def test_two_sources_that_hold_the_same_rows_are_found(found: Found) -> None:
    (one,) = found(LATELY + OTHER, ward_a=falls(0, 50), clinic_a=falls(45, 90))

    assert one.promise.source == "lately and other"
    assert "lately and other share 5 keys" in one.evidence.note
    assert "both hold rows of 2024-01-02 21:00 to 2024-01-03 01:00" in one.evidence.note


def test_two_sources_that_agreed_on_it_are_asked_elsewhere(found: Found) -> None:
    agreed = LATELY.replace("take:", "sla: [{property: overlap, with: other, at_most: 1}], take:")

    assert found(agreed + OTHER, ward_a=falls(0, 50), clinic_a=falls(45, 90)) == ()


def test_two_sources_of_other_rows_and_single_files_are_nothing(found: Found) -> None:
    assert found(LATELY + OTHER, ward_a=falls(0, 50), clinic_a=falls(51, 90)) == ()
