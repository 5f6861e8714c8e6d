"""From a request row to the inputs of the model: expressions compiled to straight-line Python.

The source holds names of our own making only; what a user wrote (a column, a text, a number) comes
in by position or as a constant of the namespace. Every operation is total and means what
`core.expressions` says, bit for bit what the bench computes; a whole number beyond int64, where
the bench refuses the row (or its optimizer finds a way around the number), is null.
"""

import math
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from functools import reduce
from string import ascii_lowercase, ascii_uppercase
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import astuple

from mainstay.core import nearest
from mainstay.core.errors import Mistake
from mainstay.core.expressions import Call, ColumnOf, Expression, Literal, Output
from mainstay.core.inputs import Input
from mainstay.core.typed import DATE, FLAG, INTEGER, NUMBER, TEXT, TIME

Row = msgspec.Struct
"""A decoded request: attributes c0, c1, … are its columns in order, None is null."""

Encoder = Callable[[Row], list[float]]

_ANY = ""
_INT64 = "whole if LEAST <= (whole := %s) <= MOST else None"
_EQUAL = "{0} == {1} or ({0} != {0} and {1} != {1})"
_LESS = "{0} < {1} or ({1} != {1} and {0} == {0})"  # NaN is the greatest
_LESS_EQUAL = "{0} <= {1} or {1} != {1}"
_REMAINDER = "abs({0}) % abs({1}) if {0} >= 0 else -(abs({0}) % abs({1}))"

