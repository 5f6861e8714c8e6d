"""ONNX messages as bytes: the handful that a written graph needs.

Field numbers are those of onnx.proto (IR version 10). The package `onnx` would do the same and
brings 60 MB with it.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.generic]
FLOAT, UINT8, INT32, INT64, BOOL, DOUBLE = 1, 2, 6, 7, 9, 11
KINDS = {"float32": FLOAT, "uint8": UINT8, "int64": INT64, "bool": BOOL, "float64": DOUBLE}
ONE_INTEGER, TENSOR, INTEGERS = 2, 4, 7
IR_VERSION = 10
Attribute = int | Array | Sequence[int]


class Node(NamedTuple):
    """One operator: names of tensors in and out; domain "" is that of ONNX itself."""

    operator: str
    inputs: Sequence[str]
    output: str
    attributes: Mapping[str, Attribute]
    domain: str = ""


class Tensor(NamedTuple):
    """A tensor at the border of a graph; a dimension is a number or a name."""

    name: str
    kind: int
    shape: Sequence[int | str]


def model(
    nodes: Iterable[Node],
    constants: Mapping[str, Array],
    tensors: tuple[Tensor, Tensor],
    versions: Mapping[str, int],
) -> bytes:
    """A ModelProto. tensors: what goes in and what comes out. versions: domain -> opset."""
    given, made = tensors
    graph = b"".join(
        (
            *(_message(1, _node(node)) for node in nodes),
            _text(2, "mainstay"),
            *(_message(5, _tensor(name, array)) for name, array in constants.items()),
            _message(11, _border(given)),
            _message(12, _border(made)),
        )
    )
    opsets = (
        _message(8, _text(1, domain) + _integer(2, version)) for domain, version in versions.items()
    )
    return b"".join(
        (
            _integer(1, IR_VERSION),
            _text(2, "mainstay"),
            _message(7, graph),
            *opsets,
        )
    )


def _node(node: Node) -> bytes:
    return b"".join(
        (
            *(_text(1, name) for name in node.inputs),
            _text(2, node.output),
            _text(4, node.operator),
            *(_message(5, _attribute(name, value)) for name, value in node.attributes.items()),
            _text(7, node.domain),
        )
    )


def _attribute(name: str, value: Attribute) -> bytes:
    if isinstance(value, int):
        return _text(1, name) + _integer(3, value) + _integer(20, ONE_INTEGER)
    if isinstance(value, np.ndarray):
        return _text(1, name) + _message(5, _tensor("", value)) + _integer(20, TENSOR)
    packed = b"".join(_varint(one) for one in value)
    return _text(1, name) + _message(8, packed) + _integer(20, INTEGERS)


def _tensor(name: str, array: Array) -> bytes:
    raw = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).tobytes()
    shape = b"".join(_varint(size) for size in array.shape)
    kind = KINDS[array.dtype.name]
    return _message(1, shape) + _integer(2, kind) + _text(8, name) + _message(9, raw)


def _border(tensor: Tensor) -> bytes:
    sizes = (
        _message(1, _integer(1, size) if isinstance(size, int) else _text(2, size))
        for size in tensor.shape
    )
    kind = _integer(1, tensor.kind) + _message(2, b"".join(sizes))
    return _text(1, tensor.name) + _message(2, _message(1, kind))


def _integer(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _text(field: int, text: str) -> bytes:
    return _message(field, text.encode()) if text else b""


def _message(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    """Seven bits a byte, lowest first; a negative number as its 64 bits."""
    (left,) = struct.unpack("<Q", struct.pack("<q", value))
    made = bytearray()
    while left > 0x7F:
        made.append(left & 0x7F | 0x80)
        left >>= 7
    made.append(left)
    return bytes(made)
