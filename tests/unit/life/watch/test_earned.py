"""Money of the answers beside that of the rule alone, once no more labels will come."""

from collections.abc import Callable
from datetime import timedelta

import ibis
import pytest
from msgspec import structs

from mainstay.bundle import manifest
from mainstay.life.watch import earned
from mainstay.life.watch.order import Earned, Order

OLD, NEW = "never_after: 3d", "never_after: 5d"


@pytest.fixture
def order(live: Callable[..., Order]) -> Order:
    return live(days=20, old=OLD, new=NEW)


def patient(order: Order) -> tuple[float, float]:
    """What all mature answers earned, and what the rule would have, row by row."""
    stated = manifest.read(order.places.bundle(order.champion.bundle), order.champion.bundle)
    cells = {cell.values: cell.rate for cell in stated.baseline.cells}  # type: ignore[union-attr]
    truth = {
        one["visit"]: one["missed"] for one in order.labels.to_pyarrow().to_pylist()
    }  # fmt: skip
    answered = ruled = 0.0
    for row in order.table.to_pyarrow().to_pylist():
        if row["at"] >= order.now - timedelta(days=5) or row["mainstay_outcome"] == "rejected":
            continue
        gain = 10 if truth[row["visit"]] else -2
        key = tuple(row[name] for name in stated.baseline.by)  # type: ignore[union-attr]
        rate = cells.get(key, stated.baseline.default)  # type: ignore[union-attr]
        answered += gain * (row["mainstay_decision"] == "true")
        ruled += gain * (rate >= stated.baseline_threshold)
    return answered, ruled


def sums(every: tuple[Earned, ...]) -> tuple[float, float]:
    return sum(one.answered for one in every), sum(one.ruled for one in every)


def test_money_is_that_of_a_patient_person(order: Order) -> None:
    found = earned.earned(order)

    assert sums(found) == pytest.approx(patient(order))
    assert (len(found), found[-1].window.until) == (15, order.now - timedelta(days=5))


def test_a_later_look_counts_what_the_earlier_one_did_not(order: Order) -> None:
    whole = earned.earned(order)
    first = earned.earned(order._replace(now=order.now - timedelta(days=7)))
    second = earned.earned(order._replace(earned=first))

    assert (*first, *second) == whole
    assert earned.earned(order._replace(earned=whole)) == ()


def test_the_total_takes_retraining_off_and_has_an_interval(order: Order) -> None:
    found = earned.earned(order)
    answered, ruled = sums(found)

    total = earned.total(found, cost=-30, currency="EUR", seed=0)

    assert total is not None
    assert total.value == pytest.approx(answered - ruled - 30)
    assert total.low < total.value < total.high
    assert (total.n, total.unit) == (sum(one.rows for one in found), "EUR")


def test_a_few_windows_are_no_total(order: Order) -> None:
    found = earned.earned(order)

    assert earned.total(found[:5], cost=0, currency="EUR", seed=0) is None
    assert earned.total((), cost=0, currency="EUR", seed=0) is None


def test_without_money_there_is_none(live: Callable[..., Order]) -> None:
    money = "  value: {currency: EUR, true_positive: 10, false_positive: -2}\n"

    assert earned.earned(live(days=10, old=money, new="")) == ()


def test_what_a_person_decided_earns_neither_side_anything(order: Order) -> None:
    whole = earned.earned(order)
    table = order.table
    left = (table["mainstay_score"] >= 0.3) & (table["mainstay_score"] <= 0.5)
    given = table.mutate(
        mainstay_outcome=ibis.ifelse(left, "person", table["mainstay_outcome"]),
        mainstay_decision=ibis.ifelse(left, ibis.null("string"), table["mainstay_decision"]),
    )

    found = earned.earned(order._replace(table=given))

    people = order._replace(table=table.filter(~left))
    assert found == tuple(
        structs.replace(one, unlabelled=other.unlabelled)
        for one, other in zip(earned.earned(people), found, strict=True)
    )
    assert sum(one.rows for one in found) < sum(one.rows for one in whole)
