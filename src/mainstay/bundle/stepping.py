"""One row through a member of the portable form, compiled to straight-line Python.

Of a linear member its margin, bit for bit what `terms.Sum.margins` says: the same operations in the
same order. Of another one what it sees, bit for bit that of `interpret.columns`.
"""

import ctypes
import math
from bisect import bisect_right
from collections.abc import Callable, Sequence

from mainstay.bundle import form
from mainstay.bundle.encoder import Program
from mainstay.bundle.form import Feature, Member, Step
from mainstay.bundle.terms import Choice, Sum

Alone = Callable[[Sequence[float]], float]
Seeing = Callable[[Sequence[float]], tuple[list[float], float]]
_OPERATORS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}


def compiled(member: Sum) -> Alone:
    """The margin of a row of inputs; not for several outputs."""
    program, made = Program(()), dict[Feature, str]()
    program.line("total = 0.0")
    for term in member.terms:
        slope = _chosen(program, term) if isinstance(term, Choice) else (
            f"{_value(program, made, term.feature)} * {program.constant(float(term.slopes[0]))}"
        )  # fmt: skip
        program.line(f"total += {slope}")
    program.line(f"total += {program.constant(float(member.intercept[0]))}")
    nothing = _nothing(program, made, member.finite, member.no_infinite)
    return program.compiled("row", f"total if {nothing} == 0.0 else nan" if nothing else "total")


def seeing(member: Member) -> Seeing:
    """What a member sees of a row of inputs, and 0, or no number for a row its library refuses."""
    program, made = Program(()), dict[Feature, str]()
    seen = [_value(program, made, one) for one in member.features]
    nothing = _nothing(program, made, member.numbers, member.finite)
    return program.compiled("row", f"([{', '.join(seen)}], {nothing or '0.0'})")


def _nothing(
    program: Program,
    made: dict[Feature, str],
    finite: Sequence[Feature],
    no_infinite: Sequence[Feature],
) -> str:
    """Zero times what must be finite, and what must not be infinite: no number where it is."""
    known = [_value(program, made, one) for one in no_infinite]
    zeros = [f"{_value(program, made, one)} * 0.0" for one in finite]
    zeros += [f"({one} * 0.0 if {one} == {one} else 0.0)" for one in known]
    return " + ".join(zeros)


def _chosen(program: Program, choice: Choice) -> str:
    slopes = choice.slopes[:, 0].tolist()
    table = program.constant(dict(zip(choice.values.tolist(), slopes[:-2], strict=True)).get)
    name = program.local(f"row[{choice.input}]")
    other, missing = (program.constant(one) for one in slopes[-2:])
    return f"({table}({name}, {other}) if {name} == {name} else {missing})"


def _value(program: Program, made: dict[Feature, str], feature: Feature) -> str:
    """The variable of what the model sees."""
    if feature not in made:
        name = program.local(f"row[{feature.input}]")
        for step in feature.steps:
            name = program.local(_stepped(program, step, name))
        made[feature] = name
    return made[feature]


def _stepped(program: Program, step: Step, x: str) -> str:
    """Python of one step of a variable; `interpret` says what it means."""
    k = program.constant
    match step:
        case form.Impute(value):
            return f"{x} if {x} == {x} else {k(value)}"
        case form.Arithmetic(operation, value):
            return f"{x} {_OPERATORS[operation]} {k(value)}"
        case form.Clip(low, high):
            least, most = k(low), k(high)
            return f"{least} if {x} < {least} else {most} if {x} > {most} else {x}"
        case form.Cast():
            return f"{k(ctypes.c_float)}({x}).value"
        case form.Bins(edges):
            return f"float({k(bisect_right)}({k(edges)}, {x}))"
        case _:
            return _recoded(program, step, x)


def _recoded(
    program: Program, step: form.Lookup | form.OneOf | form.Position | form.Known, x: str
) -> str:
    code, missing = _known(program, step, x)
    return f"{code} if {x} == {x} else {program.constant(missing)}"


def _known(
    program: Program, step: form.Lookup | form.OneOf | form.Position | form.Known, x: str
) -> tuple[str, float]:
    """Python for a value that is not missing, and what becomes of one that is."""
    k = program.constant
    match step:
        case form.Lookup(values, missing):
            return f"{k(values)}[int({x})]", missing
        case form.OneOf(values, counts):
            return f"(1.0 if {x} in {k(frozenset(values))} else 0.0)", float(counts)
        case form.Known(values):
            return f"({x} if {x} in {k(frozenset(values))} else nan)", math.nan
        case form.Position(values, unknown, missing):
            places = {one: float(at) for at, one in enumerate(values)}
            return f"{k(places.get)}({x}, {k(unknown)})", missing
