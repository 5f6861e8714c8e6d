"""Open Inference Protocol, inference: requests in JSON or binary into records, answers back.

A request has one tensor for each column of the contract, or one of BYTES named `records`, whose
elements are records in JSON. Source: kserve/open-inference-protocol, inference_rest.md; Triton's
extension_binary_data.md.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from mainstay.bundle.guard import Guard
from mainstay.bundle.manifest import Manifest
from mainstay.core import nearest
from mainstay.core.errors import Mistake
from mainstay.life.serve import answers, explain, shapes, tensors
from mainstay.life.serve.answers import Column, Said
from mainstay.life.serve.handle import LARGEST
from mainstay.life.serve.tensors import BYTES, Given

RECORDS = "records"
Parameters = dict[str, Any]
_ABSENT = msgspec.Raw(b"")
_RECORD = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_UNTEXT = msgspec.json.Decoder(str).decode
_SHOWN = 40  # characters of a caller's own text that an answer repeats


class Input(msgspec.Struct, frozen=True):
    """A tensor of a request; data is absent where they follow as bytes."""

    name: str
    datatype: str
    shape: list[int]
    parameters: Parameters = {}
    data: msgspec.Raw = _ABSENT


class Output(msgspec.Struct, frozen=True):
    """An output that a request wants."""

    name: str
    parameters: Parameters = {}


class Request(msgspec.Struct, frozen=True):
    """The JSON of an inference request; no outputs are all of them."""

    inputs: list[Input]
    id: str = ""
    parameters: Parameters = {}
    outputs: list[Output] = []


class Wanted(NamedTuple):
    """An output and whether its data go as bytes."""

    column: Column
    binary: bool


_READ = msgspec.json.Decoder(Request).decode


def read(content: bytes, head: int | None) -> tuple[Request, list[Given]]:
    """A request and the cells of its inputs; head: bytes of JSON before binary data, where any are.

    Raises Mistake.
    """
    end = len(content) if head is None else head
    if not 0 < end <= len(content):
        raise Mistake(
            f"Inference-Header-Content-Length is {end}, the body has {len(content)} bytes"
        )
    try:
        request = _READ(shapes.forgiven(content[:end]))
    except (ValueError, RecursionError) as error:
        raise Mistake(f"this is no inference request: {error}") from error
    return request, _given(request, memoryview(content)[end:])


def records(given: Sequence[Given], guard: Guard) -> bytes:
    """The request as /predict reads it; guard: of the version. Raises Mistake."""
    by_name = {one.tensor.name: one for one in given}
    if len(by_name) < len(given):
        raise Mistake("an input is given twice")
    if by_name.keys() == {RECORDS} and RECORDS not in guard.columns:
        if given[0].tensor.datatype != BYTES:
            raise Mistake("records: its elements are JSON, so its datatype is BYTES")
        return shapes.of_objects(_object(cell, at) for at, cell in enumerate(given[0].cells()))
    return _typed(by_name, guard) or shapes.of_columns(
        {name: one.cells() for name, one in by_name.items()}
    )


def _typed(by_name: Mapping[str, Given], guard: Guard) -> bytes | None:
    """A tenth of what cells cost; None where they have to say what does not fit."""
    counts = {one.tensor.rows for one in by_name.values()}
    if by_name.keys() != guard.types.keys() or len(counts) != 1:
        return None
    found = [by_name[name].column(kind) for name, kind in guard.types.items()]
    columns = [one for one in found if one is not None]
    count, names = counts.pop(), sum(map(len, by_name))
    if len(columns) < len(found) or not count or count * names > LARGEST:
        return None
    return guard.request(columns)


def wanted(request: Request, stated: Manifest) -> list[Wanted]:
    """The outputs asked for, all where none is. Raises Mistake for an unknown one."""
    usual = request.parameters.get("binary_data_output") is True
    reasons = [answers.REASONS] if explain.count(request.parameters) else []
    known = {column.name: column for column in (*answers.columns(stated), *reasons)}
    asked = request.outputs or [Output(name) for name in known]
    for one in asked:
        if one.name not in known:
            raise Mistake(
                f"{one.name[:_SHOWN]} is no output", hint=nearest.hint(one.name[:_SHOWN], known)
            )
    return [
        Wanted(known[one.name], one.parameters.get("binary_data", usual) is True) for one in asked
    ]


def said(
    request: Request, model: str, outputs: Sequence[Wanted], given: Sequence[Said]
) -> tuple[bytes, int | None]:
    """The body of a response, and the bytes of its JSON where binary data follow."""
    tail: list[bytes] = []
    made = []
    for column, binary in outputs:
        values = [column.value(one) for one in given]
        told: dict[str, Any] = {
            "name": column.name,
            "datatype": column.datatype,
            "shape": [len(values)],
        }
        if binary:
            tail.append(tensors.packed(column.datatype, values))
            told["parameters"] = {"binary_data_size": len(tail[-1])}
        else:
            told["data"] = values
        made.append(told)
    head = shapes.TEXT(
        {"model_name": model, **_named(request, answers.version(given)), "outputs": made}
    )
    return head + b"".join(tail), len(head) if tail else None


def _named(request: Request, version: str) -> dict[str, str]:
    named = {"model_version": version, "id": request.id}
    return {name: value for name, value in named.items() if value}


def _given(request: Request, tail: memoryview) -> list[Given]:
    found: list[Given] = []
    at = 0
    for one in request.inputs:
        tensor = tensors.stated(one.name, one.datatype, one.shape)
        size = one.parameters.get("binary_data_size")
        if size is None:
            if not bytes(one.data):
                raise Mistake(f"{one.name[:_SHOWN]}: there are no data")
            found.append(tensors.of_json(tensor, one.data))
            continue
        if type(size) is not int or not 0 <= size <= len(tail) - at:
            what = f"its binary_data_size does not fit the {len(tail) - at} bytes that follow"
            raise Mistake(f"{one.name[:_SHOWN]}: {what}")
        found.append(tensors.of_bytes(tensor, tail[at : at + size]))
        at += size
    if at < len(tail):
        raise Mistake(f"{len(tail) - at} bytes belong to no input")
    return found


def _object(cell: bytes, at: int) -> bytes:
    """The record in a cell, which is the text of one JSON object and nothing more."""
    try:
        record = _UNTEXT(cell).encode()
        _RECORD(record)
    except (ValueError, RecursionError) as error:
        raise Mistake(f"records: element {at} is no record in JSON: {error}") from error
    return record
