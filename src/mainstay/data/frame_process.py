"""The process that runs pandas-style features(frame): rows in on stdin, its columns out, as JSON.

One file, standard library and the pandas it finds: it may run in another environment than Mainstay.
    python frame_process.py FILE
What the user's code prints goes to stderr, where nobody looks for the answer.
"""

import importlib
import json
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

FUNCTION = "features"
_OTHER = f"{FUNCTION}(frame) takes the rows as a DataFrame and returns one with a row for each"


class Told(Exception):
    """A mistake with a clear message."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.hint = hint


def main() -> None:
    """Runs the file named by the first argument on the rows of stdin."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)
        columns = json.load(sys.stdin)
        json.dump(answer(Path(sys.argv[1]), columns), answers)


def answer(path: Path, columns: list[dict[str, Any]]) -> dict[str, Any]:
    """What features() makes of the rows: `index` and `columns`; or `error`, with its place."""
    sys.path.insert(0, str(path.parent))
    try:
        return said(function(path)(framed(columns)))
    except BaseException as error:  # noqa: BLE001 - it is the user's code, sys.exit() included
        return {"error": told(error, path)}


def framed(columns: list[dict[str, Any]]) -> Any:
    """The rows as pandas would read them from Parquet, dates as midnights without a zone."""
    pandas = library()
    made = {one["name"]: series(pandas, one["values"], one["type"]) for one in columns}
    return pandas.DataFrame(made)


def series(pandas: Any, values: list[Any], kind: str) -> Any:
    """One column: whole numbers with a missing one are float64, flags with one are objects."""
    if kind == "date":
        return pandas.Series(pandas.to_datetime(values, format="ISO8601"))
    if kind.startswith("timestamp"):
        return pandas.Series(pandas.to_datetime(values, format="ISO8601", utc=True))
    if kind == "float64" or (kind == "int64" and None in values):
        return pandas.Series(values, dtype="float64")
    return pandas.Series(values, dtype="object" if not any_of(values) else None)


def any_of(values: list[Any]) -> bool:
    """Whether there is a value to tell a type by."""
    return any(one is not None for one in values)


def library() -> Any:
    try:
        return importlib.import_module("pandas")
    except ImportError as error:
        hint = "add pandas to `dependencies` at the top of the file"
        raise Told(f"pandas is not in this environment: {error}", hint) from error


def function(path: Path) -> Callable[[Any], Any]:
    names: dict[str, Any] = {"__name__": path.stem, "__file__": str(path)}
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), names)  # noqa: S102 - the purpose of this process
    if not callable(names.get(FUNCTION)):
        raise Told(f"it defines no {FUNCTION}(frame)", _OTHER)
    return names[FUNCTION]  # type: ignore[no-any-return]


def said(given: Any) -> dict[str, Any]:
    """A DataFrame as plain values; whatever pandas calls missing is null."""
    if not hasattr(given, "columns") or not hasattr(given, "index"):
        raise Told(f"{FUNCTION}() returns {type(given).__name__}, not a DataFrame", _OTHER)
    names = [str(one) for one in given.columns]
    twice = sorted({one for one in names if names.count(one) > 1})
    if twice:
        raise Told(f"{FUNCTION}() names a column twice: {', '.join(twice)}", "rename one of them")
    columns = [given.iloc[:, at] for at in range(len(names))]
    return {
        "index": plain(given.index.to_series()),
        "columns": [
            {"name": name, "dtype": str(one.dtype), "values": plain(one)}
            for name, one in zip(names, columns, strict=True)
        ],
    }


def plain(values: Any) -> list[Any]:
    """None, booleans, numbers and text; a time is its ISO text."""
    objects = values.astype(object)
    return [value(one) for one in objects.where(values.notna().to_numpy(), None).tolist()]


def value(one: Any) -> Any:
    if one is None or type(one) in (bool, int, float, str):
        return one
    if hasattr(one, "item"):
        return one.item()
    return one.isoformat() if hasattr(one, "isoformat") else str(one)


def told(error: BaseException, path: Path) -> dict[str, Any]:
    """What went wrong at the last line of the user's own that was running."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        place = (error.lineno or 1, error.offset or 1)
        return {"what": str(error.msg), "hint": "", "line": place[0], "column": place[1]}
    own = [one for one in traceback.extract_tb(error.__traceback__) if one.filename == str(path)]
    line = own[-1].lineno if own else 1
    column = (getattr(own[-1], "colno", 0) or 0) + 1 if own else 1
    if isinstance(error, Told):
        return {"what": str(error), "hint": error.hint, "line": line, "column": column}
    words = str(error).splitlines()[0] if str(error) else "without a word"
    what = f"{type(error).__name__}: {words}"
    return {"what": what, "hint": "", "line": line, "column": column}


if __name__ == "__main__":
    main()
