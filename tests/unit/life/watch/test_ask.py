"""Which decisions to label next."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import ibis
import numpy as np
import pytest
import small_project
from msgspec import structs

from mainstay.core.nouns import Verdict, Window
from mainstay.life.watch import ask
from mainstay.life.watch.ask import Some
from mainstay.life.watch.order import Finding, Order


def unlabelled(order: Order) -> Order:
    return order._replace(labels=order.labels.limit(0))


def keys(found: ask.Ask) -> list[ask.Key]:
    return [one.key for one in found.rows]


def test_half_is_drawn_at_random_and_half_where_a_label_is_worth_most(
    live: Callable[..., Order],
) -> None:
    order = unlabelled(live(days=30))

    found = ask.asked(order, 400, seed=1)

    random = [one for one in found.rows if one.random]
    chosen = [one for one in found.rows if not one.random]
    reasons = lambda some: np.mean([bool(set(one.why) - {ask.RANDOM}) for one in some])  # noqa: E731 - one rule
    assert len(random) in (199, 200, 201)
    assert 370 <= len(found.rows) <= 400
    assert reasons(chosen) > 2 * reasons(random)
    assert {name for one in found.rows for name in one.why} == {ask.RANDOM, ask.CLOSE, ask.OPEN}
    assert all(0 < one.chance < 1 for one in found.rows)


def test_the_same_seed_draws_the_same_and_another_seed_others(live: Callable[..., Order]) -> None:
    order = unlabelled(live(days=10))

    one, again, other = (keys(ask.asked(order, 50, seed=seed)) for seed in (1, 1, 2))

    assert one == again
    assert set(one) != set(other)


def test_what_is_labelled_asked_for_or_too_young_is_not_asked_for(
    live: Callable[..., Order],
) -> None:
    order = live(days=10)
    known = order.labels.filter(order.labels.visit < "w00600").cache()
    some = order._replace(labels=known)

    first = ask.asked(some, 60, seed=1)
    second = ask.asked(some._replace(asks=(first,)), 60, seed=1)
    everything = ask.asked(some._replace(asks=(first, second)), 10_000, seed=1)

    last = order.now - timedelta(hours=12)
    assert min(keys(first)) >= "w00600"
    assert not set(keys(first)) & set(keys(second))
    assert not set(keys(everything)) & {*keys(first), *keys(second)}
    assert {one.chance for one in everything.rows} == {1.0}
    assert max(one.time for one in everything.rows) <= last
    done = some._replace(asks=(first, second, everything))
    assert ask.asked(done, 5, seed=1) is None


def test_rows_of_an_open_event_are_likelier(live: Callable[..., Order]) -> None:
    order = unlabelled(live(days=10))
    since = small_project.END + timedelta(days=8)
    event = Finding(
        "unforeseen", (), "", "", "", "", Verdict.FAIL, Window(since, order.now)
    )  # fmt: skip

    found = ask.asked(order._replace(event=event), 200, seed=3)

    chosen = [one for one in found.rows if not one.random]
    assert np.mean([one.time >= since for one in chosen]) > 0.3
    assert {one.time >= since for one in chosen if ask.EVENT in one.why} == {True}


def test_a_design_gives_the_chance_of_any_row_and_none_outside(live: Callable[..., Order]) -> None:
    order = unlabelled(live(days=10))
    found = ask.asked(order, 100, seed=1)
    rows = found.rows
    some = Some(
        np.array([one.score for one in rows]),
        np.array([one.time.timestamp() * 1e6 for one in rows]),
        np.array([one.covered for one in rows]),
    )

    again = ask.chance(found.design, some)
    later = structs.replace(
        found.design, window=Window(order.now, order.now + timedelta(days=1))
    )  # fmt: skip

    np.testing.assert_allclose(again, [one.chance for one in rows])
    assert not ask.chance(later, some).any()


def test_what_is_asked_for_is_written_for_whoever_labels(
    live: Callable[..., Order], tmp_path: Path
) -> None:
    found = ask.asked(unlabelled(live(days=5)), 20, seed=1)

    ask.written(tmp_path / "ask.csv", "visit", "at", found.rows)

    table = ibis.duckdb.connect().read_csv(tmp_path / "ask.csv").to_pyarrow()
    assert table.column_names == ["visit", "at", "why", "inclusion_probability"]
    assert table["visit"].to_pylist() == keys(found)
    assert table["inclusion_probability"].to_pylist() == pytest.approx(
        [one.chance for one in found.rows]
    )


def test_a_single_label_is_drawn_at_random(live: Callable[..., Order]) -> None:
    (one,) = ask.asked(unlabelled(live(days=5)), 1, seed=4).rows

    assert one.random
