"""Conditions in arrays hold for the rows that the engine says they hold for."""

import math
import operator
from collections.abc import Callable
from functools import reduce

import ibis
import ibis.expr.types as ir
from hypothesis import given, settings
from hypothesis import strategies as st

from mainstay.core.rules import SEVERITY, FieldRule, FieldType, Rule
from mainstay.data import masks, rules
from mainstay.data.stream import Asked

Stored = Callable[..., ir.Table]
TYPES = {"temp": "float64", "seats": "int64", "carrier": "string", "late": "boolean"}
EDGES = [0.0, -0.0, 17.0, math.nextafter(17.0, 0), 130.0, math.inf, -math.inf, math.nan, 1e308]
WHOLE = [0, 17, 2**53, 2**53 + 1, -(2**53), -(2**53) - 1, 2**63 - 1, -(2**63)]
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "temp": st.none() | st.sampled_from(EDGES),
            "seats": st.none() | st.sampled_from(WHOLE),
            "carrier": st.none() | st.sampled_from(["UA", "B6", "", "É"]),
            "late": st.none() | st.booleans(),
        }
    ),
    max_size=20,
)
END = st.none() | st.sampled_from([-130.0, 0.0, 17.0, 1e308])
WHOLE_END = st.none() | st.sampled_from([0.0, 16.5, 2.0**53, -(2.0**53)])
LEVELS = st.lists(st.sampled_from(["UA", "É", "", "it's"]), unique=True).map(tuple)


def _rule(name: str, kind: FieldType, **more: st.SearchStrategy[object]) -> st.SearchStrategy[Rule]:
    return st.builds(
        FieldRule,
        name=st.just(name),
        type=st.just(kind),
        nullable=st.booleans(),
        on_breach=st.sampled_from(SEVERITY[::2]),
        **more,
    )


RULES = st.lists(
    st.one_of(
        _rule("temp", "number", low=END, high=END),
        _rule("temp", "integer", low=END),
        _rule("seats", "integer", low=WHOLE_END, high=WHOLE_END | st.just(1e19)),
        _rule("carrier", "string", levels=LEVELS),
        _rule("carrier", "string", levels=LEVELS, longest=st.just(1)),
        _rule("late", "boolean"),
    ),
    max_size=5,
).map(tuple)


def table(stored: Stored, made: list[dict[str, object]]) -> ir.Table:
    return stored(TYPES, **{name: [row[name] for row in made] for name in TYPES})


@settings(max_examples=25)
@given(made=ROWS, some=RULES)
def test_a_mask_holds_where_the_engine_says_so(
    stored: Stored, made: list[dict[str, object]], some: tuple[Rule, ...]
) -> None:
    marked = rules.marked(table(stored, made), some)
    named = marked.table.mutate(kept=rules.kept(marked, some), null=marked.table.late)
    names = (*marked.broken, "kept", "null")

    asked = Asked(named)
    found = {name: masks.mask(asked, named[name]) for name in names}
    asked.of(named.seats)

    said = named.select(*names).to_pyarrow()
    batches = list(asked.batches())
    for name, holds in found.items():
        held = [one for batch in batches for one in holds(batch).tolist()]
        assert held == [bool(one) for one in said[name].to_pylist()]


def test_of_ranges_and_levels_the_engine_is_asked_for_values_only(stored: Stored) -> None:
    rows = table(stored, [])
    some = (
        FieldRule("temp", "number", nullable=True, on_breach="fallback", low=-30, high=130),
        FieldRule("seats", "integer", nullable=False, on_breach="reject", low=1),
        FieldRule("carrier", "string", nullable=False, on_breach="reject", levels=("UA", "B6")),
    )
    marked = rules.marked(rows, some)
    asked = Asked(marked.table)
    values = (asked.number(rows.temp), asked.number(rows.seats))
    codes = asked.code(rows.carrier, ("B6", "UA"))

    masks.mask(asked, rules.kept(marked, some))

    assert len(asked._names) == len({*values, codes}) == 3


def test_a_contract_may_have_more_rules_than_calls_can_nest(stored: Stored) -> None:
    rows = table(stored, [{"temp": 1.0, "seats": 1, "carrier": "UA", "late": True}])
    never, last = ibis.literal(value=False), ibis.coalesce(rows.late, ibis.literal(value=False))
    asked = Asked(rows)

    holds = masks.mask(asked, reduce(operator.or_, [never] * 2_000 + [last]))

    (batch,) = asked.batches()
    assert holds(batch).tolist() == [True]
