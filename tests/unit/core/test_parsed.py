from datetime import date

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
