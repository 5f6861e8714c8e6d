import re
from datetime import UTC, date, datetime
from itertools import product

import pytest

from mainstay.core import parsed


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12.0), (" -3.5\n", -3.5), (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0), ("-0", -0.0),
        ("", None), (".", None), ("+5", None), ("1,5", None), ("1_000", None), ("inf", None),
        ("nan", None), ("0x1", None), ("1e100", None), ("٣", None), ("5 5", None),
        ("\u00a05", None),
    ],
)  # fmt: skip
def test_a_number_is_written_in_decimal(text: str, number: float | None) -> None:
    assert repr(parsed.number(text)) == repr(number)


def test_a_whole_number_fits_int64() -> None:
    assert parsed.integer("9" * 18) == 10**18 - 1
    assert parsed.integer("-7 ") == -7
    assert parsed.integer("9" * 19) is None
    assert parsed.integer("7.0") is None


def test_a_day_is_one_of_the_calendar() -> None:
    assert parsed.day(" 2024-02-29") == date(2024, 2, 29)
    assert parsed.day("2023-02-29") is None
    assert parsed.day("0999-01-01") is None
    assert parsed.day("2024-1-1") is None
    assert parsed.day("2024-01-01T00:00") is None


def test_yes_and_no_have_some_words() -> None:
    assert [parsed.flag(one) for one in ("Y", " true", "T", "YES")] == [True] * 4
    assert [parsed.flag(one) for one in ("n", "FALSE\t", "f", "No")] == [False] * 4
    assert [parsed.flag(one) for one in ("", "1", "ja", "ſ")] == [None] * 4


def test_a_moment_says_its_zone_and_is_one_of_the_calendar() -> None:
    assert parsed.moment(" 2024-02-29 10:00:00.5+02:00\n") == datetime(
        2024, 2, 29, 8, 0, 0, 500_000, tzinfo=UTC
    )
    assert parsed.moment("2024-02-29T10:00:00Z") == datetime(2024, 2, 29, 10, tzinfo=UTC)
    assert parsed.moment("2024-02-29T10:00:00") is None
    assert parsed.moment("2023-02-29T10:00:00Z") is None
    assert parsed.moment("2024-02-29T24:00:00Z") is None
    assert parsed.moment("2024-02-29T10:00:00+15:00") is None
    assert parsed.moment("1699-12-31T10:00:00Z") is None


def test_the_form_of_the_calendar_is_the_calendar() -> None:
    form = re.compile(parsed.CALENDAR_FORM)
    for year in (1000, 1200, 1899, 1900, 1904, 1996, 2000, 2023, 2024, 2100, 2400, 9996, 9999):
        for month, day in product(range(14), range(33)):
            text = f"{year}-{month:02}-{day:02}"
            assert (form.fullmatch(text) is not None) == (parsed.day(text) is not None), text
