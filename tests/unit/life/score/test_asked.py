"""What is asked of rows is what the door makes of requests."""

import batched
import numpy as np
from batched import drawn
from ibis.backends.duckdb import Backend

from mainstay.bundle.runtime import Runtime
from mainstay.life.score import judged
from mainstay.life.score.asked import asks, infinite, matrix


def test_inputs_are_those_of_the_door_bit_for_bit(opened_once: Runtime, bench: Backend) -> None:
    stated, rows = opened_once.manifest, drawn(300)
    asked = asks(batched.stored(bench, stated, rows), stated)
    (batch,) = asked.asked.batches()

    found = matrix(batch, asked.inputs)

    kept = judged.judged(batch, asked).outcome != judged.REJECT
    sound = [row for row, keep in zip(rows, kept, strict=True) if keep]
    records = [batched.requested([row])[len(b'{"records": [') : -2] for row in sound]
    assert found[kept].tobytes() == opened_once.inputs(records).tobytes()
    assert np.isnan(found).any()


def test_only_columns_without_a_rule_must_be_finite_by_themselves(
    opened_once: Runtime, bench: Backend
) -> None:
    stated, rows = opened_once.manifest, drawn(5)
    asked = asks(batched.stored(bench, stated, rows), stated)
    (batch,) = asked.asked.batches()

    assert asked.finite == ()
    assert infinite(batch, asked) == {}
