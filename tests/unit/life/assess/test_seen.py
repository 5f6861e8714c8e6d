from collections.abc import Callable
from datetime import timedelta
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pytest

from mainstay.contract.model import Contract
from mainstay.core.columns import Text
from mainstay.core.errors import Mistake
from mainstay.life.assess import seen as seeing
from mainstay.life.assess.seen import Seen, counted, ruled_by

Look = Callable[..., Seen]
Promise = Callable[..., Contract]


def test_rows_without_label_are_counted_and_not_looked_at(
    table: Callable[..., ir.Table], columns: Callable[..., dict[str, Any]], look: Look
) -> None:
    made = columns(100)
    made["stays"] = [None, None, *made["stays"].tolist()[2:]]

    found = look(table(**made), "age")

    assert found.counts == counted(table(**made), "stays") == (100, 98)
    assert len(found.when) == 98


def test_rows_come_in_the_order_of_time(visits: ir.Table, look: Look) -> None:
    found = look(visits.order_by("pulse"), "age", "pulse")

    assert (np.diff(found.when) >= 0).all()
    assert list(found.inputs) == ["age", "pulse"]
    assert (np.diff(found.day) >= 0).all()
    assert found.day.max() + 1 == 120


def test_what_the_baseline_reads_stands_beside_the_inputs(visits: ir.Table, look: Look) -> None:
    found = look(visits, "ward")

    assert isinstance(found.beside["ward"], Text)
    assert found.beside["ward"].levels == found.inputs["ward"].levels
    assert found.label is found.beside["stays"]


def test_a_large_window_is_looked_at_in_part(
    visits: ir.Table, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seeing, "MOST", 600)

    found = look(visits, "age")

    assert found.counts.known == 2400
    assert 500 < len(found.when) < 700


def test_a_baseline_column_that_is_not_there_is_named(
    visits: ir.Table, look: Look, contract: Promise
) -> None:
    with pytest.raises(Mistake, match="no column wards") as caught:
        look(visits, "age", under=contract({"[ward]": "[wards]"}))

    assert "did you mean ward?" in caught.value.hint


@pytest.mark.parametrize(
    ("rule", "read"),
    [("{rate_by: [ward, age]}", ("ward", "age")), ("{column: age}", ("age",)),
     ("{constant: 0.5}", ())],
)  # fmt: skip
def test_the_baseline_reads_its_own_columns(
    contract: Promise, rule: str, read: tuple[str, ...]
) -> None:
    assert ruled_by(contract({"{rate_by: [ward]}": rule})) == read


def test_days_without_visits_leave_no_gap_in_the_codes(visits: ir.Table, look: Look) -> None:
    begin = visits.seen_at.min().to_pyarrow().as_py()
    late = visits.filter(visits.seen_at > begin + timedelta(days=100))

    found = look(late.union(visits.filter(visits.seen_at == begin)), "age")

    assert sorted(set(found.day)) == list(range(found.day.max() + 1))
