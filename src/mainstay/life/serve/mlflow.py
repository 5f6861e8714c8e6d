"""MLflow's scoring protocol: what its clients send into records, predictions back.

`predictions` is what `predict` of a fitted estimator gives: the class, where the threshold of the
value matrix lies, or the value; null where a person decides. `params: {"output": "score"}` asks for
the score instead, "answer" for everything that /predict says; {"explain": true} for that with its
reasons. Source: mlflow/pyfunc/scoring_server
of MLflow 3.17.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from mainstay.bundle.guard import Rejection
from mainstay.bundle.manifest import Manifest
from mainstay.core import nearest
from mainstay.core.errors import Mistake
from mainstay.life.serve import explain, shapes
from mainstay.life.serve.answers import Said

JSON, CSV, PARQUET = "application/json", "text/csv", "application/vnd.apache.parquet"
CONTENT_TYPES = (JSON, CSV, PARQUET)
FORMS = ("dataframe_split", "dataframe_records", "instances", "inputs")
OUTPUTS = ("decision", "score", "answer")
PARAMS, OUTPUT = "params", "output"
Forms = Sequence[Sequence[str]]
"""Names of the cells of a row without names, by their number: all columns, those to be sent."""
_ANSWER = OUTPUTS[-1]
_KNOWN = (OUTPUT, explain.MEMBER)


class Wanted(NamedTuple):
    """output: one of OUTPUTS. reasons: how many, see `explain.count`."""

    output: str
    reasons: int | Rejection = 0


USUAL = Wanted(OUTPUTS[0])


class _Split(msgspec.Struct):
    columns: list[str]
    data: msgspec.Raw


_SPLIT = msgspec.json.Decoder(_Split).decode
_PARAMS = msgspec.json.Decoder(dict[str, Any] | None).decode


def kind(content_type: str) -> str:
    """One of CONTENT_TYPES, JSON where none is stated; empty for any other or no UTF-8."""
    stated, *parameters = [part.strip().lower() for part in (content_type or JSON).split(";")]
    fits = stated in CONTENT_TYPES and set(parameters) <= {"charset=utf-8"}
    return stated if fits else ""


def of_json(content: bytes, forms: Forms) -> tuple[bytes, Wanted]:
    """The request as /predict reads it, and what is wanted. Raises Mistake."""
    members = shapes.members(shapes.forgiven(content), "the request")
    stated = [name for name in members if name in FORMS]
    if len(stated) != 1:
        raise Mistake(f"a request holds one of {', '.join(FORMS)}, this one {len(stated)} of them")
    unknown = sorted(members.keys() - {PARAMS, *stated})
    if unknown:
        raise Mistake(f"the request holds {', '.join(unknown)[:80]}, which nothing here reads")
    wanted = _wanted(members.get(PARAMS))
    return _records(stated[0], members[stated[0]], forms), wanted


def predictions(wanted: str, stated: Manifest, given: Sequence[Said]) -> bytes:
    """The body of the response."""
    return shapes.TEXT({"predictions": [_prediction(wanted, stated, one) for one in given]})


def _prediction(wanted: str, stated: Manifest, said: Said) -> object:
    if wanted == _ANSWER:
        return said
    if wanted == "score":
        return said.score
    binary = stated.task == "binary" and len(stated.classes) == 2 and said.decision is not None
    return stated.classes[said.decision] if binary else said.decision


def _wanted(raw: msgspec.Raw | None) -> Wanted:
    if raw is None:
        return USUAL
    try:
        params = _PARAMS(raw) or {}
    except (ValueError, RecursionError) as error:
        raise Mistake(f"params is no JSON object: {error}") from error
    for name in params:
        if name not in _KNOWN:
            raise Mistake(f"params holds {name[:40]}", hint=nearest.hint(name[:40], _KNOWN))
    reasons = explain.count(params)
    output = params.get(OUTPUT, _ANSWER if reasons else OUTPUTS[0])
    if output not in OUTPUTS:
        raise Mistake(f"params.{OUTPUT} is {str(output)[:40]}, not one of {', '.join(OUTPUTS)}")
    if reasons and output != _ANSWER:
        what = f"params.{explain.MEMBER} has no place where {OUTPUT} is {output}"
        raise Mistake(what, hint=f"leave {OUTPUT} out, or write {_ANSWER}")
    return Wanted(str(output), reasons)


def _records(form: str, raw: msgspec.Raw, forms: Forms) -> bytes:
    match form, bytes(memoryview(raw)[:1]):
        case "dataframe_split", _:
            return _split(raw)
        case "inputs", b"{":
            return _columns(raw)
        case _, b"[":
            return _listed(form, raw, forms)
        case _:
            raise Mistake(f"{form} is no list")


def _split(raw: msgspec.Raw) -> bytes:
    try:
        split = _SPLIT(raw)
    except (ValueError, RecursionError) as error:
        raise Mistake(f"dataframe_split is no table: {error}") from error
    return shapes.of_rows(split.columns, shapes.rows(split.data, "dataframe_split.data"))


def _columns(raw: msgspec.Raw) -> bytes:
    """Lists by name, or one value of each."""
    members = shapes.members(raw, "inputs")
    if not any(bytes(one)[:1] == b"[" for one in members.values()):
        return shapes.of_columns({name: [bytes(one)] for name, one in members.items()})
    return shapes.of_columns({name: shapes.cells(one, name) for name, one in members.items()})


def _listed(form: str, raw: msgspec.Raw, forms: Forms) -> bytes:
    """Records, or rows in the order of the contract's request; the guard reads what is neither."""
    inside = bytes(raw)[1:].lstrip()
    if form != "dataframe_records" and inside[:1] == b"[":
        rows = shapes.rows(raw, form)
        fitting = (one for one in forms if rows and len(one) == len(rows[0]))
        return shapes.of_rows(next(fitting, forms[0]), rows)
    return b'{"records":' + bytes(raw) + b"}"
