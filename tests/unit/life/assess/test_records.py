from collections.abc import Callable
from typing import Any

import ibis.expr.types as ir
import pytest

from mainstay.core.nouns import Evidence, Verdict
from mainstay.life.assess.enough import least_rows
from mainstay.life.assess.records import EVENTS, ROWS, labels, records
from mainstay.life.assess.seen import Seen

Look = Callable[..., Seen]


def by_clause(found: list[Evidence]) -> dict[str, Evidence]:
    return {one.clause: one for one in found}


def test_many_records_are_enough(visits: ir.Table, look: Look) -> None:
    found = by_clause([*records("binary", "stays", look(visits, "age", "ward", "pulse"))])

    assert {one.verdict for one in found.values()} == {Verdict.PASS}
    assert found[ROWS].estimate.value == 2400
    assert found[EVENTS].limit.bound == 30


def test_few_records_are_not(visits: ir.Table, look: Look) -> None:
    found = by_clause([*records("binary", "stays", look(visits.limit(40), "age", "ward"))])

    assert found[ROWS].verdict is Verdict.FAIL
    assert found[EVENTS].verdict is Verdict.FAIL
    assert found[ROWS].limit.bound == least_rows("binary", 2, found[EVENTS].estimate.value / 40)


def test_an_outcome_that_never_happened_is_not_enough(visits: ir.Table, look: Look) -> None:
    never = visits.filter(~visits.stays)

    found = by_clause([*records("binary", "stays", look(never, "age"))])

    assert found[EVENTS].estimate.value == 0
    assert found[EVENTS].verdict is Verdict.FAIL


def test_a_number_has_no_rarer_class(
    table: Callable[..., ir.Table], columns: Callable[..., dict[str, Any]], look: Look
) -> None:
    found = by_clause([*records("regression", "pulse", look(table(**columns(300)), "age"))])

    assert list(found) == [ROWS]
    assert found[ROWS].limit.bound == 235


def test_the_rate_has_an_interval_and_the_unlabelled_share_none(
    table: Callable[..., ir.Table], columns: Callable[..., dict[str, Any]], look: Look
) -> None:
    made = columns()
    made["stays"] = [None] * 240 + made["stays"].tolist()[240:]
    seen = look(table(**made), "age")

    found = by_clause([*labels("binary", "stays", seen, seed=1)])

    rate = found["label rate"].estimate
    assert rate.value == pytest.approx(seen.outcome[0].mean())
    assert rate.low < rate.value < rate.high
    assert found["unlabelled"].estimate.value == pytest.approx(0.1)
