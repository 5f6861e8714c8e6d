"""Data rules: which rows break which rule, what is imputed and what reaches the model."""

import ibis.expr.types as ir
import pytest
import trap_rows
from side_by_side import Engine, differences, rows

from mainstay.core.expressions import Call, ColumnOf, Literal
from mainstay.core.rules import Band, FieldRule, RowRule, Rule
from mainstay.core.typed import typed
from mainstay.data import rules

TYPES = {
    "id": "int64",
    "whole": "int64",
    "other": "int64",
    "number": "float64",
    "second": "float64",
    "text": "string",
    "part": "string",
    "flag": "boolean",
    "sign": "boolean",
    "day": "date",
    "then": "date",
    "moment": "timestamp('UTC')",
}
LESS = typed(Call("less_equal", (ColumnOf("number"), ColumnOf("second"))), TYPES)
NEAR = typed(
    Call("or", (Call("less", (ColumnOf("whole"), Literal(60.5))), ColumnOf("flag"))), TYPES
)
BANDS = (
    Band(("a", "", "é"), 0.0, 7.0),
    Band(("😀", "it's"), None, 2.0**53),
    Band(("A",), 1.0, None),
)
RULES: tuple[Rule, ...] = (
    FieldRule("whole", "integer", nullable=False, on_breach="reject", low=-6.5, high=2.0**53),
    FieldRule("other", "integer", nullable=True, on_breach="impute", high=60, imputed=7),
    FieldRule(
        "number", "number", nullable=True, on_breach="impute", low=-2.5, high=1e19, imputed=1
    ),
    FieldRule("number", "integer", nullable=True, on_breach="flag"),
    FieldRule("second", "number", nullable=True, on_breach="flag"),
    FieldRule(
        "second",
        "number",
        nullable=False,
        on_breach="fallback",
        by=ColumnOf("text", "string"),
        bands=BANDS,
    ),
    FieldRule(
        "text", "string", nullable=False, on_breach="flag", levels=tuple(trap_rows.TEXTS[:20])
    ),
    FieldRule(
        "part", "string", nullable=True, on_breach="impute", shortest=1, longest=2, imputed="é"
    ),
    FieldRule("whole", "integer", nullable=True, on_breach="flag", levels=(0, 7, 2**53)),
    FieldRule("flag", "boolean", nullable=True, on_breach="reject"),
    FieldRule("day", "date", nullable=False, on_breach="fallback"),
    FieldRule("moment", "timestamp", nullable=False, on_breach="flag"),
    RowRule("number <= second", LESS, "flag"),
    RowRule("whole < 60.5 or flag", NEAR, "fallback"),
)
PATTERNS = (
    "",
    ".",
    ".*",
    "a",
    "[a-zA-Z]+",
    r"\w+",
    r"\W*",
    r"\s|\S\S",
    r"\d*",
    "[^a-z]*",
    "(a|b)?",
    "é|ß",
    "[\u0300-\U0001f600]+",
    r"(?:a|it's|\$1|100%|back\\slash)",
    "a{0,300}",
    ".{2,}",
    "(a |ba){1,260}b?",
    r"\.|\[|\]|\^",
    r"say \"x\"",
    r"line\nbreak",
)


def marks(table: ir.Table, some: tuple[Rule, ...]) -> ir.Table:
    """Which rules each row broke."""
    made = rules.marked(table, some)
    return made.table.select("id", *made.broken)


@pytest.mark.parametrize("how", [marks, rules.judged, rules.imputed, rules.let_through])
@pytest.mark.parametrize("count", [0, 1500])
def test_every_row_is_judged_the_same(
    ours: Engine, theirs: Engine, how: object, count: int
) -> None:
    assert callable(how)
    given = trap_rows.drawn(count)

    mine, other = (rows(how(one.stored(given), RULES).to_pyarrow(), "id") for one in (ours, theirs))

    assert differences(mine, other) == []


def test_patterns_match_the_same_texts(ours: Engine, theirs: Engine) -> None:
    texts = [*trap_rows.TEXTS, "a" * 299, "a" * 300, "a" * 301, "a " * 259 + "b", "ba" * 261]
    given = trap_rows.drawn(len(texts) + 1, text=texts)
    asked = tuple(
        FieldRule("text", "string", nullable=True, on_breach="flag", pattern=one)
        for one in PATTERNS
    )

    found = []
    for engine in (ours, theirs):
        table = engine.stored(given)
        marks = {f"pattern {at}": rules.broken(table, one) for at, one in enumerate(asked)}
        found.append(rows(table.select("id", **marks).to_pyarrow(), "id"))

    assert differences(*found) == []
