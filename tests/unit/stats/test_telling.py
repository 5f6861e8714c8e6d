"""How well columns tell one kind of row from the rest."""

import numpy as np
import pytest

from mainstay.stats import telling
from mainstay.stats.candidates import Column

ROWS = 4000
RANDOM = np.random.default_rng(4)
KIND = RANDOM.random(ROWS) < 0.4
ENTITY = np.arange(ROWS)
NOISE = Column(RANDOM.integers(0, 5, ROWS), tuple("abcde"))


def leaking(share: float) -> Column:
    """Says the kind in so many of the rows, else anything."""
    said = np.where(RANDOM.random(ROWS) < share, KIND, RANDOM.random(ROWS) < 0.4)
    return Column(said.astype(np.int64), ("no", "yes"))


def told(**columns: Column) -> telling.Told:
    scores = telling.scores(columns, KIND, ENTITY, seed=0)
    return telling.told(scores, KIND, (ENTITY,), seed=0)


def test_columns_that_know_nothing_tell_nothing() -> None:
    found = told(noise=NOISE)

    assert found.together.low < 0.5 < found.together.high


def test_a_column_that_knows_is_named_first_and_together_they_know_more() -> None:
    one, other = leaking(0.4), leaking(0.3)

    found = told(noise=NOISE, one=one, other=other)

    assert [name for name, _ in found.alone] == ["one", "other", "noise"]
    assert found.alone[0][1] == pytest.approx(0.7, abs=0.03)
    assert found.together.low > found.alone[1][1]


def test_nothing_is_told_that_was_learned_from_the_row_itself() -> None:
    """A level of its own for each row tells all, in hindsight."""
    own = Column(np.arange(ROWS), tuple(map(str, range(ROWS))))

    assert told(own=own).together.high < 0.55


def test_without_columns_nothing_is_told() -> None:
    assert telling.strength({}, KIND) == 0.5
