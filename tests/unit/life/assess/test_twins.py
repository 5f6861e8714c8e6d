from collections.abc import Callable
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pytest

from mainstay.contract.model import Contract
from mainstay.core.nouns import Evidence, Verdict
from mainstay.life.assess.seen import Seen
from mainstay.life.assess.twins import (
    AGAIN,
    NAMES,
    NEARLY,
    TWICE,
    changed,
    copies,
    groups,
    names,
    twins,
)

Look = Callable[..., Seen]
Table = Callable[..., ir.Table]
Columns = Callable[..., dict[str, Any]]
Promise = Callable[..., Contract]
ENTITY = {"time: seen_at": "time: seen_at, entity: patient"}


def by_clause(found: Any) -> dict[str, Evidence]:
    return {one.clause: one for one in found}


def patients(columns: Columns) -> dict[str, Any]:
    """Visits of 400 patients in no order."""
    return {**columns(), "patient": [f"p{at * 7 % 400}" for at in range(2400)]}


def test_a_clean_table_is_silent(
    table: Table, columns: Columns, look: Look, contract: Promise
) -> None:
    under = contract(ENTITY)
    seen = look(table(**patients(columns)), "ward", "age", "pulse", under=under)

    assert list(twins("binary", under, seen, seed=1)) == []
    assert {one.verdict for one in copies(under, seen)} == {Verdict.PASS}


def test_rows_written_twice_are_found(
    table: Table, columns: Columns, look: Look, contract: Promise
) -> None:
    made = {name: list(values) for name, values in patients(columns).items()}
    twice = {name: [*values, *values[:120]] for name, values in made.items()}
    twice["visit"] = [f"v{at:05d}" for at in range(2520)]
    under = contract(ENTITY)

    found = by_clause(copies(under, look(table(**twice), "ward", "age", under=under)))

    assert found[TWICE].verdict is Verdict.FAIL
    assert found[TWICE].estimate.value == pytest.approx(120 / 2520)


def test_rows_again_across_the_split_are_found(
    table: Table, columns: Columns, look: Look, contract: Promise
) -> None:
    made = columns()
    for name in ("ward", "age", "pulse", "stays"):
        values = list(made[name])
        values[2200:2300] = values[500:600]
        made[name] = values

    found = by_clause(copies(contract(), look(table(**made), "ward", "age", "pulse")))

    assert found[AGAIN].verdict is Verdict.FAIL
    assert found[AGAIN].estimate.value == pytest.approx(100 / 400)


def test_rows_again_that_were_changed_a_little_are_found(
    table: Table, columns: Columns, look: Look, contract: Promise
) -> None:
    generator = np.random.default_rng(1)
    made = {**columns(), "cost": generator.lognormal(5, 1, 2400)}
    for name in ("ward", "age", "pulse", "stays"):
        values = list(made[name])
        values[2200:2300] = values[500:600]
        made[name] = values
    some = made["cost"].copy()
    some[2200:2300] = np.round(some[500:600])
    under, clean = contract(), look(table(**made), "ward", "age", "pulse", "cost")

    seen = look(table(**{**made, "cost": some}), "ward", "age", "pulse", "cost")
    found = by_clause(twins("binary", under, seen, seed=1))

    assert found[NEARLY].verdict is Verdict.FAIL
    assert 0.15 < found[NEARLY].estimate.value < 100 / 400
    assert "cost (" in found[NEARLY].note
    assert {one.verdict for one in changed(clean, seed=1)} <= {Verdict.PASS, Verdict.FAIL}


def test_rows_alike_by_chance_are_no_copies(
    visits: ir.Table, look: Look, contract: Promise
) -> None:
    assert list(copies(contract(), look(visits, "ward"))) == []


def test_names_and_counters_are_no_inputs(table: Table, columns: Columns, look: Look) -> None:
    made = columns()
    rows = table(**made, who=[f"n{at * 2}" for at in range(2400)], row=list(range(2400)))

    found = by_clause(names(look(rows, "ward", "age", "who", "row")))

    assert found[f"{NAMES}: who"].verdict is Verdict.FAIL
    assert found[f"{NAMES}: row"].verdict is Verdict.FAIL
    assert found[f"{NAMES}: ward"].verdict is Verdict.PASS
    assert f"{NAMES}: age" not in found


def test_a_number_of_its_own_in_every_row_is_no_counter(
    table: Table, columns: Columns, look: Look
) -> None:
    cents = np.random.default_rng(1).permutation(2400)

    assert list(names(look(table(**columns(), cents=cents), "cents"))) == []


def test_a_number_given_out_in_no_order_is_asked_about(
    table: Table, columns: Columns, look: Look
) -> None:
    generator = np.random.default_rng(1)
    account = generator.choice(900_000, 2400, replace=False) + 100_000
    some = np.where(generator.random(2400) < 0.1, np.nan, account)
    rows = table(**columns(), account=account, some=some)

    (one, other) = names(look(rows, "account", "some"))

    assert one.clause == f"{NAMES}: account"
    assert {one.verdict, other.verdict} == {Verdict.UNSURE}
    assert "a name?" in one.note


def test_amounts_that_are_seldom_alike_are_not(table: Table, columns: Columns, look: Look) -> None:
    generator = np.random.default_rng(1)
    drawn = {
        "income": generator.lognormal(10.3, 0.6, 2400),
        "cents": 100 * generator.lognormal(8, 1.2, 2400),
        "metres": generator.normal(50_000, 10_000, 2400),
        "loan": 1000.0 * generator.integers(1, 500, 2400),
        "part": 1e6 * generator.random(2400) + 0.5,
    }
    whole = {name: np.round(values) for name, values in drawn.items() if name != "part"}

    found = look(table(**{**columns(), **whole, "part": drawn["part"]}), *drawn)

    assert list(names(found)) == []


def test_a_label_that_belongs_to_whom_it_is_about_lies_across_the_split(
    table: Table, columns: Columns, look: Look, contract: Promise
) -> None:
    made = patients(columns)
    made["stays"] = [int(one[1:]) % 3 == 0 for one in made["patient"]]
    under = contract(ENTITY)

    (found,) = groups("binary", under, look(table(**made), "age", under=under), seed=1)

    assert found.verdict is Verdict.FAIL
    assert found.clause == "no leak: patient across the split"
