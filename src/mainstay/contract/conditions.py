"""Conditions on one row, from the text of a contract to core expressions: `dewp <= temp`."""

import ast
import math
import re
import warnings
from collections.abc import Sequence
from functools import reduce
from itertools import pairwise
from typing import NamedTuple

from mainstay.contract.wording import shown
from mainstay.core import nearest
from mainstay.core.errors import Mistake
from mainstay.core.expressions import OPERATIONS, Call, ColumnOf, Expression, Literal, columns

LONGEST = 1_000
DEEPEST = 50
_ARITHMETIC: dict[type[ast.operator], str] = {
    ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide",
    ast.Mod: "modulo",
}  # fmt: skip
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "equals", ast.NotEq: "not_equals", ast.Lt: "less", ast.LtE: "less_equal",
    ast.Gt: "greater", ast.GtE: "greater_equal",
}  # fmt: skip
_LOGIC = {"and", "or", "not", "is_in", "is_null"}
_OPERATORS = {*_ARITHMETIC.values(), *_COMPARISONS.values(), *_LOGIC, "negate", "cast"}
FUNCTIONS = tuple(sorted(OPERATIONS.keys() - _OPERATORS))
"""The operations a condition calls by name; the others have a sign or a word of their own."""
_TRUTHS = {*_COMPARISONS.values(), *_LOGIC, "contains", "starts_with", "ends_with"}
_CHOICES = {"if_else", "coalesce"}
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_HINTS = {
    "#": "a comment belongs behind the condition, outside its quotes",
    r"=[<>]": "write <= or >=",
    r"<>": "write != for not equal",
    r"&&|\bAND\b": "write and",
    r"\|\||\bOR\b": "write or",
    r"\bNOT\b|!(?!=)": "write not",
    r"(?<![<>=!])=(?!=)": "write == for equal",
    r"(?i)\bbetween\b": "write 0 <= x <= 10",
}
_CAN = (
    "what fits: columns, numbers, text in quotes, + - * / %, comparisons, and, or, not, in, is null"
)


class _At(NamedTuple):
    """Where the reading stands: the whole text and how deep in it."""

    text: str
    depth: int = 0

    def deeper(self, by: int = 1) -> "_At":
        if self.depth + by > DEEPEST:
            raise Mistake(f"{shown(self.text)} is nested too deeply", "make several rules of it")
        return _At(self.text, self.depth + by)

    def no(self, node: ast.AST, hint: str = _CAN) -> Mistake:
        part = ast.get_source_segment(self.text, node) if isinstance(node, ast.expr) else None
        return Mistake(f"{shown(part or self.text)} does not fit into a condition", hint)


def condition(text: str) -> Expression:
    """What the text says of a row, its types not yet known (`core.typed` finds them).

    Columns, numbers, text in quotes, true, false; + - * / %, comparisons also in chains, and, or,
    not, in [...], is null, is not null, and FUNCTIONS. Raises Mistake.
    """
    at = _At(text.replace("\n", " ").strip())
    read = _truth(_parsed(at.text), at)
    if not any(columns(read)):
        raise Mistake(f"{shown(at.text)} names no column", "for example dewp <= temp")
    return read


def value(text: str) -> Expression:
    """The same of any value, for example `x * 1.8 + 32`. Raises Mistake."""
    at = _At(text.replace("\n", " ").strip())
    return _value(_parsed(at.text), at)


def _parsed(text: str) -> ast.expr:
    bare = _QUOTED.sub("", text)
    hint = next((hint for sign, hint in _HINTS.items() if re.search(sign, bare)), _CAN)
    if len(text) > LONGEST:
        raise Mistake(f"is longer than {LONGEST} characters", "make several rules of it")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Mistake(f"{shown(text)} is no condition", hint) from error
    if "#" in bare:
        raise Mistake(f"{shown(text)} is no condition", hint)
    return tree.body


def _truth(node: ast.expr, at: _At) -> Expression:
    """What must be true or false; a bare column may be."""
    read = _value(node, at)
    match read:
        case Literal(value=bool()) | ColumnOf():
            return read
        case Call(operation=operation) if operation in _TRUTHS | _CHOICES:
            return read
    raise at.no(node, "it is neither true nor false: compare it with something")