_STRICT = {  # (operation, type of its arguments) -> Python for arguments that are not null
    ("add", INTEGER): _INT64 % "{0} + {1}",
    ("add", NUMBER): "{0} + {1}",
    ("subtract", INTEGER): _INT64 % "{0} - {1}",
    ("subtract", NUMBER): "{0} - {1}",
    ("multiply", INTEGER): _INT64 % "{0} * {1}",
    ("multiply", NUMBER): "{0} * {1}",
    ("divide", NUMBER): "{0} / {1} if {1} else None",
    ("modulo", INTEGER): f"({_REMAINDER}) if {{1}} else None",
    ("modulo", NUMBER): "(fmod({0}, {1}) if isfinite({0}) else nan) if {1} else None",
    ("negate", INTEGER): _INT64 % "-{0}",
    ("negate", NUMBER): "-{0}",
    ("abs", INTEGER): _INT64 % "abs({0})",
    ("abs", NUMBER): "abs({0})",
    ("floor", NUMBER): "floor({0}) if LOWEST <= {0} < BEYOND else None",
    ("ceil", NUMBER): "ceil({0}) if LOWEST <= {0} < BEYOND else None",
    ("sqrt", NUMBER): "None if {0} < 0.0 else sqrt({0})",
    ("exp", NUMBER): "inf if {0} > LARGEST_EXPONENT else exp({0})",
    ("ln", NUMBER): "None if {0} <= 0.0 else log({0})",
    ("equals", NUMBER): _EQUAL,
    ("equals", _ANY): "{0} == {1}",
    ("not_equals", NUMBER): f"not ({_EQUAL})",
    ("not_equals", _ANY): "{0} != {1}",
    ("less", NUMBER): _LESS,
    ("less", _ANY): "{0} < {1}",
    ("less_equal", NUMBER): _LESS_EQUAL,
    ("less_equal", _ANY): "{0} <= {1}",
    ("greater", NUMBER): f"not ({_LESS_EQUAL})",
    ("greater", _ANY): "{0} > {1}",
    ("greater_equal", NUMBER): f"not ({_LESS})",
    ("greater_equal", _ANY): "{0} >= {1}",
    ("not", FLAG): "not {0}",
    ("year", _ANY): "{0}.year",
    ("month", _ANY): "{0}.month",
    ("day", _ANY): "{0}.day",
    ("hour", TIME): "{0}.hour",
    ("minute", TIME): "{0}.minute",
    ("day_of_week", _ANY): "{0}.weekday()",
    ("day_of_year", _ANY): "{0}.toordinal() - {0}.replace(month=1, day=1).toordinal() + 1",
    ("lower", TEXT): "{0}.translate(LOWERED)",
    ("upper", TEXT): "{0}.translate(RAISED)",
    ("strip", TEXT): "{0}.strip(BLANKS)",
    ("length", TEXT): "len({0})",
    ("contains", TEXT): "{1} in {0}",
    ("starts_with", TEXT): "{0}.startswith({1})",
    ("ends_with", TEXT): "{0}.endswith({1})",
    ("concat", TEXT): "{0} + {1}",
}
_CASTS = {  # (from, to) -> Python for an argument that is not null
    (INTEGER, NUMBER): "float({0})",
    (FLAG, INTEGER): "int({0})",
    (FLAG, NUMBER): "float({0})",
    (INTEGER, TEXT): "str({0})",
    (FLAG, TEXT): "'true' if {0} else 'false'",
    (TIME, DATE): "{0}.date()",
    (DATE, TIME): "combine({0}, MIDNIGHT)",
}
_THREE_VALUED = {
    "if_else": "{1} if {0} else {2}",
    "and": "False if {0} is False or {1} is False else None if None in ({0}, {1}) else True",
    "or": "True if {0} or {1} else None if None in ({0}, {1}) else False",
}
_BETTER = {  # (operation, of numbers) -> where the second value {0} replaces the first {1}
    ("coalesce", False): "",
    ("coalesce", True): "",
    ("least", False): " or ({0} is not None and {0} < {1})",
    ("least", True): f" or ({{0}} is not None and ({_LESS}))",
    ("greatest", False): " or ({0} is not None and {0} > {1})",
    ("greatest", True): f" or ({{0}} is not None and not ({_LESS_EQUAL}))",
}
_INPUT_TYPES = {
    "text": (TEXT,),
    **dict.fromkeys(("number", "integer", "boolean"), (INTEGER, NUMBER, FLAG)),
}
_NAMESPACE: dict[str, Any] = {
    "__builtins__": {},
    **{name: getattr(math, name) for name in ("ceil", "exp", "floor", "fmod", "inf", "isfinite")},
    **{name: getattr(math, name) for name in ("log", "nan", "sqrt")},
    **{kind.__name__: kind for kind in (abs, float, int, len, str)},
    "combine": datetime.combine,
    "LEAST": -(2**63),
    "MOST": 2**63 - 1,
    "LOWEST": -(2.0**63),
    "BEYOND": 2.0**63,
    "LARGEST_EXPONENT": math.log(sys.float_info.max),
    "MIDNIGHT": time(tzinfo=UTC),
    "LOWERED": str.maketrans(ascii_uppercase, ascii_lowercase),
    "RAISED": str.maketrans(ascii_lowercase, ascii_uppercase),
    "BLANKS": " \t\n\r\v\f",
}


class Value(NamedTuple):
    """A local variable or a constant of the program, and whether it may be null."""

    name: str
    nullable: bool


