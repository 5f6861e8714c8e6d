"""Masks judge every row as the guard does: what happens to it, and how an answer is marked."""

import math
from datetime import UTC, date, datetime

import msgspec
from batched import requested, stored
from hypothesis import given, settings
from hypothesis import strategies as st
from ibis.backends.duckdb import Backend

from mainstay.bundle import guard
from mainstay.bundle.guard import RequestColumn
from mainstay.bundle.runtime import Runtime
from mainstay.core.expressions import Call, ColumnOf, Literal
from mainstay.core.rules import Band, FieldRule, RowRule, Rule
from mainstay.core.typed import typed
from mainstay.life.score import judged
from mainstay.life.score.asked import asks

TYPES = {
    "id": "int64", "distance": "int64", "temp": "float64", "dewp": "float64", "free": "float64",
    "carrier": "string", "late": "boolean", "day": "date", "time": "timestamp('UTC')",
}  # fmt: skip
COLUMNS = tuple(RequestColumn(name, kind) for name, kind in TYPES.items())
NUMBERS = st.none() | st.sampled_from(
    [0.0, -0.0, 0.5, 17.0, 130.0, 130.5, -30.0, 1e308, math.inf, -math.inf, math.nan, 2.0**63]
)
ROW = st.fixed_dictionaries(
    {
        "distance": st.none() | st.integers(15, 19) | st.sampled_from([0, 6000, 6001, 2**53 + 1]),
        "temp": NUMBERS,
        "dewp": NUMBERS,
        "free": NUMBERS,
        "carrier": st.none() | st.sampled_from(["UA", "ua", "", "B6", "É"]),
        "late": st.none() | st.booleans(),
        "day": st.just(date(2013, 1, 31)) | st.none(),
        "time": st.just(datetime(2013, 1, 31, 6, tzinfo=UTC)),
    }
)
ROWS = st.lists(ROW, min_size=1, max_size=30).map(
    lambda rows: [{"id": at, **row} for at, row in enumerate(rows)]
)
DRIER = typed(Call("less_equal", (ColumnOf("dewp"), ColumnOf("temp"))), TYPES)
NEAR = typed(
    Call("or", (Call("less", (ColumnOf("distance"), Literal(6001.5))), ColumnOf("late"))), TYPES
)
ACT = st.sampled_from(["reject", "fallback", "flag"])
FILLED = st.sampled_from(["reject", "fallback", "flag", "impute"])
BANDS = (Band(("UA", "B6"), 0.0, 100.0), Band(("É",), None, 1.0))
RULES = st.tuples(
    st.builds(FieldRule, st.just("distance"), st.just("integer"), st.booleans(), FILLED,
              low=st.just(16.5), high=st.just(6000), imputed=st.just(17)),
    st.builds(FieldRule, st.just("temp"), st.just("number"), st.booleans(), FILLED,
              low=st.just(-30), imputed=st.just(20.5), by=st.just(ColumnOf("carrier", "string")),
              bands=st.just(BANDS)),
    st.builds(FieldRule, st.just("dewp"), st.just("integer"), st.booleans(), ACT),
    st.builds(FieldRule, st.just("carrier"), st.just("string"), st.booleans(), ACT,
              levels=st.just(("UA", "B6", "É"))),
    st.builds(FieldRule, st.just("late"), st.just("boolean"), st.booleans(), ACT),
    st.builds(FieldRule, st.just("day"), st.just("date"), st.booleans(), ACT),
    st.builds(RowRule, st.just("dewp <= temp"), st.just(DRIER), ACT),
    st.builds(RowRule, st.just("near"), st.just(NEAR), ACT),
)  # fmt: skip


@settings(max_examples=25)
@given(ROWS, RULES)
def test_masks_judge_every_row_as_the_guard_does(
    opened_once: Runtime, bench: Backend, rows: list[dict[str, object]], rules: tuple[Rule, ...]
) -> None:
    stated = msgspec.structs.replace(
        opened_once.manifest, request=COLUMNS, rules=rules, outputs=(), inputs=()
    )
    at_the_door = guard.compiled(COLUMNS, rules).judged(requested(rows))

    asked = asks(stored(bench, stated, rows), stated)
    (batch,) = asked.asked.batches()
    found = judged.judged(batch, asked)

    assert isinstance(at_the_door, list)
    kinds = [found.kinds[at] for at in found.kind]
    outcomes = [judged.OUTCOMES[one.outcome] for one in kinds]
    assert outcomes == [one.outcome for one in at_the_door]
    assert [one.flags for one in kinds] == [one.flags for one in at_the_door]
    named = [tuple(dict.fromkeys(each.field for each in one.reasons)) for one in at_the_door]
    assert [one.names for one in kinds] == named


def test_more_rules_than_a_word_has_bits_are_told_apart(
    opened_once: Runtime, bench: Backend
) -> None:
    rules = tuple(
        RowRule(
            f"n{at}", typed(Call("less", (ColumnOf("id"), Literal(at))), {"id": "int64"}), "flag"
        )
        for at in range(80)
    )
    stated = msgspec.structs.replace(
        opened_once.manifest, request=COLUMNS[:1], rules=rules, outputs=(), inputs=()
    )
    asked = asks(stored(bench, stated, [{"id": at} for at in (0, 79, 80, 40, 40)]), stated)
    (batch,) = asked.asked.batches()

    found = judged.judged(batch, asked)

    assert [len(found.kinds[at].flags) for at in found.kind] == [1, 80, 80, 41, 41]
