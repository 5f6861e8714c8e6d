import pytest

from mainstay.core.cleaning import Cleaning, Conversion, ends, kind, misfit
from mainstay.core.typed import DATE, FLAG, INTEGER, NUMBER, TEXT


def test_a_column_has_another_type_where_it_is_read_or_converted() -> None:
    unit = Conversion(25, 33, 33.8639)

    assert kind(Cleaning("x", missing=(1,)), INTEGER) == INTEGER
    assert kind(Cleaning("x", convert=unit), INTEGER) == NUMBER
    assert kind(Cleaning("x", type="integer", convert=unit), TEXT) == NUMBER
    assert kind(Cleaning("x", type="boolean"), TEXT) == FLAG
    assert kind(Cleaning("x", type="date"), DATE) == DATE


@pytest.mark.parametrize(
    ("one", "before", "fits"),
    [
        (Cleaning("x", type="number"), TEXT, True),
        (Cleaning("x", type="number"), INTEGER, True),
        (Cleaning("x", type="integer"), NUMBER, False),
        (Cleaning("x", type="number", missing=("N/A", -1)), NUMBER, True),
        (Cleaning("x", missing=("N/A", -1)), TEXT, False),
        (Cleaning("x", type="boolean", possible=(0, 1)), TEXT, False),
        (Cleaning("x", spelled={"a": "b"}), TEXT, True),
        (Cleaning("x", convert=Conversion(1, 2, 3)), FLAG, False),
    ],
)
def test_what_a_type_cannot_take_is_said(one: Cleaning, before: str, fits: bool) -> None:  # noqa: FBT001 - a case
    assert (misfit(one, before) == "") == fits


def test_an_open_end_leaves_out_the_infinities() -> None:
    low, high = ends(Cleaning("x", possible=(None, 5)))

    assert -1e308 > low > float("-inf")
    assert high == 5