class Program:
    """Straight-line code over one row, written expression by expression; a value is made once."""

    def __init__(self, columns: tuple[str, ...]) -> None:
        self._columns = columns
        self._lines: list[str] = []
        self._made: dict[str, str] = {}
        self._namespace = dict(_NAMESPACE)

    def line(self, code: str) -> None:
        """Appends a statement."""
        self._lines.append(code)

    def constant(self, value: object) -> str:
        """The name under which the code finds a value."""
        name = f"k{len(self._namespace)}"
        self._namespace[name] = value
        return name

    def local(self, code: str) -> str:
        """The local variable that holds what the code computes."""
        if code not in self._made:
            self._made[code] = f"v{len(self._made)}"
            self.line(f"{self._made[code]} = {code}")
        return self._made[code]

    def column(self, name: str) -> str:
        """The local variable of a column. Raises Mistake for an unknown one."""
        return self.local(f"row.{attribute(self._columns, name)}")

    def unpack(self) -> None:
        """Makes the variables of all columns: 15 ns each at once, 35 one by one."""
        names = {f"row.c{at}": f"w{at}" for at in range(len(self._columns))}
        self._made |= names
        self.line(f"{', '.join(names.values())}, = {self.constant(astuple)}(row)")

    def value(self, expression: Expression) -> Value:
        """Raises Mistake for what the compiler does not hold."""
        match expression:
            case ColumnOf(name=name):
                return Value(self.column(name), nullable=True)
            case Literal(value=None):
                return Value("None", nullable=True)
            case Literal():
                return Value(self._literal(expression), nullable=False)
            case Call():
                return self._call(expression)

    def compiled(self, arguments: str, result: str) -> Callable[..., Any]:
        """The function of the lines so far, with these arguments and this result."""
        lines = "".join(f"    {line}\n" for line in self._lines)
        return self._made_of(f"def compiled({arguments}):\n{lines}    return {result}\n")

    def looped(self, each: str, of: str, first: str, result: str) -> Callable[..., Any]:
        """The function that runs the lines for each of some, after a first one."""
        lines = "".join(f"        {line}\n" for line in self._lines)
        loop = f"    {first}\n    for {each} in {of}:\n{lines}"
        return self._made_of(f"def compiled({of}):\n{loop}    return {result}\n")

    def _made_of(self, source: str) -> Callable[..., Any]:
        exec(compile(source, "<mainstay>", "exec"), self._namespace)  # noqa: S102 - our own names only
        function: Callable[..., Any] = self._namespace["compiled"]
        return function

    def _literal(self, literal: Literal) -> str:
        value = _constant(literal)
        key = f"{literal.type} {value!r}"  # by its text: 0.0 and -0.0, 1 and True are equal
        if key not in self._made:
            self._made[key] = self.constant(value)
        return self._made[key]

    def _call(self, call: Call) -> Value:
        if call.operation == "is_in":
            return self._is_in(call.arguments[0], call.arguments[1:])
        values = [self.value(argument) for argument in call.arguments]
        match call.operation:
            case "coalesce" | "least" | "greatest":
                return reduce(lambda kept, other: self._kept(call, kept, other), values)
            case "is_null":
                return Value(self.local(f"{values[0].name} is None"), nullable=False)
            case "if_else" | "and" | "or":
                code = _THREE_VALUED[call.operation].format(*(value.name for value in values))
                chosen = values[1:] if call.operation == "if_else" else values
                return Value(self.local(code), any(value.nullable for value in chosen))
            case _:
                return self._strict(_template(call), values)

    def _kept(self, call: Call, kept: Value, other: Value) -> Value:
        """The first of two values, or the second where that is the answer."""
        better = _BETTER[call.operation, call.type == NUMBER].format(other.name, kept.name)
        code = f"{other.name} if {kept.name} is None{better} else {kept.name}"
        return Value(self.local(code), kept.nullable and other.nullable)

    def _is_in(self, subject: Expression, options: tuple[Expression, ...]) -> Value:
        literals = [option for option in options if isinstance(option, Literal)]
        if len(literals) < len(options):
            equal = (Call("equals", (subject, option), FLAG) for option in options)
            return self.value(reduce(lambda left, right: Call("or", (left, right), FLAG), equal))
        known = self.constant(
            frozenset(_constant(one) for one in literals if one.value is not None)
        )
        has_null = any(one.value is None for one in literals)
        template = f"True if {{0}} in {known} else None" if has_null else f"{{0}} in {known}"
        return self._strict(template, [self.value(subject)])

    def _strict(self, template: str, values: list[Value]) -> Value:
        code = template.format(*(value.name for value in values))
        nulls = [f"{value.name} is None" for value in values if value.nullable]
        guarded = f"None if {' or '.join(nulls)} else {code}" if nulls else code
        return Value(self.local(guarded), bool(nulls) or "None" in template)


