"""The splits of tree models as plain tables: where each stands, which way a value goes.

Leaves have no values here: these tables say where rows part, not what they score.
"""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from mainstay.core.errors import Broken

LEAF = -1
UNREADABLE = (ValueError, KeyError, TypeError, IndexError)


class Tree(NamedTuple):
    """One tree; node 0 is its root. feature: the input that a node asks, LEAF where it is a leaf.

    members: codes of a categorical node, on the side that its forest says.
    """

    feature: list[int]
    threshold: list[float]
    left: list[int]
    right: list[int]
    members: dict[int, frozenset[int]]


class Forest(NamedTuple):
    """Every tree of a model. strict: left means below the threshold, else at most the threshold.

    single: values are cast to float32 before they are compared. members_left: which side the
    members of a categorical node take.
    """

    trees: tuple[Tree, ...] = ()
    strict: bool = False
    single: bool = False
    members_left: bool = True


NOTHING = Forest()
"""Of a model without trees."""


def of_lightgbm(text: str) -> Forest:
    """Of a LightGBM model text: at most the threshold goes left, members go left.

    Source: LightGBM's tree.cpp; decision_type has bit 0 where a split is categorical.
    """
    try:
        return Forest(tuple(_of_block(block) for block in text.split("\nTree=")[1:]))
    except UNREADABLE as error:
        raise Broken(f"the model text has splits that cannot be read: {error!r}") from error


def of_xgboost(text: str) -> Forest:
    """Of an XGBoost model in JSON: below the threshold goes left, members go right."""
    try:
        booster = json.loads(text)["learner"]["gradient_booster"]
        model = booster.get("gbtree", booster).get("model", {})
        made = tuple(_of_object(tree) for tree in model.get("trees", ()))
    except UNREADABLE as error:
        raise Broken(f"the model has splits that cannot be read: {error!r}") from error
    return Forest(made, strict=True, single=True, members_left=False)


def _of_block(block: str) -> Tree:
    """A tree of one leaf has none of these lines; a negative child is a leaf."""
    lines = dict(line.partition("=")[::2] for line in block.splitlines())

    def numbers(name: str) -> list[int]:
        return [int(one) for one in lines.get(name, "").split()]

    left, right = numbers("left_child"), numbers("right_child")
    thresholds = [float(one) for one in lines.get("threshold", "").split()]
    kinds, words = numbers("decision_type"), numbers("cat_threshold")
    bounds = numbers("cat_boundaries")
    members = {
        node: _codes(words[bounds[int(place)] : bounds[int(place) + 1]])
        for node, (place, kind) in enumerate(zip(thresholds, kinds, strict=True))
        if kind & 1
    }
    nodes = len(left)
    left, right = ([at if at >= 0 else nodes for at in side] for side in (left, right))
    return Tree([*numbers("split_feature"), LEAF], [*thresholds, 0.0], left, right, members)


def _codes(words: list[int]) -> frozenset[int]:
    """Places of the bits set in words of 32."""
    return frozenset(
        32 * at + bit for at, word in enumerate(words) for bit in range(32) if word >> bit & 1
    )


def _of_object(tree: dict[str, Any]) -> Tree:
    left = tree["left_children"]
    feature = [
        one if child >= 0 else LEAF for one, child in zip(tree["split_indices"], left, strict=True)
    ]
    thresholds = np.asarray(tree["split_conditions"], dtype=np.float32).astype(float).tolist()
    return Tree(feature, thresholds, left, tree["right_children"], dict(_members(tree)))


def _members(tree: dict[str, Any]) -> Iterator[tuple[int, frozenset[int]]]:
    starts, sizes = tree["categories_segments"], tree["categories_sizes"]
    for node, start, size in zip(tree["categories_nodes"], starts, sizes, strict=True):
        yield node, frozenset(tree["categories"][start : start + size])
