"""Splits of the models that LightGBM and XGBoost write, as plain tables."""

import json

import pytest

from mainstay.bundle import trees
from mainstay.bundle.trees import LEAF, NOTHING, Forest, Tree
from mainstay.core.errors import Broken

TEXT = """tree
version=v4

Tree=0
num_leaves=4
split_feature=3 1 0
threshold=20.25 6.5 0
decision_type=2 2 1
left_child=1 -1 -3
right_child=2 -2 -4
cat_boundaries=0 2
cat_threshold=5 1

Tree=1
num_leaves=1
leaf_value=0.5

end of trees
"""
OBJECT = {
    "left_children": [1, -1, 3, -1, -1],
    "right_children": [2, -1, 4, -1, -1],
    "split_indices": [3, 0, 0, 0, 0],
    "split_conditions": [0.1, 0.7, 1e-45, 0.3, 0.4],
    "categories_nodes": [2],
    "categories_segments": [0],
    "categories_sizes": [2],
    "categories": [0, 4],
}
MODEL = {"learner": {"gradient_booster": {"model": {"trees": [OBJECT]}, "name": "gbtree"}}}


def test_a_lightgbm_text_gives_splits_children_and_the_members_of_categorical_nodes() -> None:
    first, second = trees.of_lightgbm(TEXT).trees

    assert first == Tree(
        [3, 1, 0, LEAF], [20.25, 6.5, 0.0, 0.0], [1, 3, 3], [2, 3, 3],
        {2: frozenset({0, 2, 32})},
    )  # fmt: skip
    assert second == Tree([LEAF], [0.0], [], [], {})


def test_at_most_goes_left_in_lightgbm_below_in_xgboost_which_compares_float32() -> None:
    left, below = trees.of_lightgbm(TEXT), trees.of_xgboost(json.dumps(MODEL))

    assert left[1:] == (False, False, True)
    assert below[1:] == (True, True, False)


def test_thresholds_of_xgboost_are_float32_numbers() -> None:
    (tree,) = trees.of_xgboost(json.dumps(MODEL)).trees

    assert tree.feature == [3, LEAF, 0, LEAF, LEAF]
    assert tree.threshold[0] == 0.10000000149011612
    assert tree.members == {2: frozenset({0, 4})}


def test_dropped_trees_stand_one_step_deeper() -> None:
    dart = {"learner": {"gradient_booster": {"gbtree": MODEL["learner"]["gradient_booster"]}}}

    assert trees.of_xgboost(json.dumps(dart)) == trees.of_xgboost(json.dumps(MODEL))


def test_a_linear_model_has_no_splits() -> None:
    linear = {"learner": {"gradient_booster": {"name": "gblinear", "model": {"weights": [0.5]}}}}

    assert trees.of_xgboost(json.dumps(linear)).trees == ()
    assert Forest() == NOTHING


@pytest.mark.parametrize("text", ["{", "{}", '{"learner": 1}'])
def test_what_is_no_model_is_broken(text: str) -> None:
    with pytest.raises(Broken, match="splits that cannot be read"):
        trees.of_xgboost(text)


def test_a_text_with_damaged_splits_is_broken() -> None:
    with pytest.raises(Broken, match="splits that cannot be read"):
        trees.of_lightgbm(TEXT.replace("20.25", "x"))
