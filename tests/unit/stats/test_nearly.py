"""Rows that are other rows again but for little."""

import numpy as np
import pytest

from mainstay.core.columns import Columns, Text
from mainstay.stats import copies
from mainstay.stats.nearly import LITTLE, PAIRED, UNCHANGED, Both, Nearly, nearly

DAYS, A_DAY, HELD = 60, 50, 20
MOST = 4
"""Of 60 worlds 0.025 are promised: 5 and more have a chance of 0.02."""


def world(seed: int, part: float, change: str, *, coarse: bool = False, a_day: int = A_DAY) -> Both:
    """40 training and 20 held-out days with habits, of which some rows are changed copies."""
    random = np.random.default_rng(seed)
    count, learned = DAYS * a_day, (DAYS - HELD) * a_day
    day = np.repeat(np.arange(DAYS), a_day)
    usual = random.integers(0, 30, DAYS)[day]
    few = 8 if coarse else 400
    made: Columns = {
        "habit": np.where(random.random(count) < 0.3, usual, random.integers(0, 30, count)),
        "kind": Text(random.integers(-1, 4, count).astype(np.int32), ("bus", " Bus", "rail", "x")),
        "flag": random.random(count) < 0.3,
        **{f"x{at}": random.integers(0, few, count) / 8 for at in range(4)},
    }
    again = np.flatnonzero((day >= DAYS - HELD) & (random.random(count) < part))
    origin = random.integers(0, learned, len(again))
    for values in made.values():
        told = values.codes if isinstance(values, Text) else values
        told[again] = told[origin]
    changed(made, again, change, random)
    return Both(made, day[:learned], HELD, {name: (name,) for name in made})


def changed(made: Columns, again: np.ndarray, how: str, random: np.random.Generator) -> None:
    if how in ("one", "two"):
        made["x1"][again] += 100
    if how == "two":
        made["habit"][again] = 31
    for at in range(4) if how == "little" else ():
        made[f"x{at}"][again] += random.normal(0, 0.002, len(again))


def proven(found: Nearly | None) -> float:
    assert found is not None
    return copies.proven(found.share, found.chance).value


@pytest.mark.parametrize("change", ["none", "one", "two", "little"])
def test_copies_are_proven_and_what_was_changed_is_named(change: str) -> None:
    found = nearly(world(1, 0.05, change), seed=1)

    named = {"none": UNCHANGED, "one": "x1", "two": "habit and x1", "little": LITTLE}
    assert found is not None
    assert found.changed[0] == (named[change], int(found.rows.sum()))
    assert 0.04 < found.share.value < 0.07
    assert proven(found) > 0.03


def test_texts_count_without_case_and_blanks() -> None:
    both = world(1, 0.0, "none")
    later = len(both.day) + 3
    for name, values in both.columns.items():
        told = values.codes if isinstance(values, Text) else values
        told[later] = 0 if name == "kind" else told[5]
    both.columns["kind"].codes[5] = 1

    found = nearly(both, seed=1)

    assert found is not None
    assert np.flatnonzero(found.rows).tolist() == [3]
    assert found.changed == ((UNCHANGED, 1),)


def test_what_is_made_of_one_field_changes_with_it() -> None:
    both = world(1, 0.05, "one")
    both.columns["made"], both.columns["of it"] = both.columns["x1"] * 3, both.columns["x1"] ** 2
    alone = nearly(both._replace(parts={**both.parts, "made": ("made",)}), seed=1)
    with_it = nearly(both._replace(parts={**both.parts, "x1": ("x1", "made", "of it")}), seed=1)

    assert alone is not None
    assert proven(alone) == 0.0
    assert proven(with_it) > 0.03


def test_of_many_fields_one_alone_is_left_out() -> None:
    both = world(1, 0.05, "two")
    made = {**both.columns, **{f"y{at}": both.columns["flag"] for at in range(PAIRED)}}
    many = both._replace(columns=made, parts={name: (name,) for name in made})

    found = nearly(many, seed=1)

    assert found is not None
    assert proven(found) == 0.0


def test_where_rows_of_all_days_are_alike_nobody_can_tell() -> None:
    both = world(1, 0.05, "one", coarse=True)
    few = {name: both.columns[name] for name in ("habit", "kind", "flag")}

    assert nearly(both._replace(columns=few, parts={name: (name,) for name in few}), seed=1) is None


def test_of_few_days_no_copy_is_proven_by_chance_alone() -> None:
    both = world(1, 0.0, "one")

    found = nearly(both._replace(day=both.day // 20), seed=1)

    assert found is None or proven(found) == 0.0


def test_rows_alike_by_chance_hardly_ever_prove_copies() -> None:
    """Of columns of few values each, rows of different days agree in all but one or two often."""
    found = [nearly(world(seed, 0.0, "none", coarse=True), seed=seed) for seed in range(60)]
    told = [one for one in found if one is not None]

    assert len(told) > 30
    assert any(one.rows.any() for one in told)
    assert sum(proven(one) > 0 for one in told) <= MOST
    assert sum(proven(one) > 0.01 for one in told) <= MOST


def test_a_season_whose_rows_are_more_alike_proves_no_copies() -> None:
    """Each tenth day values are fewer or more, as of a time of year: by days alone 7 of 30."""
    random, found = np.random.default_rng(0), []
    for seed in range(30):
        both = world(seed, 0.0, "none", coarse=True, a_day=2 * A_DAY)
        day = np.repeat(np.arange(DAYS), 2 * A_DAY)
        levels = random.integers(6, 12, 6)[day // 10]
        for name in ("x0", "x1", "x2", "x3"):
            both.columns[name][:] = np.floor(random.random(len(day)) * levels)
        found.append(nearly(both, seed=seed))
    told = [one for one in found if one is not None]

    assert len(told) > 15
    assert sum(proven(one) > 0 for one in told) <= 2


def test_copies_beyond_chance_are_proven() -> None:
    """Of columns of few values only what is far beyond chance."""
    twentieth = [nearly(world(seed, 0.05, "one"), seed=seed) for seed in range(20)]
    hundredth = [nearly(world(seed, 0.01, "one", a_day=200), seed=seed) for seed in range(10)]
    coarse = [nearly(world(seed, 0.15, "one", coarse=True), seed=seed) for seed in range(20)]

    assert sum(proven(one) > 0.02 for one in twentieth) >= 19
    assert sum(proven(one) > 0 for one in hundredth) >= 7
    assert sum(one is not None and proven(one) > 0 for one in coarse) >= 14
