"""What many columns do at once, and what one does alone."""

import numpy as np
import pytest

from mainstay.stats import abrupt, components, detector
from mainstay.stats.abrupt import Step
from mainstay.stats.components import Numbers, Reference, Windows

ROWS, BUDGET = 1000, 365


def column(name: str, days: int, seed: int, *, last: float = 0.0, nulls: int = 0) -> Numbers:
    """Normal values in 20 bins; on the last day moved by some sd, and so many missing."""
    random = np.random.default_rng([seed, len(name), ord(name[-1])])
    values = random.normal(size=(days, ROWS))
    values[-1] += last
    edges = np.quantile(np.random.default_rng(0).normal(size=20_000), np.arange(1, 20) / 20)
    counts = np.stack([np.bincount(np.searchsorted(edges, day), minlength=20) for day in values])
    missing = np.zeros(days, dtype=np.int64)
    missing[-1] = nulls
    counts[-1] = counts[-1] * (ROWS - nulls) // ROWS
    counts[:, 0] += ROWS - counts.sum(axis=1) - missing
    return Numbers(name, counts, missing)


def lived(days: int = 12, **last: float) -> tuple[Reference, Windows]:
    names = ("a", "b", "c", "d")
    reference = components.reference([column(one, 10, 1) for one in names], rows=ROWS)
    moved = [column(one, days, 2, last=last.get(one, 0.0)) for one in names]
    return reference, components.windows(reference, moved)


def broken(reference: Reference, live: Windows) -> tuple[Step, ...]:
    weight = detector.weights(reference.components, {})
    return abrupt.steps(reference, live, weight, abrupt.level(BUDGET, 4))


def test_columns_that_are_suddenly_elsewhere_break_with_their_size_and_weight() -> None:
    found = broken(*lived(a=1.0, b=-1.5))

    assert {one.column for one in found} == {"a", "b"}
    assert {one.column: one.far > 0 for one in found} == {"a": True, "b": False}
    assert sum(one.weight for one in found) == pytest.approx(0.5)
    assert abrupt.is_event(found)


def test_one_column_alone_is_no_event_however_far_it_goes() -> None:
    found = broken(*lived(a=3.0))

    assert [one.column for one in found] == ["a"]
    assert not abrupt.is_event(found)


def test_what_already_moved_and_stayed_breaks_no_more() -> None:
    reference, live = lived(a=1.0, b=-1.5)
    stayed = Windows(*(np.concatenate([one, one[-1:], one[-1:], one[-1:]]) for one in live))

    assert broken(reference, live)
    assert not broken(reference, stayed)


def test_the_first_window_is_held_against_the_reference() -> None:
    assert abrupt.is_event(broken(*lived(days=1, a=1.0, b=1.0)))


def test_missing_values_are_a_failure_of_a_source_and_no_break() -> None:
    reference, _ = lived()
    names = ("a", "b", "c", "d")
    lost = [column(one, 12, 2, nulls=600) for one in names]

    assert broken(reference, components.windows(reference, lost)) == ()


def test_a_window_without_rows_says_nothing() -> None:
    reference, live = lived(a=1.0, b=1.0)
    empty = live._replace(rows=np.append(live.rows[:-1], 0.0))

    assert broken(reference, empty) == ()


def restless(count: int, days: int, moved: float) -> tuple[Reference, Windows]:
    """One column that stays and `count` whose days wander by 0.8 sd; the calm one moves at last."""
    random = np.random.default_rng(7)
    columns = [column("calm", days, 3, last=moved)]
    for at in range(count):
        name = f"wild {at}"
        wild = [
            column(name, 1, day, last=far) for day, far in enumerate(random.normal(0, 0.8, days))
        ]
        columns.append(
            Numbers(name, np.concatenate([one.counts for one in wild]), np.zeros(days, dtype=int))
        )
    past = [Numbers(one.name, one.counts[:-8], one.nulls[:-8]) for one in columns]
    now = [Numbers(one.name, one.counts[-8:], one.nulls[-8:]) for one in columns]
    reference = components.reference(past, rows=ROWS)
    return reference, components.windows(reference, now)


def test_a_calm_column_breaks_beside_restless_ones_where_its_own_days_are_known() -> None:
    known, few = restless(6, 48, 0.9), restless(6, 20, 0.9)

    assert [one.column for one in broken(*known)] == ["calm"]
    assert broken(*few) == (), "ten days tell too little without the others"
    assert broken(*restless(6, 48, 0.0)) == ()
