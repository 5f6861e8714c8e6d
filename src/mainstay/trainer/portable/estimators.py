"""scikit-learn's estimators as members of the portable form."""

from collections.abc import Callable
from typing import Any

import numpy as np

from . import boosters, nodes
from .members import Member, assembled, many
from .parts import Array, Block, Foreign, Header, Tables, name, plainly
from .preprocessing import transformed


def member(model: Any, block: Block, tables: Tables) -> Member:
    """Features, body and link of a fitted estimator. Raises Foreign."""
    if name(model) == "sklearn.FrozenEstimator":
        return member(model.estimator, block, tables)
    if name(model) == "sklearn.Pipeline":
        *steps, (_, last) = model.steps
        for _, step in steps:
            block = transformed(step, block)
        return member(last, block, tables)
    made = ESTIMATORS.get(name(model))
    if made is None:
        raise Foreign(name(model))
    return made(model, block, tables)


def _linear(model: Any, block: Block, tables: Tables) -> Member:
    return assembled(model, block, _coefficients(model, tables), "none")


def _coefficients(model: Any, tables: Tables) -> Header:
    coefficients = np.asarray(model.coef_, dtype=np.float64)
    coefficients = coefficients.reshape(-1, coefficients.shape[-1])
    outputs = len(coefficients)
    if outputs > 1 and not many(model):
        raise Foreign(f"{name(model)} with {outputs} outputs")
    intercept = np.broadcast_to(np.asarray(model.intercept_, dtype=np.float64).ravel(), outputs)
    table = tables(coefficients, "f8")
    return {"type": "Linear", "coefficients": table, "intercept": intercept.tolist()}


def _logistic(model: Any, block: Block, tables: Tables) -> Member:
    shape = getattr(model, "multi_class", "auto")
    if shape == "multinomial" and not many(model):
        raise Foreign(f"{name(model)} with multi_class='multinomial' and two classes")
    rest = shape == "ovr" or model.solver == "liblinear"
    link = ("normalised" if rest else "softmax") if many(model) else "logistic"
    return assembled(model, block, _coefficients(model, tables), link)


def _descended(model: Any, block: Block, tables: Tables) -> Member:
    plainly(model, loss="log_loss")
    link = "normalised" if many(model) else "logistic"
    return assembled(model, block, _coefficients(model, tables), link)


def _tree(model: Any, block: Block, tables: Tables) -> Member:
    trees = nodes.Trees(_grown(model, model))
    return assembled(
        model, block, trees.body(tables, base=[0.0] * trees.outputs), "none", narrow=True
    )


def _forest(model: Any, block: Block, tables: Tables) -> Member:
    trees = nodes.Trees(*(_grown(model, tree) for tree in model.estimators_))
    base, divisor = [0.0] * trees.outputs, float(len(model.estimators_))
    body = trees.body(tables, base=base, divisor=divisor)
    return assembled(model, block, body, "none", narrow=True)


def _grown(model: Any, tree: Any) -> nodes.Tree:
    """One of scikit-learn's trees; its leaves speak for all outputs at once."""
    plainly(model, n_outputs_=1)
    value = np.asarray(tree.tree_.value[:, 0, :], dtype=np.float64)
    if hasattr(model, "classes_"):
        value = _shares(value)
        value = value if many(model) else value[:, 1:2]
    return nodes.of_sklearn(tree.tree_, value, target=-1 if value.shape[1] > 1 else 0)


def _shares(value: Array) -> Array:
    """Before scikit-learn 1.4 leaves count rows and are divided when asked; now they are shares."""
    total = value.sum(axis=1, keepdims=True)
    if np.allclose(total, 1, rtol=1e-9, atol=0):
        return value
    return value / np.where(total == 0, 1.0, total)


