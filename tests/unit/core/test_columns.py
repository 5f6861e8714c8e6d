"""Columns in memory."""

import numpy as np
import pytest

from mainstay.core.columns import Text, rows


def test_rows_counts_text_and_numbers_alike() -> None:
    text = Text(np.array([0, -1], dtype=np.int32), ("a",))

    assert rows({"a": np.array([1.0, 2.0]), "b": text}) == 2


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\[1, 2\]"):
        rows({"a": np.array([1.0]), "b": np.array([1.0, 2.0])})
