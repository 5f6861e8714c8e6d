"""Columns in memory."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from mainstay.core.columns import Text, level, rows


def test_rows_counts_text_and_numbers_alike() -> None:
    text = Text(np.array([0, -1], dtype=np.int32), ("a",))

    assert rows({"a": np.array([1.0, 2.0]), "b": text}) == 2


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\[1, 2\]"):
        rows({"a": np.array([1.0]), "b": np.array([1.0, 2.0])})


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("EWR", "EWR"), (3, "3"), (3.0, "3"), (0.1, "0.1"), (1_234_567, "1234567"), (True, "1"),
        (None, "missing"), (float("nan"), "missing"), (date(1970, 1, 3), "2"),
        (datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC), "1000000"),
    ],
)  # fmt: skip
def test_a_level_has_one_name(value: object, name: str) -> None:
    assert level(value) == name