def _boosted(model: Any, block: Block, tables: Tables) -> Member:
    if not (model.init is None or model.init == "zero"):
        raise Foreign(f"{name(model)} with init={name(model.init)}")
    if hasattr(model, "classes_"):
        plainly(model, loss="log_loss")
    grown = [
        nodes.of_sklearn(tree.tree_, model.learning_rate * tree.tree_.value[:, 0, :], target=target)
        for stage in model.estimators_
        for target, tree in enumerate(stage)
    ]
    row = np.zeros((1, model.n_features_in_), dtype=np.float32)
    base = model._raw_predict_init(row)[0].tolist()  # noqa: SLF001 - what boosting starts from stands nowhere else
    body = nodes.Trees(*grown).body(tables, base=base)
    return assembled(model, block, body, _boosted_link(model), narrow=True)


def _boosted_link(model: Any) -> str:
    if not hasattr(model, "classes_"):
        return "none"
    return "softmax" if many(model) else "logistic"


def _binned_boosted(model: Any, block: Block, tables: Tables) -> Member:
    if hasattr(model, "classes_"):
        plainly(model, loss="log_loss")
    elif model.loss in ("gamma", "poisson"):
        raise Foreign(f"{name(model)} with loss={model.loss!r}")
    before = getattr(model, "_preprocessor", None)
    if before is not None:
        block = transformed(before, block)
    block = block.of(_known(model, block))
    stages = model._predictors  # noqa: SLF001 - the trees stand nowhere else
    grown = [
        nodes.of_histogram(tree, target) for stage in stages for target, tree in enumerate(stage)
    ]
    base = np.asarray(model._baseline_prediction, dtype=np.float64).ravel()  # noqa: SLF001 - likewise
    body = nodes.Trees(*grown).body(tables, base=base.tolist())
    plain = _Plain(model) if before is not None else model
    return assembled(plain, block, body, _boosted_link(model))


class _Plain:
    """Histogram boosting behind its own preprocessor takes whatever floats hold."""

    def __init__(self, model: Any) -> None:
        self.n_features_in_ = model.n_features_in_

    def predict(self, rows: Array) -> Array:
        return rows


def _known(model: Any, block: Block) -> list[Any]:
    """Categories that training did not see are missing ones to it."""
    mapper = model._bin_mapper  # noqa: SLF001 - what it saw stands nowhere else
    if not np.any(mapper.is_categorical_):
        return list(block.columns)
    bitsets, place = mapper.make_known_categories_bitsets()
    return [
        column.then("Known", values=[float(one) for one in nodes.members(bitsets[place[at]])])
        if mapper.is_categorical_[at]
        else column
        for at, column in enumerate(block.columns)
    ]


ESTIMATORS: dict[str, Callable[[Any, Block, Tables], Member]] = {
    "lightgbm.LGBMClassifier": boosters.lightgbm,
    "lightgbm.LGBMRegressor": boosters.lightgbm,
    "lightgbm.Booster": boosters.lightgbm,
    "xgboost.XGBClassifier": boosters.xgboost,
    "xgboost.XGBRegressor": boosters.xgboost,
    "sklearn.LogisticRegression": _logistic,
    "sklearn.LogisticRegressionCV": _logistic,
    "sklearn.SGDClassifier": _descended,
    "sklearn.HistGradientBoostingClassifier": _binned_boosted,
    "sklearn.HistGradientBoostingRegressor": _binned_boosted,
    "sklearn.GradientBoostingClassifier": _boosted,
    "sklearn.GradientBoostingRegressor": _boosted,
    **dict.fromkeys(
        (
            *("sklearn.LinearRegression", "sklearn.Ridge", "sklearn.RidgeCV", "sklearn.Lasso"),
            *("sklearn.LassoCV", "sklearn.ElasticNet", "sklearn.ElasticNetCV"),
            *("sklearn.SGDRegressor", "sklearn.HuberRegressor"),
        ),
        _linear,
    ),
    **dict.fromkeys(
        (
            *("sklearn.RandomForestClassifier", "sklearn.RandomForestRegressor"),
            *("sklearn.ExtraTreesClassifier", "sklearn.ExtraTreesRegressor"),
        ),
        _forest,
    ),
    **dict.fromkeys(
        (
            *("sklearn.DecisionTreeClassifier", "sklearn.DecisionTreeRegressor"),
            *("sklearn.ExtraTreeClassifier", "sklearn.ExtraTreeRegressor"),
        ),
        _tree,
    ),
}