def compiled(
    outputs: tuple[Output, ...], inputs: tuple[Input, ...], columns: tuple[str, ...]
) -> Encoder:
    """One float per input, in order: text by code, boolean 0.0 or 1.0, null and unseen NaN.

    columns: the names of a row's columns, in order. Raises Mistake for an input without an output,
    an unknown column, an operation or type not held.
    """
    program, made = _encoding(outputs, inputs, columns)
    return program.compiled("row", f"[{', '.join(made)}]")


def packed(
    outputs: tuple[Output, ...],
    inputs: tuple[Input, ...],
    columns: tuple[str, ...],
    pack: Callable[..., bytes],
) -> Callable[[Sequence[Row]], list[bytes]]:
    """The same of many rows, each packed: without a call and a list per row."""
    program, made = _encoding(outputs, inputs, columns, at_once=True)
    program.line(f"add({program.constant(pack)}({', '.join(made)}))")
    return program.looped("row", "rows", "made = []; add = made.append", "made")


def _encoding(
    outputs: tuple[Output, ...],
    inputs: tuple[Input, ...],
    columns: tuple[str, ...],
    *,
    at_once: bool = False,
) -> tuple[Program, list[str]]:
    """A program, and the code of each input after it; at_once: it begins with all columns."""
    program = Program(columns)
    if at_once:
        program.unpack()
    expressions = {output.name: output.expression for output in outputs}
    return program, [_float(program, one, expressions) for one in inputs]


def values(
    names: tuple[str, ...], outputs: tuple[Output, ...], columns: tuple[str, ...]
) -> Callable[[Row], tuple[Any, ...]]:
    """What a row holds under some names: what features() gives, else its own columns.

    Raises Mistake for a name that is neither, and what `compiled` raises.
    """
    program = Program(columns)
    expressions = {output.name: output.expression for output in outputs}
    made = [
        program.value(expressions[name]).name if name in expressions else program.column(name)
        for name in names
    ]
    return program.compiled("row", f"({''.join(f'{one}, ' for one in made)})")


def attribute(columns: tuple[str, ...], name: str) -> str:
    """The attribute of a row that holds a column. Raises Mistake for an unknown one."""
    if name not in columns:
        raise Mistake(f"a request has no column {name}", nearest.hint(name, columns))
    return f"c{columns.index(name)}"


def _float(program: Program, one: Input, expressions: dict[str, Expression]) -> str:
    """Code of the float that stands for an input."""
    if one.name not in expressions:
        raise Mistake(f"features() gives no {one.name}", nearest.hint(one.name, expressions))
    expression = expressions[one.name]
    if expression.type not in (_INPUT_TYPES[one.kind]):
        raise Mistake(
            f"input {one.name} is {expression.type}, the model takes a {one.kind}",
            hint="give a number, a boolean or a text",
        )
    name, nullable = program.value(expression)
    if one.kind == "text":
        codes = {level: float(code) for code, level in enumerate(one.levels)}
        return f"{program.constant(codes.get)}({name}, nan)"
    code = name if expression.type == NUMBER else f"float({name})"
    return f"nan if {name} is None else {code}" if nullable else code


def _template(call: Call) -> str:
    """Python of a strict operation. Raises Mistake for one the compiler does not hold."""
    kind = call.arguments[0].type
    if call.operation == "cast":
        template = "{0}" if kind == call.type else _CASTS.get((kind, call.type))
    else:
        template = _STRICT.get((call.operation, kind)) or _STRICT.get((call.operation, _ANY))
    if template is None:
        towards = f" to {call.type}" if call.operation == "cast" else ""
        raise Mistake(
            f"the door holds no {call.operation} of {kind or 'an unknown type'}{towards}",
            hint="prepare the column in the source, or say it with other operations",
        )
    return template


def _constant(literal: Literal) -> bool | int | float | str | date | None:
    match literal:
        case Literal(value=str(text), type="date"):
            return date.fromisoformat(text)
        case Literal(value=str(text), type="timestamp('UTC')"):
            return datetime.fromisoformat(text)
        case Literal(value=int(number), type="float64"):
            return float(number)
        case _:
            return literal.value
