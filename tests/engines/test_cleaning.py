"""Cleaning: the same steps give the same values and the same counts."""

import pyarrow as pa
import pytest
import trap_rows
from side_by_side import Engine, differences, rows

from mainstay.core.cleaning import Cleaning, Conversion, Readable
from mainstay.data import cleaning

WRITTEN = [
    *trap_rows.TEXTS, "12", " -3.5\n", ".5", "5.", "1e3", "-0", "+5", "1,5", "1_000", "inf", "0x1",
    "1e99", "1e100", "1e-99", "0.1", "123456789012345.6789", "9" * 17, "9" * 18, "9" * 19, "\v7\f",
    "yes", "Y", " No\t", "FALSE", "t", "-999", " -999",
]  # fmt: skip
CLEANINGS = (
    Cleaning("whole", missing=(7, 2**53, 1.5), possible=(-60, None)),
    Cleaning("other", convert=Conversion(1, 9, 12, -0.5)),
    Cleaning("number", missing=(-2.5,), convert=Conversion(0.1, 0.5, 33.8639), possible=(-1, 1e19)),
    Cleaning("second", possible=(None, 1e154)),
    Cleaning("text", spelled={"a": "A", "é": "E", "it's": "its"}, missing=("", "null", "İ")),
    Cleaning("part", type="number", missing=("null", -999)),
)
KINDS = (
    (Cleaning("text", type="integer"),),
    (Cleaning("text", type="boolean", missing=("t",)),),
)


def given() -> pa.Table:
    return trap_rows.drawn(1500, part=WRITTEN)


@pytest.mark.parametrize("some", [CLEANINGS, *KINDS])
def test_every_value_is_cleaned_the_same(
    ours: Engine, theirs: Engine, some: tuple[Cleaning, ...]
) -> None:
    table = given() if some is CLEANINGS else trap_rows.drawn(1500, text=WRITTEN)
    names = ["id", *(one.name for one in some)]

    mine, other = (
        rows(cleaning.cleaned(one.stored(table), some, "x").select(names).to_pyarrow(), "id")
        for one in (ours, theirs)
    )

    assert differences(mine, other) == []


def test_what_the_steps_do_is_counted_the_same(ours: Engine, theirs: Engine) -> None:
    mine, other = (cleaning.counts(one.stored(given()), CLEANINGS, "x") for one in (ours, theirs))

    assert mine == other
    assert {one.step for one in mine if one.rows} == {
        "missing", "convert", "possible", "spelled", "type",
    }  # fmt: skip


DAYS = [
    "2024-02-29", "2023-02-29", "1900-02-29", "2000-02-29", "2024-1-1", " 2024-12-31 ", "x",
    "0999-01-01", "9999-12-31", "2024-13-01", "2024-00-10", "2024-04-31", "2024-06-30",
    "\v2024-01-01",
]  # fmt: skip
MOMENTS = [
    "2024-02-29T10:00:00Z", "2023-02-29T10:00:00Z", " 2024-12-31 23:59:59+02:00 ",
    "1700-01-01T00:00:00Z",
    "2024-01-31T10:00:00.5-05:30", "2024-01-31 10:00:00.123456+14:00", "2024-01-31T10:00:00",
    "2024-01-31T24:00:00Z", "2024-01-31T10:00:60Z", "2024-01-31T10:00Z", "2199-12-31T23:59:59Z",
    "2200-01-01T00:00:00Z", "2024-01-31T10:00:00+15:00", "2024-01-31", "x", "2024-01-31  10:00:00Z",
]  # fmt: skip


@pytest.mark.parametrize(("kind", "texts"), [("date", DAYS), ("timestamp", MOMENTS)])
def test_days_and_moments_in_text_are_read_the_same(
    ours: Engine, theirs: Engine, kind: Readable, texts: list[str]
) -> None:
    table, some = trap_rows.drawn(200, text=texts), (Cleaning("text", type=kind),)
    mine, other = (
        rows(cleaning.cleaned(one.stored(table), some, "x").select("id", "text").to_pyarrow(), "id")
        for one in (ours, theirs)
    )

    assert differences(mine, other) == []
    assert {one["text"] is None for one in mine["rows"].values()} == {True, False}
