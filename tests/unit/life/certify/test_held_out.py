"""Held-out decisions."""

import numpy as np

from mainstay.life.certify.gates import Asked


def test_some_of_the_rows_keep_their_blocks(asked: Asked) -> None:
    part = asked.held.of(np.array([0, 150]))

    np.testing.assert_array_equal(part.day, [0, 1])
    assert len(part.label) == len(part.score) == 2
