"""LightGBM's and XGBoost's models as members of the portable form."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from . import nodes
from .members import Member, assembled
from .parts import Block, Foreign, Header, Tables, name

LIGHTGBM = {
    "binary sigmoid:1": "logistic",
    "multiclass": "softmax",
    "regression": "none",
    "regression_l1": "none",
    "huber": "none",
    "fair": "none",
    "quantile": "none",
    "mape": "none",
}
XGBOOST = {
    "binary:logistic": "logistic",
    "multi:softprob": "softmax",
    "reg:squarederror": "none",
    "reg:absoluteerror": "none",
    "reg:pseudohubererror": "none",
}


def lightgbm(model: Any, block: Block, tables: Tables) -> Member:
    """A Booster of LightGBM or one of its wrappers."""
    booster = getattr(model, "booster_", model)
    text = booster.model_to_string(num_iteration=1)
    objective = next((one for one in text.splitlines() if one.startswith("objective=")), "")
    said = objective.removeprefix("objective=")
    link = LIGHTGBM.get("multiclass" if said.startswith("multiclass num_class:") else said)
    if link is None:
        raise Foreign(f"{name(model)} with objective={said or 'one of the user'!r}")
    if "average_output" in text.splitlines():
        raise Foreign(f"{name(model)} with boosting_type='rf'")
    dumped = booster.dump_model()
    width = dumped["num_tree_per_iteration"]
    block = _coded(model, block, booster.pandas_categorical or [])
    exact = _thresholds(booster.model_to_string())
    trees = [
        _light(model, tree["tree_structure"], exact[at], at % width)
        for at, tree in enumerate(dumped["tree_info"])
    ]
    body = nodes.Trees(*trees).body(tables, base=[0.0] * width)
    return assembled(model, block, body, link)


def _coded(model: Any, block: Block, levels: list[list[Any]]) -> Block:
    """Text that the booster takes as it comes is its code, where the levels are those it saw."""
    texts = [list(one.texts) for one in block.columns if one.texts is not None]
    if texts != levels:
        raise Foreign(f"{name(model)} fitted on other categories than those it is given")
    return block.of([one._replace(texts=None) for one in block.columns], sparse=block.sparse)


def _thresholds(text: str) -> list[list[float]]:
    """Per tree and split as LightGBM's text has them: what it dumps as JSON ends at 1e300."""
    lines = [
        next((line for line in tree.splitlines() if line.startswith("threshold=")), "threshold=")
        for tree in text.split("\nTree=")[1:]
    ]
    return [[float(one) for one in line.partition("=")[2].split()] for line in lines]


def _light(model: Any, root: Header, exact: list[float], target: int) -> nodes.Tree:
    found = list(_flat(root))
    stated: dict[str, list[float]] = {key: [] for key in nodes.Tree._fields[:5]}
    sets: dict[int, tuple[float, ...]] = {}
    for at, (node, left, right) in enumerate(found):
        inner = "split_feature" in node
        if inner and node["decision_type"] == "==":
            sets[at] = tuple(float(one) for one in node["threshold"].split("||"))
        stated["feature"].append(node["split_feature"] if inner else -1)
        plain = inner and at not in sets
        stated["threshold"].append(exact[node["split_index"]] if plain else 0.0)
        stated["left"].append(left)
        stated["right"].append(right)
        stated["missing_left"].append(plain and _missing_left(model, node))
    value = np.array([[node.get("leaf_value", 0.0)] for node, _, _ in found])
    cover = np.array([_count(node) for node, _, _ in found])
    columns = {key: np.array(column) for key, column in stated.items()}
    return nodes.Tree(**columns, value=value, target=target, sets=sets, cover=cover)


def _count(node: Header) -> float:
    """Rows trained on at a node; a tree that is one leaf may not say."""
    return float(node["internal_count"] if "internal_count" in node else node.get("leaf_count", 1))


