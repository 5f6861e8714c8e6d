"""What the model sees of a row: features() read in a process of its own, applied on any engine.

The process gets the names and types of the columns and nothing else: no row, no secret. It gives
back expressions, so the user's code is never run where rows are.
"""

import sys
from pathlib import Path

import ibis.expr.types as ir
import msgspec

from mainstay.core.errors import Mistake, Mistakes
from mainstay.core.expressions import Output
from mainstay.core.nouns import Column
from mainstay.data import features_process, schema
from mainstay.data.asked import asked
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
    return asked(
        [sys.executable, "-I", "-m", features_process.__name__, str(path)],
        columns,
        path,
        msgspec.json.Decoder(features_process.Answer).decode,
        seconds=seconds,
        hint="it is asked once, for one row without values: leave work to Ibis",
    )
