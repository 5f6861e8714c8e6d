"""scikit-learn's preprocessing as steps of the portable form."""

import functools
from collections.abc import Iterator
from typing import Any

import numpy as np

from .parts import (
    Block,
    Column,
    Foreign,
    Transform,
    missing,
    name,
    plainly,
    without_missing,
)


def transformed(step: Any, block: Block) -> Block:
    """The columns that a fitted transformer makes. Raises Foreign."""
    if step is None or (isinstance(step, str) and step == "passthrough"):
        return block
    made = TRANSFORMERS.get(name(step))
    if made is None:
        raise Foreign(name(step))
    return made(step, block)


def _dense(step: Any, block: Block) -> None:
    if block.sparse:
        raise Foreign(f"{name(step)} of a sparse matrix")


def _imputed(step: Any, block: Block) -> Block:
    _dense(step, block)
    if not missing(step.missing_values) or step.missing_values is None:
        raise Foreign(f"{name(step)} with missing_values={step.missing_values!r}")
    block = block.checked(missing=True)
    made = []
    for column, fill in zip(block.columns, step.statistics_, strict=True):
        if missing(fill):
            raise Foreign(f"{name(step)} fitted on a column without values")
        made.append(
            column.then("Impute", value=float(fill))
            if column.texts is None
            else column._replace(absent=fill if column.absent is None else column.absent)
        )
    return block.of([*made, *_indicators(step, block)])


def _indicators(step: Any, block: Block) -> Iterator[Column]:
    if not step.add_indicator:
        return
    for place in step.indicator_.features_:
        column = block.columns[place]
        if column.texts is not None and column.absent is not None:
            raise Foreign(f"{name(step)} with add_indicator of text filled before")
        yield column._replace(texts=None).then("OneOf", values=[], missing=True)


def _scaled(step: Any, block: Block) -> Block:
    """Subtract, then divide, each rounded: what StandardScaler and RobustScaler do."""
    _dense(step, block)
    block = block.checked(missing=True)
    centre = step.mean_ if hasattr(step, "mean_") else step.center_
    centred = getattr(step, "with_mean", getattr(step, "with_centering", False))
    wide = getattr(step, "with_std", getattr(step, "with_scaling", False))
    columns = list(block.columns)
    if centred:
        columns = _arithmetic(columns, "subtract", without_missing(step, centre))
    if wide:
        columns = _arithmetic(columns, "divide", without_missing(step, step.scale_))
    return block.of(columns)


def _ranged(step: Any, block: Block) -> Block:
    """Multiply, then add, then clip: MinMaxScaler."""
    _dense(step, block)
    block = block.checked(missing=True)
    columns = _arithmetic(block.columns, "multiply", without_missing(step, step.scale_))
    columns = _arithmetic(columns, "add", without_missing(step, step.min_))
    if getattr(step, "clip", False):
        low, high = map(float, step.feature_range)
        columns = [one.then("Clip", low=low, high=high) for one in columns]
    return block.of(columns)


def _largest(step: Any, block: Block) -> Block:
    _dense(step, block)
    plainly(step, clip=False)
    block = block.checked(missing=True)
    return block.of(_arithmetic(block.columns, "divide", without_missing(step, step.scale_)))


def _arithmetic(columns: Any, operation: str, values: Any) -> list[Column]:
    return [
        one.then("Arithmetic", operation=operation, value=float(value))
        for one, value in zip(columns, values, strict=True)
    ]


def _ordinal(step: Any, block: Block) -> Block:
    _common(step)
    block = block.checked(missing=True)
    strict = step.handle_unknown == "error"
    unknown = np.nan if strict else float(step.unknown_value)
    columns = []
    for column, categories in zip(block.columns, step.categories_, strict=True):
        places = {one: place for place, one in enumerate(categories) if not missing(one)}
        has = any(map(missing, categories))
        absent = float(getattr(step, "encoded_missing_value", np.nan)) if has else unknown
        if strict:
            block = block.known([_found(column, categories)])
        columns.append(_placed(column, places, unknown, absent))
    return block.of(columns)


def _placed(column: Column, places: dict[Any, int], unknown: float, absent: float) -> Column:
    if column.texts is None:
        values = [_number(one) for one in places]
        return column.then("Position", values=values, unknown=unknown, missing=absent)
    values = [float(places.get(text, unknown)) for text in column.texts]
    filled = absent if column.absent is None else float(places.get(column.absent, unknown))
    return column.of_text("Lookup", values=values, missing=filled)