def _flat(root: Header) -> Iterator[tuple[Header, int, int]]:
    """Every node with the places of its children, level by level."""
    waiting, known = [root], 1
    for node in waiting:  # grows while it is walked
        if "leaf_const" in node or "leaf_coeff" in node:
            raise Foreign("lightgbm with linear_tree=True")
        children = [node["left_child"], node["right_child"]] if "left_child" in node else []
        waiting += children
        yield node, known if children else -1, known + 1 if children else -1
        known += len(children)


def _missing_left(model: Any, node: Header) -> bool:
    """Where training saw nothing missing, LightGBM takes a missing value for zero."""
    if node["missing_type"] == "Zero":
        raise Foreign(f"{name(model)} with zero_as_missing=True")
    if node["missing_type"] == "NaN":
        return bool(node["default_left"])
    return bool(float(node["threshold"]) >= 0.0)


def xgboost(model: Any, block: Block, tables: Tables) -> Member:
    """One of XGBoost's wrappers for scikit-learn."""
    if block.sparse:
        raise Foreign(f"{name(model)} of a sparse matrix, whose zeros it takes for missing")
    if not np.isnan(model.missing):
        raise Foreign(f"{name(model)} with missing={model.missing!r}")
    learner = json.loads(_kept(model).save_raw("json"))["learner"]
    link = XGBOOST.get(learner["objective"]["name"])
    if link is None:
        raise Foreign(f"{name(model)} with objective={learner['objective']['name']!r}")
    booster = learner["gradient_booster"]
    if booster["name"] != "gbtree":
        raise Foreign(f"{name(model)} with booster={booster['name']!r}")
    levels = [len(one.texts) if one.texts is not None else 0 for one in block.columns]
    trees = [
        _extreme(model, tree, target, levels)
        for tree, target in zip(
            booster["model"]["trees"], booster["model"]["tree_info"], strict=True
        )
    ]
    block = block.of([one._replace(texts=None) for one in block.columns])
    body = nodes.Trees(*trees).body(
        tables, base=_start(learner, link), comparison="<", precision="float32"
    )
    return assembled(model, block, body, link, narrow=True)


def _kept(model: Any) -> Any:
    """Without the rounds after the best one, where training stopped early."""
    booster = model.get_booster()
    try:
        return booster[: model.best_iteration + 1]
    except AttributeError:
        return booster


def _start(learner: Header, link: str) -> list[float]:
    """What the sums start from, one per output; a probability becomes its logit in float32."""
    stated = learner["learner_model_param"]
    outputs = max(int(stated["num_class"]), 1)
    found = np.array(stated["base_score"].strip("[]").split(","), dtype=np.float32)
    if link == "logistic":
        one = np.float32(1)
        found = -np.log(one / found - one)
    return [float(one) for one in np.broadcast_to(found, outputs)]


def _extreme(model: Any, tree: Header, target: int, levels: list[int]) -> nodes.Tree:
    if int(tree["tree_param"]["size_leaf_vector"]) > 1:
        raise Foreign(f"{name(model)} with multi_strategy='multi_output_tree'")
    left, right = np.array(tree["left_children"]), np.array(tree["right_children"])
    conditions = np.array(tree["split_conditions"], dtype=np.float32).astype(np.float64)
    feature = np.where(left < 0, -1, tree["split_indices"])
    sets = {}
    starts = zip(tree["categories_nodes"], tree["categories_segments"], strict=True)
    for (node, start), size in zip(starts, tree["categories_sizes"], strict=True):
        others = set(tree["categories"][start : start + size])
        if not levels[feature[node]]:
            raise Foreign(f"{name(model)} with a category that is no text")
        known = range(levels[feature[node]])
        sets[node] = tuple(float(one) for one in known if one not in others)
    missing_left = np.array(tree["default_left"], dtype=np.float64)
    cover = np.array(tree["sum_hessian"], dtype=np.float64)
    return nodes.Tree(
        feature, conditions, left, right, missing_left, conditions[:, None], target, sets, cover
    )
