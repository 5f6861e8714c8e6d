"""A LightGBM model text as bitmaps: what the library says of many rows, in a third of its time.

Source: LightGBM's tree.h (decisions, missing values) and its objectives.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.bundle import leaves
from mainstay.bundle.leaves import CODES, LEFT, RIGHT, ZERO, Grown, Leaves, Split
from mainstay.bundle.logistic import chances
from mainstay.bundle.places import LARGEST, NOTHING
from mainstay.bundle.trees import UNREADABLE

Matrix = NDArray[np.float64]
Link = Callable[[Sequence[float]], list[float]]
"""From the sums of the leaves to the scores."""
_PLAIN = frozenset(("regression", "regression_l1", "huber", "fair", "quantile", "mape"))
_CATEGORY, _DEFAULT_LEFT, _ZERO, _NAN = 1, 2, 1, 2


class Held(NamedTuple):
    """The leaves of a model, and its link."""

    leaves: Leaves
    link: Link

    def hold(self, matrix: Matrix) -> bool:
        """Whether all values are such that the bitmaps say what the library says."""
        return bool(np.all(np.isnan(matrix) | (np.abs(matrix) < LARGEST)))

    def scores(self, matrix: Matrix) -> Matrix:
        """Shape (rows,), of a matrix that they hold."""
        turned = matrix.T.copy()
        turned[np.abs(turned) <= NOTHING] = 0.0
        return np.array(self.link(self.leaves.sums(turned).tolist()))


def of_lightgbm(text: str) -> Held | None:
    """The bitmaps of a LightGBM model text; None for another kind of model, or where they lose.

    Held: one number per row, trees of at most 256 constant leaves, zero no missing value.
    """
    try:
        return _held(text, worth=True)
    except UNREADABLE:  # the library may read it all the same
        return None


def _held(text: str, *, worth: bool) -> Held | None:
    """worth: only where they are faster than the library."""
    head, *blocks = text.split("\nTree=")
    link = _link(_lines(head))
    trees = [tree for one in blocks if (tree := _tree(_lines(one)))]
    if link is None or not trees or len(trees) < len(blocks):
        return None
    made = leaves.leaves(trees, 0.0, worth=worth)
    return Held(made, link) if made else None


def _lines(block: str) -> Mapping[str, str]:
    return dict(line.partition("=")[::2] for line in block.splitlines())


def _link(head: Mapping[str, str]) -> Link | None:
    """None for an objective that is not held."""
    objective, *stated = head.get("objective", "").split() or [""]
    if head.get("num_class") != "1" or "average_output" in head:
        return None
    if objective == "binary" and len(stated) == 1 and stated[0].startswith("sigmoid:"):
        slope = float(stated[0].removeprefix("sigmoid:"))
        return partial(chances, slope=slope)
    return list if objective in _PLAIN and not stated else None


def _tree(lines: Mapping[str, str]) -> Grown | None:
    """Its leaves from left to right; None where it is not held."""

    def numbers(name: str, kind: Callable[[str], Any] = int) -> list[Any]:
        return [kind(one) for one in lines.get(name, "").split()]

    children = list(zip(numbers("left_child"), numbers("right_child"), strict=True))
    known = numbers("leaf_value", float)
    if lines.get("is_linear", "0") != "0":
        return None
    order, renamed = leaves.grown(children)
    features, thresholds = numbers("split_feature"), numbers("threshold", float)
    bounds, words = numbers("cat_boundaries"), numbers("cat_threshold")
    splits = []
    for node, kind in enumerate(numbers("decision_type")):
        if kind >> 2 & 3 == _ZERO:
            return None
        threshold, members = thresholds[node], None
        if kind & _CATEGORY:
            of_node = slice(bounds[int(threshold)], bounds[int(threshold) + 1])
            members = _codes(words[of_node])
        left, right = (renamed.get(one, one) for one in children[node])
        splits.append(Split(features[node], _way(kind), threshold, members, left, right))
    return Grown(splits, [known[leaf] for leaf in order])


def _way(kind: int) -> str:
    """Where NaN goes: it is no category; as a number it goes the default way, or is zero."""
    if kind & _CATEGORY:
        return CODES
    if kind >> 2 & 3 != _NAN:
        return ZERO
    return LEFT if kind & _DEFAULT_LEFT else RIGHT


def _codes(words: Sequence[int]) -> frozenset[int]:
    """Places of the bits set in words of 32."""
    places = ((at, bit) for at in range(len(words)) for bit in range(32))
    return frozenset(32 * at + bit for at, bit in places if words[at] >> bit & 1)
