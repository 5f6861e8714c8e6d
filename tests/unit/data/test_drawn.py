"""Rows drawn by their key."""

from collections.abc import Callable

import ibis.expr.types as ir

from mainstay.data.drawn import drawn


def keys(table: ir.Table) -> list[int]:
    found: list[int] = table.to_pyarrow()["id"].to_pylist()
    return found


def test_the_same_seed_draws_the_same_rows_whatever_their_order(
    stored: Callable[..., ir.Table],
) -> None:
    rows = list(range(500))
    one, other = (stored({"id": "int64"}, id=some) for some in (rows, rows[::-1]))

    found, of = drawn(one, "id", most=40, seed=7)

    assert (len(set(keys(found))), of) == (40, 500)
    assert keys(found) == sorted(keys(found)) == keys(drawn(other, "id", most=40, seed=7)[0])
    assert keys(found) != keys(drawn(one, "id", most=40, seed=8)[0])


def test_of_few_rows_all_are_taken(stored: Callable[..., ir.Table]) -> None:
    found, of = drawn(stored({"id": "int64"}, id=[3, 1, 2]), "id", most=3, seed=0)

    assert (keys(found), of) == ([1, 2, 3], 3)
