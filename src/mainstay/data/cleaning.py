"""Cleaning on any engine: the steps of core.cleaning over the columns of a table, and their counts.

The same meaning as at the door (bundle.cleaning); a step that cannot be asked of a column is a
Mistake.
"""

from collections.abc import Collection, Iterator
from functools import reduce
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from mainstay.core import parsed, patterns
from mainstay.core.cleaning import Cleaning, Step, kind, misfit
from mainstay.core.errors import Mistake
from mainstay.core.typed import DATE, FLAG, INTEGER, NUMBER, TEXT, TIME
from mainstay.data import dialect, schema
from mainstay.data.expression import constant
from mainstay.data.rules import out_of_range

_ROWS, _HIT, _LOST = "mainstay_rows", "mainstay_hit", "mainstay_lost"
_STEPS: tuple[Step, ...] = ("missing", "type", "spelled", "convert", "possible")
WORDS: dict[Step, str] = {
    "type": "read as what they are", "spelled": "spelled as meant",
    "missing": "codes for missing made null", "convert": "converted to the unit agreed on",
    "possible": "impossible and made null",
}  # fmt: skip


class Cleaned(NamedTuple):
    """What a step did to a column: rows whose value it set right, lost: those now null, of all."""

    source: str
    column: str
    step: Step
    rows: int
    lost: int
    of: int

    @property
    def note(self) -> str:
        """In words, for a person."""
        none = f", {self.lost:,} of them are none" if self.step == "type" and self.lost else ""
        share = f"{self.rows:,} of {self.of:,} values"
        return f"{self.source}: {share} of {self.column} {WORDS[self.step]}{none}"

    @property
    def odd(self) -> int:
        """Values that did not come as agreed: of texts that are read those that are no such type,

        all else that was set right.
        """
        return self.lost if self.step == "type" else self.rows


class Mark(NamedTuple):
    """Columns of a table that is `marked`: where a step set a value right, where it left none."""

    column: str
    step: Step

    @property
    def hit(self) -> str:
        return f"{_HIT}_{self.step}_{self.column}"

    @property
    def lost(self) -> str:
        return f"{_LOST}_{self.step}_{self.column}"


class _Stage(NamedTuple):
    """What a step changes: where, never null, and the value afterwards."""

    step: Step
    hit: ir.BooleanValue
    after: ir.Value


def cleaned(table: ir.Table, some: tuple[Cleaning, ...], what: str) -> ir.Table:
    """The rows, each value set right, in neutral types; what: whose they are. Raises Mistake."""
    if not some:
        return table
    rows = schema.widened(table)
    made = {}
    for one in some:
        stages = _stages(rows, one, what)
        made[one.name] = stages[-1].after if stages else rows[one.name]
    return rows.mutate(**made)


def marked(table: ir.Table, some: tuple[Cleaning, ...], what: str) -> ir.Table:
    """The same, and beside it where steps changed something, see `marks`."""
    rows = schema.widened(table)
    made: dict[str, ir.Value] = {}
    for one in some:
        for stage in _stages(rows, one, what):
            mark = Mark(one.name, stage.step)
            lost = stage.hit & stage.after.isnull()
            for name, where in ((mark.hit, stage.hit), (mark.lost, lost)):
                made[name] = made[name] | where if name in made else where  # codes come twice
            made[one.name] = stage.after
    return rows.mutate(**made) if made else table


def marks(table: ir.Table, some: tuple[Cleaning, ...]) -> tuple[Mark, ...]:
    """Those that a table carries of these steps."""
    every = (Mark(one.name, step) for one in some for step in _STEPS)
    return tuple(one for one in every if one.hit in table.columns)


def counts(table: ir.Table, some: tuple[Cleaning, ...], what: str) -> tuple[Cleaned, ...]:
    """What each step of each column does, counted in one pass. Raises Mistake likewise."""
    if not some:
        return ()
    rows = schema.widened(table)
    stages = [(one.name, stage) for one in some for stage in _stages(rows, one, what)]
    asked: dict[str, ir.Value] = {_ROWS: rows.count()}
    for at, (_, stage) in enumerate(stages):
        lost = stage.hit & stage.after.isnull()
        asked[f"{_HIT}_{at}"] = ibis.ifelse(stage.hit, 1, 0).sum()
        asked[f"{_LOST}_{at}"] = ibis.ifelse(lost, 1, 0).sum()
    (found,) = rows.aggregate(**asked).to_pyarrow().to_pylist()
    return tuple(
        Cleaned(
            what, name, stage.step,
            found[f"{_HIT}_{at}"] or 0, found[f"{_LOST}_{at}"] or 0, found[_ROWS],
        )
        for at, (name, stage) in enumerate(stages)
    )  # fmt: skip


