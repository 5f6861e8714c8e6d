from collections.abc import Callable
from datetime import timedelta
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pytest

from mainstay.core.expressions import Output
from mainstay.core.nouns import Evidence, Verdict
from mainstay.life.assess.leaks import CLAUSE, absences, leaks
from mainstay.life.assess.seen import Seen, counted
from mainstay.life.assess.telling import outcomes

Look = Callable[..., Seen]
Table = Callable[..., ir.Table]
Columns = Callable[..., dict[str, Any]]


def judged(seen: Seen, task: str = "binary") -> dict[str, Evidence]:
    return {one.clause: one for one in leaks(task, "stays", seen, seed=1)}


def test_honest_inputs_are_told_of_in_one_line(visits: ir.Table, look: Look) -> None:
    found = judged(look(visits, "ward", "age", "pulse"))

    assert list(found) == [CLAUSE]
    assert found[CLAUSE].verdict is Verdict.PASS
    assert found[CLAUSE].note == "ward tells most of 3 inputs"
    assert found[CLAUSE].estimate.low < found[CLAUSE].estimate.value < 0.9


def test_the_outcome_under_another_name_is_a_leak(
    table: Table, columns: Columns, look: Look
) -> None:
    made = columns()
    bill = np.where(made["stays"], 900.0, 100.0)

    found = judged(look(table(**made, bill=bill), "age", "bill"))

    assert found["no leak: bill"].verdict is Verdict.FAIL
    assert found["no leak: bill"].estimate.value == 1
    assert found["no leak: bill"].estimate.low > 0.99
    assert "is it known when you decide" in found["no leak: bill"].note
    assert found[CLAUSE].subject == "age"


def test_text_that_names_the_outcome_is_a_leak(table: Table, columns: Columns, look: Look) -> None:
    made = columns()
    left = ["bed" if stays else "door" for stays in made["stays"]]
    left[0] = None

    found = judged(look(table(**made, left=left), "left"))

    assert found["no leak: left"].verdict is Verdict.FAIL


def test_about_the_limit_nobody_can_tell(table: Table, columns: Columns, look: Look) -> None:
    made = columns()
    noise = np.random.default_rng(2).normal(size=2400)
    close = made["stays"] * 1.83 + noise

    found = judged(look(table(**made, close=close), "close"))

    assert found["no leak: close"].verdict is Verdict.UNSURE
    assert found["no leak: close"].note.startswith("close to the limit")


def test_a_column_of_one_value_is_no_leak(table: Table, columns: Columns, look: Look) -> None:
    found = judged(look(table(**columns(), same=np.ones(2400)), "same"))

    assert found[CLAUSE].verdict is Verdict.PASS
    assert found[CLAUSE].estimate.low == found[CLAUSE].estimate.high == 0.5


def test_a_few_days_neither_clear_nor_convict(visits: ir.Table, look: Look) -> None:
    begin = visits.seen_at.min().to_pyarrow().as_py()
    few = visits.filter(visits.seen_at < begin + timedelta(days=6))

    found = judged(look(few.mutate(bill=few.stays.cast("int64")), "age", "bill"))

    assert {one.verdict for one in found.values()} == {Verdict.UNSURE}


def test_a_number_is_told_by_its_order(table: Table, columns: Columns, look: Look) -> None:
    made = columns()
    seen = look(table(**made, copy=made["pulse"] ** 3), "age", "pulse", "copy")
    found = judged(
        seen._replace(outcome=outcomes("regression", seen.inputs["pulse"])), "regression"
    )

    assert found["no leak: copy"].verdict is Verdict.FAIL
    assert found[CLAUSE].subject == "age"


def test_what_is_missing_only_with_the_label_is_a_leak(
    table: Table, columns: Columns, outputs: Callable[..., tuple[Output, ...]]
) -> None:
    made = columns(400)
    made["stays"] = [None] * 30 + made["stays"].tolist()[30:]
    rows = table(**made, bed=[None] * 25 + [1.0] * 375, tea=[None, *[2.0] * 398, None])
    counts = counted(rows, "stays")

    found = list(absences("stays", rows, outputs(rows, "age", "bed", "tea"), counts))

    assert [(one.subject, one.verdict) for one in found] == [("bed", Verdict.FAIL)]
    assert found[0].note == "bed is missing only where stays is missing"


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_seed_gives_the_same_evidence(visits: ir.Table, look: Look, seed: int) -> None:
    seen = look(visits, "age", "pulse")
    runs = [list(leaks("binary", "stays", seen, seed=seed)) for _ in range(2)]

    assert runs[0] == runs[1]
