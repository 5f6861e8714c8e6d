"""The messages of gRPC, as the protocol numbers them."""

import sys

import pytest

from mainstay.core.errors import MissingExtra
from mainstay.life.serve import messages
from mainstay.life.serve.tensors import DATATYPES


def test_each_call_has_a_request_and_a_response() -> None:
    made = messages.classes()

    assert {f"{call}{end}" for call in messages.CALLS for end in ("Request", "Response")} <= set(
        made
    )


def test_fields_have_the_numbers_and_types_of_the_protocol() -> None:
    made = messages.classes()
    request = made["ModelInferRequest"](
        model_name="m", model_version="1", id="i", raw_input_contents=[b"\1"]
    )
    request.parameters["p"].int64_param = 5
    tensor = request.inputs.add(name="a", datatype="INT64", shape=[1, 1])
    tensor.contents.int64_contents.append(7)
    request.outputs.add(name="o")

    assert request.SerializeToString(deterministic=True) == (
        b"\x0a\x01m\x12\x011\x1a\x01i"
        b'"\x07\x0a\x01p\x12\x02\x10\x05'
        b"*\x13\x0a\x01a\x12\x05INT64\x1a\x02\x01\x01*\x03\x1a\x01\x07"
        b"2\x03\x0a\x01o:\x01\x01"
    )


def test_one_parameter_is_one_value() -> None:
    parameter = messages.classes()["Parameter"](bool_param=True)
    parameter.string_param = "x"

    assert parameter.WhichOneof("parameter_choice") == "string_param"
    assert not parameter.bool_param


def test_every_datatype_but_fp16_has_typed_contents() -> None:
    fields = messages.classes()["Contents"].DESCRIPTOR.fields_by_name

    assert set(messages.CONTENTS) == set(DATATYPES) - {"FP16"}
    assert set(messages.CONTENTS.values()) == set(fields)


def test_without_protobuf_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google.protobuf", None)
    messages.classes.cache_clear()

    with pytest.raises(MissingExtra, match="grpc"):
        messages.classes()
