"""Mistakes in a contract's values, in our words: by clause, with what was found and what to do."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping

import msgspec
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mainstay.contract import clauses
from mainstay.contract.terms import OURS
from mainstay.contract.wording import Path, path_text, shown
from mainstay.core import nearest

MOST = 1_000
"""Nobody reads more, and finding the nearest name for 30,000 takes ten seconds."""


class Slip(msgspec.Struct, frozen=True):
    """One mistake at a path; on_key: the name is wrong, not what stands behind it."""

    path: Path
    what: str
    hint: str = ""
    on_key: bool = False


Teller = Callable[[object, Mapping[str, object]], tuple[str, str]]
"""From the value found and what was asked of it: what follows the path, and the hint."""


def slips(error: ValidationError, section: type[BaseModel]) -> list[Slip]:
    """Every mistake that a section's types found, MOST of them, none in pydantic's words."""
    return [_slip(detail, section) for detail in error.errors(include_url=False)[:MOST]]


def _slip(detail: ErrorDetails, section: type[BaseModel]) -> Slip:
    path, asked = detail["loc"], detail.get("ctx", {})
    if detail["type"] == OURS:
        path = (*path[: len(path) - asked["up"]], *asked["at"])
        return Slip(path, f"{path_text(path)} {asked['says']}", asked["hint"])
    clause, here = clauses.at(section, path)
    if detail["type"] == "extra_forbidden":
        hint = _meant(str(path[-1]), clauses.fields(here) if here else ())
        return Slip(path, f"{path_text(path)} is not a clause", hint, on_key=True)
    says, hint = _TELLERS.get(detail["type"], _unfit)(detail["input"], asked)
    if here and detail["type"].startswith("model_"):
        hint = _wrapped(detail["input"], list(clauses.fields(here)))
    return Slip(path, f"{path_text(path)} {says}", hint or (clause.meaning if clause else ""))


def _wrapped(value: object, names: list[str]) -> str:
    """A bare number where a section of one clause is wanted is that clause, most likely."""
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return f"write {{{names[0]}: {shown(value)}}}" if plain and len(names) == 1 else ""


def _meant(name: str, known: Iterable[str]) -> str:
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {near[0]}?" if near else nearest.hint(name, names)


def _unfit(value: object, _: Mapping[str, object]) -> tuple[str, str]:
    return f"is {shown(value)}, which does not fit", ""


def _missing(_: object, __: Mapping[str, object]) -> tuple[str, str]:
    return "is missing", ""


def _chosen(value: object, asked: Mapping[str, object]) -> tuple[str, str]:
    options = re.findall(r"'([^']*)'", str(asked["expected"])) or [str(asked["expected"])]
    hint = nearest.hint(str(value), options) if options[1:] else f"write {options[0]}"
    return f"is {shown(value)}", hint


def _wanted(kind: str) -> Teller:
    def told(value: object, _: Mapping[str, object]) -> tuple[str, str]:
        return f"is {shown(value)}, but {kind} is wanted", _rewritten(kind, value)

    return told


def _rewritten(kind: str, value: object) -> str:
    """The value as it was probably meant; empty where nobody can tell."""
    match kind, value:
        case "text", bool() | int() | float():
            return f'write "{shown(value)}"'
        case "a list", str():
            return f"write [{value}]" if re.fullmatch("[\\w-]+", value) else ""
        case (("a number" | "a whole number"), str()):
            number = re.sub("[_, ]", "", value)
            percent = number.endswith("%") and re.fullmatch(r"\d{1,9}(\.\d+)?%", number)
            plain = f"{float(number[:-1]) / 100:g}" if percent else number
            return f"write {plain}" if re.fullmatch(r"-?\d+(\.\d+)?", plain) else ""
        case _:
            return ""


def _bounded(bound: str, word: str) -> Teller:
    def told(value: object, asked: Mapping[str, object]) -> tuple[str, str]:
        return f"is {shown(value)}, but must be {word} {asked[bound]:g}", ""

    return told


def _empty(value: object, _: Mapping[str, object]) -> tuple[str, str]:
    return f"is an empty {'text' if isinstance(value, str) else 'list'}", ""


_TELLERS: dict[str, Teller] = {
    "missing": _missing,
    "literal_error": _chosen,
    "string_type": _wanted("text"),
    "float_type": _wanted("a number"),
    "finite_number": _wanted("a finite number"),
    "int_type": _wanted("a whole number"),
    "int_from_float": _wanted("a whole number"),
    "tuple_type": _wanted("a list"),
    "mapping_type": _wanted("a mapping"),
    "dict_type": _wanted("a mapping"),
    "model_type": _wanted("a mapping of clauses"),
    "model_attributes_type": _wanted("a mapping of clauses"),
    "greater_than": _bounded("gt", "more than"),
    "greater_than_equal": _bounded("ge", "at least"),
    "less_than_equal": _bounded("le", "at most"),
    "string_too_short": _empty,
    "too_short": _empty,
}