def _found(column: Column, categories: Any) -> Column:
    """Zero where the value is one of the categories, else missing."""
    places = dict.fromkeys((one for one in categories if not missing(one)), 0)
    absent = 0.0 if any(map(missing, categories)) else np.nan
    if column.texts is not None:
        return _placed(column, places, np.nan, absent)
    values = [_number(one) for one in places]
    return column.then("Position", values=values, unknown=np.nan, missing=absent)


def _hot(step: Any, block: Block) -> Block:
    _common(step)
    block = block.checked(missing=True)
    columns: list[Column] = []
    dropped = getattr(step, "drop_idx_", None)
    for at, (column, categories) in enumerate(zip(block.columns, step.categories_, strict=True)):
        if step.handle_unknown == "error":
            block = block.known([_found(column, categories)])
        drop = None if dropped is None else dropped[at]
        kept = (one for place, one in enumerate(categories) if place != drop)
        columns += [_is(column, one) for one in kept]
    return block.of(columns, sparse=bool(step.sparse_output))


def _is(column: Column, category: Any) -> Column:
    absent = missing(category)
    if column.texts is None:
        values = [] if absent else [_number(category)]
        return column.then("OneOf", values=values, missing=absent)
    codes = [float(code) for code, text in enumerate(column.texts) if text == category]
    filled = absent if column.absent is None else bool(column.absent == category)
    return column.of_text("OneOf", values=codes, missing=filled)


def _number(category: Any) -> float:
    try:
        return float(category)
    except (TypeError, ValueError) as error:
        raise Foreign(f"the category {category!r} in a column of numbers") from error


def _common(step: Any) -> None:
    """What both encoders may be asked for and the form does not hold."""
    if getattr(step, "_infrequent_enabled", False):
        raise Foreign(f"{name(step)} with infrequent categories")
    if np.dtype(step.dtype) != np.float64:
        raise Foreign(f"{name(step)} with dtype={step.dtype!r}")


def _binned(step: Any, block: Block) -> Block:
    _dense(step, block)
    if step.dtype not in (None, np.float64):
        raise Foreign(f"{name(step)} with dtype={step.dtype!r}")
    block = block.checked(missing=False)
    columns = [
        column.then("Bins", edges=[float(edge) for edge in edges[1:-1]])
        for column, edges in zip(block.columns, step.bin_edges_, strict=True)
    ]
    if step.encode == "ordinal":
        return block.of(columns)
    hot = [
        column.then("OneOf", values=[float(one)], missing=False)
        for column, count in zip(columns, step.n_bins_, strict=True)
        for one in range(int(count))
    ]
    return block.of(hot, sparse=step.encode == "onehot")


def _untouched(step: Any, block: Block) -> Block:
    """A FunctionTransformer is code; only scikit-learn's own two, which change nothing, pass."""
    function = step.func
    if isinstance(function, functools.partial):
        inner = function.func
        if (inner.__module__, inner.__name__) == ("sklearn.utils.validation", "check_array"):
            return block
    if function is not None:
        raise Foreign(f"{name(step)} with func={getattr(function, '__name__', function)!r}")
    return block.checked(missing=False) if step.validate else block


def _side_by_side(step: Any, block: Block) -> Block:
    plainly(step, transformer_weights=None)
    made: list[Column] = []
    for label, transformer, _ in step.transformers_:
        places = list(step._transformer_to_input_indices.get(label, []))  # noqa: SLF001 - resolved columns stand nowhere else
        if (isinstance(transformer, str) and transformer == "drop") or not places:
            continue
        part = transformed(transformer, block.of([block.columns[place] for place in places]))
        made += part.columns
        block = block._replace(numbers=part.numbers, finite=part.finite)
    return block.of(made, sparse=bool(step.sparse_output_))


def chained(step: Any, block: Block) -> Block:
    """Every step of a pipeline of transformers."""
    for _, one in step.steps:
        block = transformed(one, block)
    return block


TRANSFORMERS: dict[str, Transform] = {
    "sklearn.SimpleImputer": _imputed,
    "sklearn.StandardScaler": _scaled,
    "sklearn.RobustScaler": _scaled,
    "sklearn.MinMaxScaler": _ranged,
    "sklearn.MaxAbsScaler": _largest,
    "sklearn.OrdinalEncoder": _ordinal,
    "sklearn.OneHotEncoder": _hot,
    "sklearn.KBinsDiscretizer": _binned,
    "sklearn.FunctionTransformer": _untouched,
    "sklearn.ColumnTransformer": _side_by_side,
    "sklearn.Pipeline": chained,
}
