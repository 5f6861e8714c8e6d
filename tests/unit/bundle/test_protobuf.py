"""Our bytes against those of protobuf's own library, read back by onnxruntime."""

import numpy as np
import onnxruntime
import pytest

from mainstay.bundle import protobuf
from mainstay.bundle.protobuf import DOUBLE, Node, Tensor


def test_a_varint_is_seven_bits_a_byte_lowest_first() -> None:
    made = [protobuf._varint(one) for one in (0, 127, 128, 300, -1)]

    assert made == [b"\x00", b"\x7f", b"\x80\x01", b"\xac\x02", b"\xff" * 9 + b"\x01"]


@pytest.mark.parametrize("kind", ["float64", "float32", "int64", "bool", "uint8"])
def test_a_constant_comes_back_as_it_was(kind: str) -> None:
    array = np.array([[0, 1, 1], [1, 0, 0]]).astype(kind)
    out = Tensor("out", protobuf.KINDS[kind], (2, 3))
    nodes = [Node("Identity", ["c"], "out", {})]
    content = protobuf.model(nodes, {"c": array}, (Tensor("x", DOUBLE, ("rows",)), out), {"": 18})

    (back,) = run(content, {"x": np.zeros(1)})

    assert back.dtype == array.dtype
    assert (back == array).all()


def test_attributes_are_numbers_lists_or_tensors() -> None:
    tensors = Tensor("x", DOUBLE, ("rows", 2)), Tensor("out", DOUBLE, ("rows", 3))
    fill = Node("ConstantOfShape", ["size"], "filled", {"value": np.array([7.0])})
    joined = Node("Concat", ["x", "filled"], "joined", {"axis": 1})
    last = Node("Identity", ["joined"], "out", {})
    size = np.array([1, 1], dtype=np.int64)

    (made,) = run(
        protobuf.model([fill, joined, last], {"size": size}, tensors, {"": 18}),
        {"x": np.array([[1.0, 2.0]])},
    )

    assert made.tolist() == [[1.0, 2.0, 7.0]]


def run(content: bytes, feeds: dict[str, np.ndarray]) -> list[np.ndarray]:
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    made: list[np.ndarray] = session.run(None, feeds)
    return made
