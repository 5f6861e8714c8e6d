"""Elements of tensors, however they travel, as cells."""

import math
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from msgspec import Raw, json

from mainstay.core.errors import Mistake
from mainstay.core.typed import PYTHON, TYPES
from mainstay.life.serve import tensors
from mainstay.life.serve.tensors import DATATYPES, Tensor

KINDS = {
    **{f"INT{bits}": f"int{bits}" for bits in (8, 16, 32, 64)},
    **{f"UINT{bits}": f"uint{bits}" for bits in (8, 16, 32, 64)},
    "FP16": "float16", "FP32": "float32", "FP64": "float64", "BOOL": "bool",
}  # fmt: skip
NUMBERS = st.sampled_from(sorted(KINDS)).flatmap(
    lambda name: st.tuples(st.just(name), arrays.arrays(KINDS[name], st.integers(0, 5)))
)


def named(datatype: str, *shape: int) -> Tensor:
    return tensors.stated("wait", datatype, shape)


def test_every_datatype_of_the_protocol_is_known() -> None:
    assert set(DATATYPES) == {*KINDS, "BYTES"}


@given(NUMBERS)
def test_numbers_in_bytes_are_the_numbers_that_they_say(made: tuple[str, np.ndarray]) -> None:
    name, values = made
    tensor = named(name, len(values))

    cells = tensors.of_bytes(tensor, values.tobytes()).cells()

    assert cells == tensors.of_values(tensor, values.tolist()).cells()
    for cell, value in zip(cells, values.tolist(), strict=True):
        if isinstance(value, float):
            assert (cell == b"null") == math.isnan(value)
            assert math.isnan(value) or float(cell) == value
        else:
            assert json.decode(cell) == value


@given(NUMBERS, st.sampled_from(TYPES))
def test_values_of_a_column_are_what_the_guard_reads_in_its_cells(
    made: tuple[str, np.ndarray], kind: str
) -> None:
    name, values = made
    given = tensors.of_bytes(named(name, len(values)), values.tobytes())
    read = json.Decoder(PYTHON[kind] | None).decode

    column = given.column(kind)

    if column is not None:
        told = [read(json.encode(value)) for value in column]
        assert list(map(repr, told)) == [repr(read(cell)) for cell in given.cells()]


def test_a_whole_number_beyond_a_column_is_told_by_its_cell() -> None:
    beyond = tensors.of_bytes(named("UINT64", 1), np.array([2**63], np.uint64).tobytes())
    within = tensors.of_bytes(named("UINT64", 1), np.array([2**63 - 1], np.uint64).tobytes())

    assert beyond.column("int64") is None
    assert within.column("int64") == (2**63 - 1,)


@given(NUMBERS)
def test_json_and_bytes_of_the_same_tensor_are_the_same(made: tuple[str, np.ndarray]) -> None:
    name, values = made
    written = [None if value != value else value for value in values.tolist()]
    if name == "FP16" or any(isinstance(one, float) and math.isinf(one) for one in written):
        return
    tensor = named(name, len(values), 1)

    flat = tensors.of_json(tensor, Raw(json.encode(written)))
    nested = tensors.of_json(tensor, Raw(json.encode([[one] for one in written])))

    assert flat == nested
    assert flat.cells() == tensors.of_bytes(tensor, values.tobytes()).cells()


@given(st.lists(st.text(st.characters(exclude_categories=("Cs",)))))
def test_texts_go_and_come_as_they_are(values: list[str]) -> None:
    tensor = named("BYTES", len(values))

    cells = tensors.of_bytes(tensor, tensors.packed("BYTES", values)).cells()

    assert [json.decode(cell) for cell in cells] == values
    written = tensors.of_json(tensor, Raw(json.encode(values)))
    assert list(map(json.decode, written.cells())) == values