def _stages(rows: ir.Table, one: Cleaning, what: str) -> list[_Stage]:
    """The steps of a column, each over what the one before made of it."""
    value = schema.column(rows, one.name, f"clean of {what}")
    before = schema.neutral(value.type())
    if says := misfit(one, before):
        raise Mistake(f"clean of {what}: {says}", "say what is meant, or leave the step out")
    stages: list[_Stage] = []
    for step in (_no_text, _read, _spelled, _no_number, _converted, _possible):
        value = stages[-1].after if stages else value
        stages += step(value, one)
    return stages


def _read(value: ir.Value, one: Cleaning) -> Iterator[_Stage]:
    before = schema.neutral(value.type())
    wanted = kind(one, before) if one.convert is None else NUMBER
    if one.type is None or (before != TEXT and before == wanted):
        return
    if before != TEXT:  # whole numbers, meant as numbers
        yield _Stage("type", _never(value), value.cast(wanted))
        return
    yield _Stage("type", value.notnull(), _parsed(value, one))


def _parsed(text: ir.StringValue, one: Cleaning) -> ir.Value:
    """What a text holds, null where it is nothing of the kind."""
    match one.type:
        case "boolean":
            word = _formed(text.lower(), "|".join((*parsed.YES, *parsed.NO)))
            yes, no = _among(word, parsed.YES), _among(word, parsed.NO)
            return ibis.cases((yes, True), (no, False), else_=ibis.null(FLAG))
        case "integer":
            return dialect.tried(_formed(text, parsed.INTEGER_FORM), INTEGER)
        case "date":
            return dialect.tried(_formed(text, parsed.DATE_FORM), DATE)
        case "timestamp":
            plain = _formed(text, parsed.MOMENT_FORM).replace("T", "")  # blanks within went too
            return dialect.tried(plain.substr(0, 10) + "T" + plain.substr(10), TIME)
        case _:
            return dialect.tried(_formed(text, parsed.NUMBER_FORM), NUMBER)


def _formed(text: ir.StringValue, form: str) -> ir.StringValue:
    """The text without blanks around it where it is of a form, else null.

    By replacing: Spark strips other blanks than are asked for.
    """
    blanks = "[ \\t\\n\\r]*"
    read = patterns.pattern(f"{blanks}(?:{form}){blanks}")
    kept = ibis.ifelse(dialect.matches(text, read), text, ibis.null(TEXT))
    return reduce(lambda left, blank: left.replace(blank, ""), parsed.BLANKS, kept)


def _spelled(value: ir.Value, one: Cleaning) -> Iterator[_Stage]:
    if one.spelled:
        cases = [(value == constant(a, TEXT), constant(b, TEXT)) for a, b in one.spelled.items()]
        yield _Stage("spelled", _among(value, one.spelled), ibis.cases(*cases, else_=value))


def _no_text(value: ir.Value, one: Cleaning) -> Iterator[_Stage]:
    if value.type().is_string() and one.texts:
        yield _coded(value, one.texts)


def _no_number(value: ir.Value, one: Cleaning) -> Iterator[_Stage]:
    if not value.type().is_string() and one.codes:
        yield _coded(value, one.codes)


def _coded(value: ir.Value, codes: Collection[str | float]) -> _Stage:
    hit = _among(value, codes)
    return _Stage("missing", hit, ibis.ifelse(hit, ibis.null(value.type()), value))


def _converted(value: ir.Value, one: Cleaning) -> Iterator[_Stage]:
    unit = one.convert
    if unit is None:
        return
    number = value.cast(NUMBER)
    low, high = constant(unit.low, NUMBER), constant(unit.high, NUMBER)
    inside = _surely(number.between(low, high))
    made = number * constant(unit.times, NUMBER)
    made = made + constant(unit.plus, NUMBER) if unit.plus else made
    yield _Stage("convert", inside, ibis.ifelse(inside, made, number))


def _possible(value: ir.Value, one: Cleaning) -> Iterator[_Stage]:
    if one.possible is not None:
        out = _surely(out_of_range(value, *one.possible))
        yield _Stage("possible", out, ibis.ifelse(out, ibis.null(value.type()), value))


def _among(value: ir.Value, some: Collection[str | float]) -> ir.BooleanValue:
    """Whether a value is one of some; a whole number is none that has a fraction."""
    whole = value.type().is_integer()
    known = [one for one in some if not whole or float(one).is_integer()]
    codes = [constant(int(one) if whole else one, schema.neutral(value.type())) for one in known]
    return _surely(value.isin(codes)) if codes else _never(value)


def _surely(condition: ir.BooleanValue) -> ir.BooleanValue:
    """What is unknown is not so."""
    return ibis.coalesce(condition, constant(value=False, kind=FLAG))


def _never(value: ir.Value) -> ir.BooleanValue:
    return value.isnull() & value.notnull()
