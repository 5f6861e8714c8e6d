"""Where a portable form changes its mind: values of its inputs that sit on a split."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from mainstay.bundle import form
from mainstay.bundle.form import Form, Member, Trees
from mainstay.bundle.parity import Hard
from mainstay.core.inputs import Input

Values = NDArray[np.float64]
MOST = 20_000  # rows, as for rows led to splits


def edges(model: Form) -> dict[int, list[float]]:
    """Input -> values at which some split, bin or category turns, rising, each once.

    Through a cast to float32 these are the two float32 beside the split and the float64 between
    them where rounding turns; through arithmetic also the neighbours, because its inverse rounds.
    """
    found: dict[int, set[float]] = {}
    for member in model.members:
        for place, values in _met(member):
            found.setdefault(place, set()).update(values.tolist())
    return {place: sorted(filter(np.isfinite, values)) for place, values in found.items()}


def met(hard: Hard, matrix: Values, inputs: Sequence[Input], found: dict[int, list[float]]) -> Hard:
    """More adversarial rows: real ones with one input on an edge and one float64 beside it.

    Whole numbers have none beside; where there are more than MOST rows, an even part of them.
    """
    moves = [
        (place, float(value))
        for place, values in found.items()
        for value in _beside(np.array(values), inputs[place])
    ]
    if not moves:
        return hard
    chosen = np.linspace(0, len(moves) - 1, min(len(moves), MOST)).astype(np.int64)
    places, values = np.array(moves).T
    made = matrix[np.arange(len(chosen)) % len(matrix)]
    made[np.arange(len(chosen)), places[chosen].astype(np.int64)] = values[chosen]
    kinds = hard.kinds | {"beside splits": hard.kinds["beside splits"] + len(made)}
    count = sum(map(len, found.values()))
    tried = int(count * len(chosen) / len(moves))
    return Hard(np.vstack([hard.rows, made]), kinds, hard.splits + count, hard.met + tried)


def _beside(values: Values, one: Input) -> Values:
    match one.kind:
        case "number":
            ends = (np.nextafter(values, end) for end in (-np.inf, np.inf))
            return np.concatenate([values, *ends])
        case "integer":
            below = np.floor(values)
            return np.concatenate([below, below + 1])
        case _:
            return np.empty(0)


def _met(member: Member) -> Iterator[tuple[int, Values]]:
    for place, feature in enumerate(member.features):
        values = _splits(member.body, place) if isinstance(member.body, Trees) else np.empty(0)
        with np.errstate(all="ignore"):
            for step in reversed(feature.steps):
                values = _before(values, step)
        yield feature.input, np.unique(values)


def _splits(trees: Trees, place: int) -> Values:
    plain = trees.category.array.astype(np.int64) < 0
    mine = (trees.feature.array == place) & plain
    return np.unique(trees.threshold.array.astype(np.float64)[mine])


def _before(values: Values, step: form.Step) -> Values:
    """What went into a step for these to come out."""
    match step:
        case form.Impute(value):
            return np.append(values, value)
        case form.Clip(low, high):
            return np.append(values, [low, high])
        case form.Arithmetic(operation, value):
            back = _undone(values, operation, value)
            return np.concatenate([back, np.nextafter(back, -np.inf), np.nextafter(back, np.inf)])
        case form.Cast():
            return _cast(values)
        case _:
            return np.array(_own(step))


def _own(
    step: form.Bins | form.OneOf | form.Position | form.Known | form.Lookup,
) -> tuple[float, ...]:
    """Where a step that knows some values turns; a code of text has no neighbours."""
    match step:
        case form.Lookup():
            return ()
        case form.Bins(edges):
            return edges
        case _:
            return step.values


def _undone(values: Values, operation: str, by: float) -> Values:
    match operation:
        case "add":
            return values - by
        case "subtract":
            return values + by
        case "multiply":
            return values / by
        case _:
            return values * by


def _cast(values: Values) -> Values:
    near = values.astype(np.float32)
    below = np.where(near > values, np.nextafter(near, np.float32(-np.inf)), near)
    above = np.nextafter(below, np.float32(np.inf))
    between = (below.astype(np.float64) + above) / 2
    return np.concatenate([values, below.astype(np.float64), above.astype(np.float64), between])
