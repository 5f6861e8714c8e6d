"""What the model sees of a row: features() read in a process of its own, applied on any engine.

The process gets the names and types of the columns and nothing else: no row, no secret. It gives
back expressions, so the user's code is never run where rows are.
"""

import subprocess
import sys
from pathlib import Path

import ibis.expr.types as ir
import msgspec

from mainstay.core import settings
from mainstay.core.errors import Finding, Mistake, Mistakes
from mainstay.core.expressions import Output
from mainstay.core.nouns import Column
from mainstay.data import features_process, schema
from mainstay.data.expression import to_ibis

_SECONDS = 60.0  # reading features.py takes about one, nearly all of it for importing Ibis


def outputs(
    features_py: Path, columns: tuple[Column, ...], seconds: float = _SECONDS
) -> tuple[Output, ...]:
    """The model's inputs as typed expressions over the columns, in the order of features().

    Raises Mistakes at file:line for whatever is wrong with the code, Mistake where it cannot say.
    """
    if not features_py.is_file():
        raise Mistake(f"there is no {features_py}", "it defines features(row)")
    answer = _answer(features_py.resolve(), msgspec.json.encode(columns), seconds)
    if answer.findings:
        raise Mistakes(list(answer.findings))
    return answer.outputs


def inputs(table: ir.Table, outputs: tuple[Output, ...], keep: tuple[str, ...] = ()) -> ir.Table:
    """The outputs over the rows of a table, after the columns to keep as they are."""
    rows = schema.widened(table)
    made = {one.name: to_ibis(rows, one.expression) for one in outputs}
    twice = [name for name in keep if name in made]
    if twice:
        raise Mistake(f"features() gives {twice[0]}, which names the row", "give it another name")
    return rows.select(*keep, **made)


def _answer(path: Path, columns: bytes, seconds: float) -> features_process.Answer:
    command = [sys.executable, "-I", "-m", features_process.__name__, str(path)]
    try:
        child = subprocess.run(
            command,
            input=columns,
            capture_output=True,
            timeout=seconds,
            check=False,
            env=settings.child_environment(),
            cwd=path.parent,
        )
    except subprocess.TimeoutExpired as error:
        hint = "it is asked once, for one row without values: leave work to Ibis"
        raise Mistake(f"{path.name} took more than {seconds:g} s", hint) from error
    try:
        return msgspec.json.decode(child.stdout, type=features_process.Answer)
    except msgspec.DecodeError as error:
        said = child.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        what = f"{path.name} ended its process with code {child.returncode}"
        raise Mistakes([Finding(path.name, 0, 0, f"{what}: {said}" if said else what)]) from error