def _value(node: ast.expr, at: _At) -> Expression:
    inner = at.deeper()
    match node:
        case ast.Name() | ast.Constant():
            return _name(node, at) if isinstance(node, ast.Name) else _constant(node, at)
        case ast.UnaryOp():
            return _unary(node, inner)
        case ast.BinOp() if type(node.op) in _ARITHMETIC:
            arguments = (_value(node.left, inner), _value(node.right, inner))
            return Call(_ARITHMETIC[type(node.op)], arguments)
        case ast.BoolOp() | ast.Compare():
            return _judged(node, at)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return _called(node, name, [_value(argument, inner) for argument in arguments], at)
        case _:
            raise at.no(node)


def _judged(node: ast.BoolOp | ast.Compare, at: _At) -> Expression:
    """and, or; comparisons, where `a < b < c` is a < b and b < c."""
    if isinstance(node, ast.BoolOp):
        word = "and" if isinstance(node.op, ast.And) else "or"
        inner = at.deeper(len(node.values))
        return _joined(word, [_truth(value, inner) for value in node.values])
    inner = at.deeper(len(node.ops))
    pairs = zip(node.ops, pairwise([node.left, *node.comparators]), strict=True)
    return _joined("and", [_pair(operator, *sides, inner) for operator, sides in pairs])


def _name(node: ast.Name, at: _At) -> Expression:
    word = node.id.lower()
    if word == "null":
        raise at.no(node, "write x is null, or x is not null")
    return Literal(word == "true") if word in ("true", "false") else ColumnOf(node.id)


def _constant(node: ast.expr, at: _At) -> Literal:
    match _value(node, at) if isinstance(node, ast.UnaryOp | ast.Name) else node:
        case Literal() as literal:
            return literal
        case ast.Constant(value=bool() | str() as value):
            return Literal(value)
        case ast.Constant(value=int() as value) if -(2**63) < value < 2**63:
            return Literal(value)
        case ast.Constant(value=float() as value) if math.isfinite(value):
            return Literal(value)
        case _:
            raise at.no(node)


def _unary(node: ast.UnaryOp, at: _At) -> Expression:
    if isinstance(node.op, ast.Not):
        return Call("not", (_truth(node.operand, at),))
    read = _value(node.operand, at)
    match node.op, read:
        case ast.USub(), Literal(value=int() | float() as value) if not isinstance(value, bool):
            return Literal(-value)
        case ast.USub(), ColumnOf() | Call():
            return Call("negate", (read,))
        case ast.UAdd(), _:
            return read
        case _:
            raise at.no(node)


def _pair(operator: ast.cmpop, left: ast.expr, right: ast.expr, at: _At) -> Expression:
    match operator, right:
        case ast.Is() | ast.IsNot(), ast.Name(id=word) if word.lower() == "null":
            found: Expression = Call("is_null", (_value(left, at),))
        case ast.In() | ast.NotIn(), ast.List(elts=[_, *_] as items) | ast.Tuple(
            elts=[_, *_] as items
        ):
            options = (_constant(item, at) for item in items)
            found = Call("is_in", (_value(left, at), *options))
        case ast.Is() | ast.IsNot(), _:
            raise at.no(right, "only null follows is")
        case ast.In() | ast.NotIn(), _:
            raise at.no(right, 'a list of constants follows in, for example ["EWR", "JFK"]')
        case _:
            return Call(_COMPARISONS[type(operator)], (_value(left, at), _value(right, at)))
    return Call("not", (found,)) if isinstance(operator, ast.IsNot | ast.NotIn) else found


def _called(node: ast.Call, name: str, arguments: Sequence[Expression], at: _At) -> Expression:
    if name not in FUNCTIONS:
        raise at.no(node, nearest.hint(name, FUNCTIONS))
    try:
        return Call(name, tuple(arguments))
    except ValueError as error:
        raise at.no(node, f"{name} takes {OPERATIONS[name] or 'one or more'} arguments") from error


def _joined(word: str, parts: Sequence[Expression]) -> Expression:
    return reduce(lambda left, right: Call(word, (left, right)), parts)
