"""The rules as straight-line code over one row: what is broken, and what is imputed for it.

Fields are judged on the row as it arrived, then values are imputed, then the conditions are judged:
the order of core.rules.
"""

import math
import sys
from collections.abc import Callable, Iterable
from datetime import UTC
from typing import Any

from mainstay.bundle.encoder import Program, Row, attribute
from mainstay.bundle.judgement import SHOWN, Breach
from mainstay.bundle.reading import Field
from mainstay.core import automaton, patterns
from mainstay.core.errors import Mistake
from mainstay.core.expressions import Call, ColumnOf
from mainstay.core.rules import FieldRule, RowRule, Rule, misfit, stand_in
from mainstay.core.typed import FLAG, INTEGER, NUMBER, TIME

Breaches = Callable[..., tuple[Breach, ...]]
"""Called with a row, the number of its record, and the places of fields that could not be read."""
_LOWEST, _MOST = -sys.float_info.max, sys.float_info.max


def compiled(fields: tuple[Field, ...], rules: tuple[Rule, ...]) -> Breaches:
    """What the rules find in a row, whose values they bring to UTC and impute. Raises Mistake."""
    return _program(fields, rules).compiled("row, at, unread=()", "found")


def kept(fields: tuple[Field, ...], rules: tuple[Rule, ...]) -> Callable[[list[Row]], bool]:
    """Whether rows break none of the rules, their moments brought to UTC. Raises Mistake."""
    if not rules and all(one.type != TIME for one in fields):
        return lambda _: True
    program = _program(fields, rules)
    program.line("if found: return False")
    return program.looped("row", "rows", "at, unread = 0, ()", "True")


def _program(fields: tuple[Field, ...], rules: tuple[Rule, ...]) -> Program:
    names = tuple(one.name for one in fields)
    program = Program(names)
    program.line("found = ()")
    for one in fields:
        if one.type == TIME:
            _to_utc(program, one.name, attribute(names, one.name))
    imputed: list[str] = []
    for rule in rules:
        if isinstance(rule, FieldRule):
            imputed += _field(program, rule, fields)
    for line in imputed:
        program.line(line)
    for rule in rules:
        if isinstance(rule, RowRule):
            _condition(program, rule)
    return program


def _to_utc(program: Program, name: str, place: str) -> None:
    """Moments arrive in any zone; rows, features and rules hold UTC."""
    moment = program.column(name)
    zone, moved = program.constant(UTC), program.constant(lambda value: value.astimezone(UTC))
    program.line(f"if {moment} is not None and {moment}.tzinfo is not {zone}:")
    program.line(f"    row.{place} = {moment} = {moved}({moment})")


def _field(program: Program, rule: FieldRule, fields: tuple[Field, ...]) -> Iterable[str]:
    """Writes the check of one field; gives the lines that impute, for later."""
    value = program.column(rule.name)
    names = [one.name for one in fields]
    place = names.index(rule.name)
    kind = fields[place].type
    if what := misfit(rule, kind):
        raise Mistake(what)
    by = program.value(rule.by).name if rule.by is not None else "None"
    tests = " or ".join(_tests(program, rule, value, by, kind))
    said = program.constant(_breach(rule))
    noted = f"found += ({said}({value}, at, {by}),)"
    if rule.on_breach == "impute" and not fields[place].nullable:
        raise Mistake(f"{rule.name} is required: nothing stands in for it")
    if rule.on_breach != "impute":
        if tests:
            program.line(f"if {value} is not None and ({tests}):")
            program.line(f"    {noted}")
        return ()
    broken = f"b{place}"
    null = f"{value} is None and {place} in unread" if rule.nullable else f"{value} is None"
    outside = f" or ({value} is not None and ({tests}))" if tests else ""
    program.line(f"{broken} = ({null}){outside}")
    program.line(f"if {broken}:")
    program.line(f"    {noted}")
    fill = program.constant(stand_in(rule, kind))
    return f"if {broken}:", f"    row.c{place} = {value} = {fill}"


