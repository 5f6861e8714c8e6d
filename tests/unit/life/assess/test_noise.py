from collections.abc import Callable
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pytest

from mainstay.life.assess.noise import DISAGREE, WRONG, disagreeing, noise
from mainstay.life.assess.seen import Seen

Look = Callable[..., Seen]
Table = Callable[..., ir.Table]
Columns = Callable[..., dict[str, Any]]


def test_errors_planted_in_clear_labels_are_found(
    table: Table, columns: Columns, look: Look
) -> None:
    made = columns(8000)
    draw = np.random.default_rng(3)
    true = made["pulse"] > 80
    made["stays"] = true ^ (draw.random(8000) < np.where(true, 0.0, 0.15))

    found = {
        one.clause: one
        for one in noise("binary", "stays", look(table(**made), "pulse", "age"), seed=1)
    }

    yes, no = (found[f"{WRONG}: {one}"].estimate for one in ("no told as yes", "yes told as no"))
    assert yes.value == pytest.approx(0.15, abs=0.06)
    assert no.high < 0.06
    assert yes.low == 0


def test_a_number_has_no_wrong_class(visits: ir.Table, look: Look) -> None:
    assert list(noise("regression", "stays", look(visits, "age"), seed=1)) == []


def test_labels_of_rows_alike_that_disagree_are_counted(
    table: Table, columns: Columns, look: Look
) -> None:
    made = columns(400)
    twice = {name: [*values, *values] for name, values in made.items()}
    twice["visit"] = [f"v{at}" for at in range(800)]
    other = np.arange(400) % 10 == 0
    twice["stays"] = [*made["stays"], *(made["stays"] ^ other)]

    (found,) = disagreeing("stays", look(table(**twice), "pulse", "age"), seed=1)

    assert found.clause == DISAGREE
    assert found.estimate.value == pytest.approx(0.1)
    assert found.estimate.low < 0.1 < found.estimate.high
    assert found.note.startswith("400 pairs; ")


def test_of_rows_that_all_differ_nothing_is_told(visits: ir.Table, look: Look) -> None:
    assert list(disagreeing("stays", look(visits, "pulse", "age"), seed=1)) == []
