"""The process that reads features.py: schema in on stdin, expressions out on stdout, as JSON.

What the user's code prints goes to stderr, where nobody looks for the answer.
"""

import ast
import os
import re
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import msgspec

from mainstay.core import nearest
from mainstay.core.errors import Finding, Mistake
from mainstay.core.expressions import Output
from mainstay.core.nouns import Column
from mainstay.core.typed import DATE, TIME
from mainstay.data import graph

_FUNCTION = "features"
_UNKNOWN = re.compile(r"(?:Table' object has no attribute|^Column) '(.+?)'")
_PARTS = "take parts of it, for example .year(), .hour() or .day_of_week.index()"


class Answer(msgspec.Struct, frozen=True):
    """The outputs, or everything that is wrong with the file."""

    outputs: tuple[Output, ...] = ()
    findings: tuple[Finding, ...] = ()


def main() -> None:
    """Reads the file named by the first argument."""
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)
        columns = msgspec.json.decode(sys.stdin.buffer.read(), type=tuple[Column, ...])
        answers.write(msgspec.json.encode(answer(Path(sys.argv[1]), columns)))


def answer(path: Path, columns: tuple[Column, ...]) -> Answer:
    """What features() of this file makes of a row with these columns."""
    sys.path.insert(0, str(path.parent))
    text = path.read_text(encoding="utf-8")
    row = ibis.table({column.name: column.type for column in columns}, name="row")
    try:
        selected = _function(text, path)(row)
    except BaseException as error:  # noqa: BLE001 - it is the user's code, sys.exit() included
        return Answer(findings=(_finding(error, path, columns),))
    return _answer(selected, text, path.name)


def _function(text: str, path: Path) -> Callable[[ir.Table], object]:
    names: dict[str, Any] = {"__name__": path.stem, "__file__": str(path)}
    exec(compile(text, str(path), "exec"), names)  # noqa: S102 - the purpose of this process
    if not callable(names.get(_FUNCTION)):
        raise Mistake(
            f"it defines no {_FUNCTION}(row)", "def features(row): return row.select(...)"
        )
    return names[_FUNCTION]  # type: ignore[no-any-return]


def _answer(selected: object, text: str, file: str) -> Answer:
    lines = _lines(text)
    if not isinstance(selected, ir.Table):
        what = f"{_FUNCTION}() returns {type(selected).__name__}, not a selection of its row"
        return Answer(findings=(Finding(file, lines[""], 1, what, "return row.select(...)"),))
    try:
        graph.check_rowwise(selected)
    except Mistake as mistake:
        return Answer(findings=(Finding(file, lines[""], 1, str(mistake), mistake.hint),))
    made, wrong = [], []
    for name in selected.columns:
        try:
            made.append(_output(selected, name))
        except Mistake as mistake:
            place = lines.get(name, lines[""])
            wrong.append(Finding(file, place, 1, f"{name}: {mistake}", mistake.hint))
    return Answer((), tuple(wrong)) if wrong else Answer(tuple(made))


def _output(selected: ir.Table, name: str) -> Output:
    made = graph.output(selected, name)
    if made.type in (DATE, TIME):
        raise Mistake(f"it is a {made.type}, and a model takes numbers, text and booleans", _PARTS)
    return made


def _lines(text: str) -> dict[str, int]:
    """Where each output is named by keyword or as text; "" is the function itself."""
    places = {"": 1}
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.FunctionDef(name=name) if name == _FUNCTION:
                places[""] = node.lineno
            case ast.keyword(arg=str(name)):
                places[name] = node.value.lineno
            case ast.Constant(value=str(name)):
                places.setdefault(name, node.lineno)
            case _:
                continue
    return places


def _finding(error: BaseException, path: Path, columns: tuple[Column, ...]) -> Finding:
    """The user's mistake at the last line of the user's own that was running."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame.lineno or 0 for frame in frames if frame.filename == str(path)]
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return Finding(path.name, error.lineno or 1, error.offset or 1, f"{error.msg}")
    line = own[-1] if own else 1
    if isinstance(error, Mistake):
        return Finding(path.name, line, 1, str(error), error.hint)
    said = str(error).splitlines()[0] if str(error) else "without a word"
    if unknown := _UNKNOWN.search(said):
        hint = nearest.hint(unknown[1], [column.name for column in columns])
        return Finding(path.name, line, 1, f"the row has no column {unknown[1]}", hint)
    return Finding(path.name, line, 1, f"{type(error).__name__}: {said}")


if __name__ == "__main__":
    main()