@pytest.mark.parametrize(
    ("datatype", "data"),
    [
        ("INT8", "128"), ("UINT8", "-1"), ("UINT64", str(2**64)), ("INT64", "1.5"),
        ("INT32", '"7"'), ("INT32", "true"), ("INT64", "1e300"), ("FP32", "1e300"), ("FP64", '"1"'),
        ("FP64", "false"), ("BOOL", "1"), ("BYTES", "1"), ("FP64", "1e999"), ("INT64", "[]"),
        ("INT64", "9" * 5_000), ("FP64", str(2**53 + 1)), ("FP32", str(2**24 + 1)),
    ],
)  # fmt: skip
def test_an_element_that_is_not_of_its_datatype_is_named(datatype: str, data: str) -> None:
    with pytest.raises(Mistake, match=r"^wait: element 1 is .+, which is no "):
        tensors.of_json(named(datatype, 2), Raw(f"[null, {data}]".encode()))


@pytest.mark.parametrize(
    ("datatype", "cell", "said"),
    [
        ("FP32", b"0.1", b"0.10000000149011612"), ("FP64", b"0.1", b"0.1"), ("INT64", b"3.0", b"3"),
        ("INT64", b"-9223372036854775808", b"-9223372036854775808"), ("FP64", b"-0.0", b"-0.0"),
        ("FP64", b"9007199254740992", b"9007199254740992"), ("FP64", b"1e22", b"1e+22"),
    ],
)  # fmt: skip
def test_an_element_is_what_its_datatype_says(datatype: str, cell: bytes, said: bytes) -> None:
    assert tensors.of_json(named(datatype, 1), Raw(b"[%b]" % cell)).cells() == [said]


@pytest.mark.parametrize(
    ("datatype", "shape", "said"),
    [
        ("FP12", [1], "wait: FP12 is no datatype"),
        ("INT64", [], r"wait: its shape is \[\]"),
        ("INT64", [1, 2], r"not \[rows\] or \[rows, 1\]"),
        ("INT64", [-1], r"its shape is \[-1\]"),
        ("INT64", [3], "wait: 1 elements, its shape says 3"),
        ("FP16", [1], "FP16 has no form in JSON"),
    ],
)
def test_a_tensor_that_contradicts_itself_is_refused(
    datatype: str, shape: list[int], said: str
) -> None:
    with pytest.raises(Mistake, match=said):
        tensors.of_json(tensors.stated("wait", datatype, shape), Raw(b"[1]"))


@pytest.mark.parametrize(
    ("datatype", "content", "said"),
    [
        ("INT32", b"abc", "3 bytes are no 1 of INT32"),
        ("BOOL", b"\2", "an element is no BOOL"),
        ("BYTES", b"\1\0", "end within a length"),
        ("BYTES", struct.pack("<I", 9) + b"abc", "end within an element"),
        ("BYTES", b"", "0 elements, its shape says 1"),
        ("BYTES", struct.pack("<I", 1) + b"\xff", "an element is no UTF-8"),
    ],
)
def test_bytes_that_are_no_tensor_are_refused(datatype: str, content: bytes, said: str) -> None:
    with pytest.raises(Mistake, match=said):
        tensors.of_bytes(named(datatype, 1), content)


def test_values_beyond_their_datatype_are_refused() -> None:
    with pytest.raises(Mistake, match="wait: an element is no INT8"):
        tensors.of_values(named("INT8", 2), [1, 300])


@pytest.mark.parametrize(
    ("datatype", "values", "content"),
    [
        ("BOOL", [True, False], b"\1\0"),
        ("INT64", [-1], b"\xff" * 8),
        ("FP64", [0.5], struct.pack("<d", 0.5)),
        ("BYTES", ["ä", ""], b"\2\0\0\0\xc3\xa4\0\0\0\0"),
    ],
)
def test_answers_go_little_endian(datatype: str, values: list[Any], content: bytes) -> None:
    assert tensors.packed(datatype, values) == content
