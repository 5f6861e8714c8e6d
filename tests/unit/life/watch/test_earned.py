"""Money of the answers beside that of the rule alone, once no more labels will come."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import ibis
import pyarrow as pa
import pytest
from msgspec import structs

from mainstay.bundle import manifest
from mainstay.contract.objective import Value
from mainstay.data import columns as memory
from mainstay.data import live as live_data
from mainstay.life.watch import ask, asked, earned
from mainstay.life.watch.order import Earned, Order

DAY = timedelta(days=1)
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

    balance = earned.balance(found, retraining=-30, currency="EUR", seed=0)

    assert balance is not None
    assert balance.worth is not None
    assert balance.decided is not None
    total, labels = balance.worth, sum(one.rows for one in found)
    assert total.value == pytest.approx(answered - ruled - 30)
    assert total.low < total.value < total.high
    assert (total.n, total.unit, balance.labels) == (labels, "EUR", labels)
    assert balance.decided.value == pytest.approx(total.value + 30)
    assert (balance.serving, balance.labelling, balance.retraining) == (0, 0, -30)


def test_a_few_windows_are_no_total(order: Order) -> None:
    found = earned.earned(order)

    few = earned.balance(found[:5], retraining=0, currency="EUR", seed=0)
    assert few is not None
    assert (few.worth, few.labels) == (None, sum(one.rows for one in found[:5]))
    assert earned.balance((), retraining=0, currency="EUR", seed=0) is None


def test_answers_and_labels_cost_what_is_stated(live: Callable[..., Order]) -> None:
    costs = "false_positive: -2, per_1000_predictions: -100, per_label: -0.5}"
    [first, *_] = earned.earned(live(days=10, old="false_positive: -2}", new=costs))

    assert first.unlabelled == 0
    assert first.serving == pytest.approx(-0.1 * first.rows)
    assert first.labelling == pytest.approx(-0.5 * first.rows)
    assert first.net == pytest.approx(first.answered - first.ruled - 0.6 * first.rows)
    assert first.above is not None
    assert first.above.value == pytest.approx(first.answered - first.ruled)
    assert first.above.low < first.above.value < first.above.high


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


def asking(order: Order, count: int, age: int) -> Order:
    """One ask after so many days, before any label came; then its labels alone come."""
    then = order._replace(now=order.since + age * DAY, labels=order.labels.limit(0))
    drawn = ask.asked(then, count, seed=1)
    assert drawn is not None, "somebody answered"
    keys = [one.key for one in drawn.rows]
    some = order.labels.filter(order.labels.visit.isin(keys)).cache()
    return as_looked(order._replace(asks=(drawn,), labels=some))


def as_looked(order: Order) -> Order:
    """As a look joins them: what was asked for because of its worth counts for goals only."""
    every = live_data.decisions(order.table, order.labels, order.contract, order.span, order.now)
    whole = every.cache()
    return asked.plain(order._replace(joined=whole, whole=whole))


def test_where_labels_are_asked_for_they_stand_for_all_answers(
    live: Callable[..., Order],
) -> None:
    """A window waits until nothing of it can be asked for any more."""
    whole = live(days=45)
    (truth, ruled), first = sums(earned.earned(whole)[:12]), earned.earned(whole)[:12]

    found = earned.earned(asking(whole, 400, 12))

    gain, alone = sums(found)
    assert len(found) == 12
    assert sum(one.rows for one in found) == pytest.approx(400, abs=40)
    assert sum(one.answers for one in found) == pytest.approx(
        sum(one.rows for one in first), rel=0.1
    )
    assert gain == pytest.approx(truth, rel=0.2)
    assert alone == pytest.approx(ruled, rel=0.2)


def test_while_no_ask_is_answered_nothing_is_counted(live: Callable[..., Order]) -> None:
    """Counted once, a window would never know the labels that come later."""
    whole = live(days=45, old=OLD, new="never_after: 3d, budget: 400 per day")
    silent = whole._replace(labels=whole.labels.limit(0))
    drawn = asking(whole, 400, 12)

    assert earned.earned(as_looked(silent)) == ()
    assert earned.earned(as_looked(drawn._replace(labels=drawn.labels.limit(300)))) == ()
    assert len(earned.earned(as_looked(whole))) == 42


def test_beside_labels_that_come_by_themselves_those_asked_for_cost_and_earn_nothing(
    live: Callable[..., Order],
) -> None:
    costs = "false_positive: -2, per_label: -0.5}"
    whole = live(days=20, old="false_positive: -2}", new=costs)
    then = whole._replace(now=whole.since + 12 * DAY, labels=whole.labels.limit(0))
    drawn = ask.asked(then, 400, seed=1)
    assert drawn is not None, "somebody answered"

    every, found = earned.earned(whole), earned.earned(as_looked(whole._replace(asks=(drawn,))))

    chosen = sum(not one.random for one in drawn.rows)
    rows = sum(one.rows for one in found)
    assert rows == sum(one.rows for one in every) - chosen
    assert all(one.answers == one.rows for one in found)
    assert sum(one.labelling for one in found) == sum(one.labelling for one in every)


@pytest.mark.parametrize(("one", "other", "new"), [("a", "b", "new"), (10, 20, 7)])
def test_of_several_classes_answers_are_places_in_the_matrix(
    one: str | int, other: str | int, new: str | int
) -> None:
    first, second = str(one), str(other)
    matrix = {first: {first: 1, second: -1}, second: {first: -2, second: 3}}
    value = Value(currency="EUR", matrix=matrix)
    label = SimpleNamespace(column="kind")
    contract = SimpleNamespace(
        objective=SimpleNamespace(task="multiclass", value=value), data=SimpleNamespace(label=label)
    )
    order = SimpleNamespace(contract=contract)
    rows = {
        "kind": [one, other, new, None, other],
        "mainstay_decision": [second, second, first, first, first],
        "mainstay_outcome": ["model", "baseline", "model", "model", "rejected"],
    }  # fmt: skip

    kept = earned._judged(ibis.memtable(pa.table(rows)), order)
    found = memory.fetched(kept.order_by("kind"), earned._levels(order))

    assert found["kind"].codes.tolist() == [0, 1]
    assert earned._decided(order, found).tolist() == [1, 1]
