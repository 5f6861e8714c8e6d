"""A graph being drawn: nodes in order, constants each once."""

import hashlib

import numpy as np
from numpy.typing import NDArray

from mainstay.bundle.protobuf import DOUBLE, FLOAT, Attribute, Node

Array = NDArray[np.generic]
LAST = np.array([-1], dtype=np.int64)


class Drawing:
    """Calling it adds an operator and names its tensor; arrays among the inputs are constants."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.constants: dict[str, Array] = {}

    def __call__(
        self,
        operator: str,
        *inputs: "str | NDArray[np.generic]",
        domain: str = "",
        **attributes: Attribute,
    ) -> str:
        names = [one if isinstance(one, str) else self.constant(one) for one in inputs]
        output = f"t{len(self.nodes)}"
        self.nodes.append(Node(operator, names, output, attributes, domain))
        return output

    def constant(self, array: Array) -> str:
        """Its name: equal arrays have one."""
        content = f"{array.dtype}{array.shape}".encode() + array.tobytes()
        name = f"c{hashlib.sha256(content).hexdigest()[:16]}"
        self.constants[name] = array
        return name

    def named(self, tensor: str, name: str) -> None:
        """Gives a tensor the name of an output."""
        self.nodes.append(Node("Identity", (tensor,), name, {}))

    def single(self, tensor: str) -> str:
        """Rounded to float32 and back."""
        return self("Cast", self("Cast", tensor, to=FLOAT), to=DOUBLE)

    def total(self, tensor: str) -> str:
        """Summed over the last axis, which goes."""
        return self("ReduceSum", tensor, LAST, keepdims=0)