def _tests(program: Program, rule: FieldRule, value: str, by: str, kind: str) -> Iterable[str]:
    """Code that is true for a value outside the rule."""
    if rule.levels is not None:
        yield f"{value} not in {program.constant(frozenset(rule.levels))}"
    if (rule.shortest, rule.longest) != (None, None):
        ends = rule.shortest or 0, sys.maxsize if rule.longest is None else rule.longest
        yield f"not {program.constant(ends[0])} <= len({value}) <= {program.constant(ends[1])}"
    if rule.pattern is not None:
        matches = automaton.matcher(patterns.pattern(rule.pattern))
        yield f"not {program.constant(matches)}({value})"
    if kind == NUMBER or (kind == INTEGER and (rule.low, rule.high) != (None, None)):
        low, high = (program.constant(_end(one, kind)) for one in _ends(rule.low, rule.high))
        yield f"not {low} <= {value} <= {high}"
    if kind == NUMBER and rule.type == "integer":
        yield f"not {value}.is_integer()"
    if rule.bands:
        outside = program.constant(_outside(rule))
        yield f"{outside}({by}, {value})"


def _ends(low: float | None, high: float | None) -> tuple[float, float]:
    return (_LOWEST if low is None else low), (_MOST if high is None else high)


def _end(bound: float, kind: str) -> float:
    """The bound as whole number for whole numbers: comparing like with like is 20 % faster."""
    return int(bound) if kind == INTEGER and float(bound).is_integer() else bound


def _outside(rule: FieldRule) -> Callable[[Any, Any], bool]:
    """Whether a value is outside the band of its row; one of no band is in it."""
    ends = {one: _ends(band.low, band.high) for band in rule.bands for one in band.among}

    def outside(by: Any, value: Any) -> bool:
        band = ends.get(by)
        return band is not None and not band[0] <= value <= band[1]

    return outside


def _condition(program: Program, rule: RowRule) -> None:
    if rule.condition.type != FLAG:
        raise Mistake(f"{rule.text} is no condition: it gives {rule.condition.type or 'nothing'}")
    if rule.on_breach == "impute":
        raise Mistake(f"{rule.text} is a condition of several columns: nothing is imputed for it")
    held = program.value(rule.condition)
    said = program.constant(
        lambda at: Breach(f"$.records[{at}]", rule.text, f"breaks {rule.text}", rule.on_breach)
    )
    program.line(f"if {held.name} is False:")
    program.line(f"    found += ({said}(at),)")


def _breach(rule: FieldRule) -> Callable[[Any, int, Any], Breach]:
    def breach(value: Any, at: int, by: Any) -> Breach:
        said = (
            f"{str(value)[:SHOWN]}, {_complaint(rule, value, by)}" if value is not None else "null"
        )
        return Breach(f"$.records[{at}].{rule.name}", rule.name, f"is {said}", rule.on_breach)

    return breach


def _complaint(rule: FieldRule, value: Any, by: Any) -> str:
    if isinstance(value, str):
        return _complaint_of_text(rule, value)
    if rule.levels is not None and value not in rule.levels:
        return f"not among the {len(rule.levels)} known"
    if isinstance(value, float) and math.isinf(value) and (rule.low, rule.high) == (None, None):
        return "not finite"
    for low, high, where in ((rule.low, rule.high, ""), *_band(rule, by)):
        unit = f" {rule.unit}" if rule.unit else ""
        if low is not None and value < low:
            return f"below {low:.12g}{unit}{where}"
        if high is not None and value > high:
            return f"above {high:.12g}{unit}{where}"
    return "not finite" if math.isinf(value) else "not a whole number"


def _complaint_of_text(rule: FieldRule, value: str) -> str:
    if rule.levels is not None and value not in rule.levels:
        return f"not among the {len(rule.levels)} known"
    if rule.shortest is not None and len(value) < rule.shortest:
        return f"shorter than {rule.shortest} characters"
    if rule.longest is not None and len(value) > rule.longest:
        return f"longer than {rule.longest} characters"
    return f"not of the pattern {str(rule.pattern)[:SHOWN]}"


def _band(rule: FieldRule, by: Any) -> list[tuple[float | None, float | None, str]]:
    """The ends that hold for a row by its band, and in what words."""
    match rule.by:
        case ColumnOf(name=name):
            where = f" where {name} is {str(by)[:SHOWN]}"
        case Call(operation=operation):
            where = f" in {operation} {by}"
        case _:
            return []
    return [(band.low, band.high, where) for band in rule.bands if by in band.among]
