"""Held-out decisions."""

import numpy as np

from mainstay.life.certify import held_out
from mainstay.life.certify.gates import Asked


def test_numbers_can_be_slices_too() -> None:
    text = held_out._text(np.array([3, 1, 3]))

    assert text.levels == ("1", "3")
    np.testing.assert_array_equal(text.codes, [1, 0, 1])


def test_some_of_the_rows_keep_their_blocks(asked: Asked) -> None:
    part = asked.held.of(np.array([0, 150]))

    np.testing.assert_array_equal(part.day, [0, 1])
    assert len(part.label) == len(part.score) == 2
