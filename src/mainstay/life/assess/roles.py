"""Which column of a table plays which part: time, key, entity, label; and the task it sets."""

from typing import NamedTuple

import ibis.expr.types as ir

from mainstay.contract.metrics import Task
from mainstay.core import nearest
from mainstay.core.errors import Mistake
from mainstay.core.rules import FieldType
from mainstay.life.assess.survey import Facts, Survey, distinct, kind

MANY_TEXTS = 1_000  # from so many levels on, a text names things rather than describing them
SOME_TEXTS, FEW_ROWS_EACH = 50, 10  # or where so many come back so rarely
REPEATS = 0.9
MOSTLY = 0.95
CLASSES: dict[FieldType | None, int] = {"string": 100, "integer": 10}


class Roles(NamedTuple):
    """Names of columns; entity is None where no text looks like a name that comes back."""

    key: str
    time: str
    entity: str | None
    label: str
    task: Task


def time_of(table: ir.Table, given: str | None) -> str:
    """The column of the decision time: the one given, or the only timestamp. Raises Mistake."""
    kinds = {name: kind(table[name]) for name in table.columns}
    stamps: list[str] = [name for name, found in kinds.items() if found == "timestamp"]
    dates = [name for name, found in kinds.items() if found == "date"]
    if given is None and len(stamps) == 1:
        return stamps[0]
    if given is None:
        raise Mistake(
            f"which column is the decision time? {_listed(stamps, 'time')}",
            _say("time", stamps, dates),
        )
    named(table, given)
    if given not in (*stamps, *dates):
        raise Mistake(f"{given} is {table[given].type()}, no time", _say("time", stamps, dates))
    return given


def key_of(table: ir.Table, survey: Survey, given: str | None) -> str:
    """The column that tells the rows apart: the one given, or the first. Raises Mistake."""
    if given is None and survey.unique:
        return survey.unique[0]
    if given is None:
        likely = sorted(_keys(survey), key=lambda name: -survey.columns[name].levels)[:3]
        counted = [f"{name} ({distinct(table, name):,})" for name in likely]
        raise Mistake(
            f"no column has another value in each of the {survey.rows:,} rows;"
            f" nearest to it: {', '.join(counted) or 'none'}",
            hint="add a column that is unique for every decision, then say --key NAME",
        )
    named(table, given)
    if given not in survey.unique:
        _refuse_key(survey, given, distinct(table, given))
    return given


def task_of(table: ir.Table, survey: Survey, label: str) -> Task:
    """Yes or no, one of a few classes, or a number. Raises Mistake for a label that is none."""
    facts, levels = survey.columns[label], distinct(table, label)
    if levels < 2:
        raise Mistake(f"the label {label} has {levels} different values: nothing to predict")
    if facts.kind == "boolean" or (facts.kind, facts.low, facts.high) == ("integer", 0, 1):
        return "binary"
    if levels > 2 and facts.kind in CLASSES and levels <= CLASSES[facts.kind]:
        return "multiclass"
    if levels > 2 and facts.kind in ("integer", "number"):
        return "regression"
    wanted = "a label is true or false, one of at most 100 classes, or a number"
    hint = "store it as a boolean: true for what is looked for" if levels == 2 else wanted
    raise Mistake(f"the label {label} is {table[label].type()} with {levels:,} values", hint)


def entity_of(survey: Survey, *taken: str) -> str | None:
    """The text that names whom most decisions are about: many values, most of which come back."""
    names = [
        name
        for name in survey.columns
        if name not in taken
        and is_name(survey, name)
        and survey.columns[name].levels <= REPEATS * survey.rows
    ]
    return max(names, key=lambda name: survey.columns[name].levels, default=None)


def is_name(survey: Survey, name: str) -> bool:
    """Whether a text has so many values that it names things rather than describing them."""
    facts = survey.columns[name]
    rare = facts.levels * FEW_ROWS_EACH > survey.rows - facts.nulls
    many = facts.levels > MANY_TEXTS or (facts.levels >= SOME_TEXTS and rare)
    return facts.kind == "string" and many and not is_written(facts)


def is_written(facts: Facts) -> bool:
    """Whether a text is a number that its source has written as text."""
    return facts.numbers >= MOSTLY


def named(table: ir.Table, name: str) -> None:
    """Raises Mistake with the nearest name unless the table has the column."""
    if name not in table.columns:
        raise Mistake(f"there is no column {name}", nearest.hint(name, table.columns))


def _keys(survey: Survey) -> list[str]:
    kinds = ("string", "integer")
    return [name for name, facts in survey.columns.items() if facts.kind in kinds]


def _refuse_key(survey: Survey, name: str, levels: int) -> None:
    nulls = survey.columns[name].nulls
    why = f"has {nulls:,} nulls" if nulls else f"has {levels:,} values in {survey.rows:,} rows"
    hint = f"these do: {', '.join(survey.unique)}" if survey.unique else ""
    raise Mistake(f"{name} does not tell the rows apart: it {why}", hint)


def _listed(names: list[str], what: str) -> str:
    return f"{' and '.join(names)} are {what}s" if names else f"none is a {what}"


def _say(option: str, first: list[str], second: list[str]) -> str:
    names = [*first, *second]
    if not names:
        return f"store the moment of decision as a timestamp, then say --{option} NAME"
    return f"say --{option} {names[0]}" + "".join(f" or {name}" for name in names[1:])
