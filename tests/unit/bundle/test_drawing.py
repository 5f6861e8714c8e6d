import numpy as np

from mainstay.bundle.drawing import Drawing


def test_equal_arrays_are_one_constant() -> None:
    draw = Drawing()

    draw("Add", "x", np.array([1.0, 2.0]))
    draw("Mul", "x", np.array([1.0, 2.0]))
    draw("Mul", "x", np.array([1, 2]))

    assert len(draw.constants) == 2


def test_every_tensor_has_a_name_of_its_own() -> None:
    draw = Drawing()

    names = [draw("Neg", "x"), draw.single("x"), draw.total("x")]

    assert len(set(names)) == 3
    assert [node.operator for node in draw.nodes] == ["Neg", "Cast", "Cast", "ReduceSum"]
