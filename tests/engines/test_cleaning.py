"""Cleaning: the same steps give the same values and the same counts."""

import pyarrow as pa
import pytest
import trap_rows
from side_by_side import Engine, differences, rows

from mainstay.core.cleaning import Cleaning, Conversion
from mainstay.core.errors import Mistake
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


def test_days_in_text_are_read_the_same_or_refused(ours: Engine, theirs: Engine) -> None:
    texts = ["2024-02-29", "2023-02-29", "2024-1-1", " 2024-12-31 ", "0999-01-01", "x"]
    table, some = trap_rows.drawn(200, text=texts), (Cleaning("text", type="date"),)
    mine = rows(
        cleaning.cleaned(ours.stored(table), some, "x").select("id", "text").to_pyarrow(), "id"
    )

    if theirs.name == "postgres":
        with pytest.raises(Mistake, match="reads no days"):
            cleaning.cleaned(theirs.stored(table), some, "x")
        return
    found = cleaning.cleaned(theirs.stored(table), some, "x").select("id", "text")

    assert differences(mine, rows(found.to_pyarrow(), "id")) == []
