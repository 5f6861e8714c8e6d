"""Held-out decisions."""

import numpy as np

from mainstay.core.columns import Text
from mainstay.life.certify import held_out
from mainstay.life.certify.gates import Asked


def test_days_are_those_of_the_decision_in_utc() -> None:
    hour = 3_600_000_000

    days = held_out._days(np.array([23 * hour, 24 * hour, 47 * hour, 100 * hour]))

    np.testing.assert_array_equal(days, [0, 1, 1, 2])


def test_a_decision_without_an_entity_is_one_of_its_own(asked: Asked) -> None:
    columns = {
        "visit": Text(np.arange(4, dtype=np.int32), ("a", "b", "c", "d")),
        "patient": Text(np.array([0, -1, 0, -1], dtype=np.int32), ("p",)),
    }

    codes = held_out._entities(asked.contract, columns)

    assert codes[0] == codes[2]
    assert len({codes[0], codes[1], codes[3]}) == 3


def test_numbers_can_be_slices_too() -> None:
    text = held_out._text(np.array([3, 1, 3]))

    assert text.levels == ("1", "3")
    np.testing.assert_array_equal(text.codes, [1, 0, 1])


def test_some_of_the_rows_keep_their_blocks(asked: Asked) -> None:
    part = asked.held.of(np.array([0, 150]))

    np.testing.assert_array_equal(part.day, [0, 1])
    assert len(part.label) == len(part.score) == 2
