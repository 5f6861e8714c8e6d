"""What the door looked up, joined again from the sources."""

from collections.abc import Callable
from datetime import timedelta

import ibis
import numpy as np
import pytest
from msgspec import structs

from mainstay.bundle.manifest import Manifest
from mainstay.core.nouns import Evidence, Verdict
from mainstay.core.typed import TEXT
from mainstay.life.watch import skewed
from mainstay.life.watch.order import Order

Live = Callable[..., Order]


def looking(order: Order, *, others: int = 0) -> Order:
    """As if the door had looked rain up a minute ago; of so many rows another one."""
    table = order.table
    place = table.mainstay_place
    rain = ibis.ifelse(place < others, table.rain + 1, table.rain)
    town = ibis.literal("t") + place.cast("string")
    cut = ibis.literal(order.now - timedelta(minutes=1)).cast("timestamp('UTC')")
    return order._replace(
        table=table.mutate(rain=rain, town=town, mainstay_cut=cut), looks_up=order.contract
    )


@pytest.fixture
def stated(stated: Manifest) -> Manifest:
    """A version that is asked with the town."""
    town = structs.replace(stated.request[-1], name="town", type=TEXT, role="field")
    return structs.replace(stated, request=(*stated.request, town))


def judged(order: Order, stated: Manifest) -> Evidence:
    (one,) = skewed.evidence(order, stated)
    return one


def test_what_was_looked_up_is_what_training_sees(live: Live, stated: Manifest) -> None:
    found = judged(looking(live(days=5)), stated)

    assert (found.clause, found.verdict) == ("skew, weather", Verdict.PASS)
    assert found.population == "600 newest answers"
    assert found.estimate is not None
    assert found.limit is not None
    assert (found.estimate.value, found.limit.bound) == (0, 0.01)
    assert list(skewed.findings(live(days=1), (found,))) == []


def test_other_values_are_an_incident_that_says_what_to_do(live: Live, stated: Manifest) -> None:
    order = looking(live(days=5), others=60)

    found = judged(order, stated)
    (told,) = skewed.findings(order, (found,))

    assert found.verdict is Verdict.FAIL
    assert told.columns == ("weather",)
    assert told.what.startswith("10.0% of what was looked up in weather is not what training sees")
    assert "60 of 600 rain, for example at 0" in told.what
    assert "mainstay context refresh" in told.action


def test_few_answers_are_unsure(live: Live, stated: Manifest) -> None:
    assert judged(looking(live(days=1)), stated).verdict is Verdict.UNSURE


def test_what_cannot_be_joined_again_is_unsure_and_says_why(live: Live, stated: Manifest) -> None:
    order = looking(live(days=5))

    unfit = judged(order._replace(unfit=frozenset({"weather"})), stated)
    hidden = judged(order._replace(hidden=frozenset({"town"})), stated)
    nothing = judged(order._replace(table=order.table.filter(order.table.wait < 0)), stated)
    gone = structs.replace(stated, request=stated.request[:-1])

    assert {one.verdict for one in (unfit, hidden, nothing)} == {Verdict.UNSURE}
    assert unfit.note == "its source cannot be read"
    assert hidden.note == "the journal hides what its rows are found by"
    assert nothing.note == "no answer looked anything up"
    assert judged(order, gone).note.startswith("requests hold nothing of it")


def test_a_door_that_is_sent_its_context_has_no_such_gate(live: Live, stated: Manifest) -> None:
    assert skewed.evidence(live(days=1), stated) == ()


def test_the_newest_answers_of_the_newest_refreshes_are_joined_again(
    live: Live, stated: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = looking(live(days=5), others=60)
    monkeypatch.setattr(skewed, "ROWS", 500)

    found = judged(order, stated)

    assert found.population == "500 newest answers"
    assert np.isclose(found.estimate.value, 0) if found.estimate else False
