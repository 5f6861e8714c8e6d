from collections.abc import Callable
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pytest

from mainstay.contract.model import Contract
from mainstay.core.expressions import Output
from mainstay.data.timing import Timing
from mainstay.life.assess.arriving import in_time, lasting, missing
from mainstay.life.assess.seen import DAY, Seen

Table = Callable[..., ir.Table]
Columns = Callable[..., dict[str, Any]]
Look = Callable[..., Seen]
Promise = Callable[..., Contract]
Outputs = Callable[..., tuple[Output, ...]]
ROOMS = """\
  context:
    rooms: {from: rooms.csv, on: ward, take: [beds]}
  label"""
WHEN = np.repeat(np.arange(40) * DAY, 20)


def test_the_age_of_context_and_what_nobody_recorded_are_told() -> None:
    age = np.tile(np.linspace(0, 3600, 20), 40)
    age[::10] = np.nan

    (found,) = in_time({"weather": Timing(WHEN, age, None)}, seed=1)

    assert found.clause == "in time: weather"
    assert found.estimate.value == pytest.approx(0.9)
    assert "at most 32 min old, 95 % 60 min" in found.note
    assert found.note.endswith("no available_at says when they arrived")


def test_how_late_rows_arrive_is_told_where_it_is_recorded() -> None:
    age = np.full(len(WHEN), 7200.0)

    (found,) = in_time({"weather": Timing(WHEN, age, np.full(len(WHEN), 300.0))}, seed=1)

    assert found.note.endswith("they arrive after 5 min, 95 % within 5 min")
    assert found.estimate.high == 1
    assert found.estimate.low < 1


def test_context_that_no_decision_finds_is_told() -> None:
    (found,) = in_time({"weather": Timing(WHEN, np.full(len(WHEN), np.nan), None)}, seed=1)

    assert found.note == "no decision finds a row"


def test_missing_inputs_are_told_by_their_source_the_worst_first(
    table: Table, columns: Columns, look: Look, contract: Promise, outputs: Outputs
) -> None:
    made = columns()
    made["age"] = [None if at % 50 == 0 else one for at, one in enumerate(made["age"].tolist())]
    beds = [None if at % 4 == 0 else 3.0 for at in range(2400)]
    rows = table(**made, beds=beds)
    under = contract({"  label": ROOMS})

    found = list(
        missing(
            under,
            outputs(rows, "ward", "age", "pulse", "beds"),
            look(rows, "ward", "age", "pulse", "beds", under=under),
            seed=1,
        )
    )

    assert [one.clause for one in found] == ["missing inputs: decisions", "missing inputs: rooms"]
    assert [one.subject for one in found] == ["age", "beds"]
    assert found[1].estimate.value == pytest.approx(0.25)
    assert found[1].note == "beds 25.0%"


def test_of_complete_inputs_nothing_is_told(
    visits: ir.Table, look: Look, contract: Promise, outputs: Outputs
) -> None:
    seen = look(visits, "ward", "age")

    assert list(missing(contract(), outputs(visits, "ward", "age"), seen, seed=1)) == []


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (119, "119 s"), (120, "2 min"), (86_400, "24 h"), (2e5, "2 d")],
)
def test_a_length_is_told_in_the_largest_unit_of_which_there_are_two(
    seconds: float, said: str
) -> None:
    assert lasting(seconds) == said
