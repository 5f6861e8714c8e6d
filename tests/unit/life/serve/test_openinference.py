"""Inference requests in JSON and in bytes."""

import struct
from typing import Any

import pytest
from msgspec import json

from mainstay.bundle import guard
from mainstay.bundle.guard import Guard, RequestColumn
from mainstay.core.errors import Mistake
from mainstay.core.typed import INTEGER, NUMBER, TEXT, TIME
from mainstay.life.serve import openinference
from mainstay.life.serve.answers import Column, Said
from mainstay.life.serve.openinference import Request, Wanted
from mainstay.life.serve.tensors import Given, Tensor, packed

SAID = Said("ä", 1.5, 0.25, "model", "v1", "c", (), covered=True)
SCORE = Column("score", "FP64", lambda said: said.score)
AT = "2026-01-02T03:04:05+01:00"
KEY = Column("key", "BYTES", lambda said: said.key)


def tensor(**changes: Any) -> dict[str, Any]:
    return {"name": "wait", "shape": [2], "datatype": "INT64", "data": [1, 2], **changes}


def read(*inputs: dict[str, Any], tail: bytes = b"") -> bytes:
    """The records of a request."""
    head = json.encode({"inputs": inputs})
    _, given = openinference.read(head + tail, len(head) if tail else None)
    return openinference.records(given, guarded(wait=INTEGER))


def guarded(**types: str) -> Guard:
    return guard.compiled(tuple(RequestColumn(*one) for one in types.items()), ())


def test_json_and_binary_inputs_stand_in_one_request() -> None:
    binary = tensor(name="rain", datatype="FP64", parameters={"binary_data_size": 16})
    del binary["data"]
    text = tensor(name="kind", datatype="BYTES", parameters={"binary_data_size": 11})
    tail = struct.pack("<2d", 0.5, float("nan")) + packed("BYTES", ["ä", "b"])

    assert json.decode(read(binary, tensor(), text, tail=tail)) == {
        "records": [
            {"rain": 0.5, "wait": 1, "kind": "ä"},
            {"rain": None, "wait": 2, "kind": "b"},
        ]
    }


def test_columns_as_the_contract_has_them_are_read_without_cells(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows: list[tuple[object, ...]] = [(1, 0.5, "ä", AT), (2, None, "", AT)]
    kinds = {"wait": "INT64", "rain": "FP64", "kind": "BYTES", "at": "BYTES"}
    tail, inputs = b"", []
    for (name, datatype), values in zip(kinds.items(), zip(*rows, strict=True), strict=True):
        known = [float("nan") if one is None else one for one in values]
        content = packed(datatype, known)
        size = {"binary_data_size": len(content)}
        inputs.append({"name": name, "shape": [2], "datatype": datatype, "parameters": size})
        tail += content
    head = json.encode({"inputs": inputs})
    monkeypatch.setattr(Given, "cells", None)

    _, given = openinference.read(head + tail, len(head))
    made = openinference.records(given, guarded(wait=INTEGER, rain=NUMBER, kind=TEXT, at=TIME))

    assert json.decode(made) == {"records": [dict(zip(kinds, row, strict=True)) for row in rows]}


def test_records_may_stand_in_one_tensor_of_bytes() -> None:
    written = ['{"wait": 1, "kind": null}', '{"a": [1, {}]}']

    made = read(tensor(name="records", datatype="BYTES", data=written))

    assert json.decode(made) == {"records": [json.decode(one) for one in written]}


def test_a_column_named_records_is_a_column() -> None:
    _, given = openinference.read(json.encode({"inputs": [tensor(name="records")]}), None)

    assert json.decode(openinference.records(given, guarded(records=INTEGER))) == {
        "records": [{"records": 1}, {"records": 2}]
    }


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ([], "there is no column"),
        ([tensor(), tensor()], "an input is given twice"),
        ([tensor(data=None)], "wait is no list"),
        ([{"name": "wait", "shape": [2], "datatype": "INT64"}], "wait: there are no data"),
        ([tensor(parameters={"binary_data_size": 1})], "wait: its binary_data_size does not fit"),
        ([tensor(parameters={"binary_data_size": -1})], "does not fit"),
        ([tensor(parameters={"binary_data_size": True})], "does not fit"),
        ([tensor(name="records")], "its datatype is BYTES"),
        (
            [tensor(name="records", datatype="BYTES", data=["{}", "{},{}"])],
            "element 1 is no record",
        ),
        ([tensor(name="records", datatype="BYTES", data=["{}", None])], "element 1 is no record"),
        ([tensor(), tensor(name="rain", shape=[1], data=[1])], "wait has 2 values, rain has 1"),
        ([7], "no inference request"),
    ],
)
def test_a_request_that_is_none_is_refused(inputs: list[Any], said: str) -> None:
    with pytest.raises(Mistake, match=said):
        read(*inputs)


@pytest.mark.parametrize("head", [0, -1, 99])
def test_a_length_that_is_not_of_this_body_is_refused(head: int) -> None:
    with pytest.raises(Mistake, match=f"Content-Length is {head}, the body has 2 bytes"):
        openinference.read(b"{}", head)


def test_bytes_that_belong_to_nobody_are_refused() -> None:
    with pytest.raises(Mistake, match="3 bytes belong to no input"):
        read(tensor(), tail=b"abc")


def test_a_response_names_its_version_and_repeats_the_id() -> None:
    request = Request([], id="7")

    body, head = openinference.said(request, "m", [Wanted(SCORE, binary=False)], [SAID])

    assert head is None
    assert json.decode(body) == {
        "model_name": "m", "model_version": "v1", "id": "7",
        "outputs": [{"name": "score", "datatype": "FP64", "shape": [1], "data": [0.25]}],
    }  # fmt: skip


def test_binary_outputs_follow_their_json() -> None:
    wanted = [Wanted(KEY, binary=True), Wanted(SCORE, binary=True)]

    body, head = openinference.said(Request([]), "m", wanted, [SAID])

    said = json.decode(body[:head])
    assert [one["parameters"]["binary_data_size"] for one in said["outputs"]] == [6, 8]
    assert body[head:] == b"\2\0\0\0\xc3\xa4" + struct.pack("<d", 0.25)
    assert "id" not in said


def test_a_tensor_is_what_it_says() -> None:
    _, given = openinference.read(json.encode({"inputs": [tensor(shape=[2, 1])]}), None)

    assert given == [Given(Tensor("wait", "INT64", 2), texts=[b"1", b"2"])]
