"""Made-up decisions with known bad slices: who they are about, what was said, what came true.

Columns of five texts and five numbers that hang together; days and entities whose rows are easier
or harder together. In a planted slice the loss is higher by LOSS and nowhere else; ranges of
numbers are planted anywhere, not where anybody cuts them.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from mainstay.core.columns import Columns, Text

ROWS, DAYS, ENTITIES, LOSS = 30_000, 31, 3_000, 0.1
SMALLEST, LARGEST, TRIES = 0.05, 0.25, 100
LEVELS = {"region": 4, "channel": 3, "product": 8, "partner": 12, "kind": 5}
NUMBERS = ("age", "amount", "wait", "distance", "load")
Kind = Literal["accuracy", "log_loss", "roc_auc", "mae"]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


class World(NamedTuple):
    """label, said: shape (rows,); bad: the planted slices, shape (rows,) each."""

    columns: Columns
    label: Floats
    said: Floats
    blocks: tuple[NDArray[np.int64], ...]
    bad: tuple[Mask, ...]


def world(kind: Kind, planted: int, generator: np.random.Generator, rows: int = ROWS) -> World:
    """planted: how many bad slices, that do not overlap."""
    columns = _columns(generator, rows)
    bad = _planted(columns, planted, generator)
    inside = np.any(bad, axis=0) if bad else np.zeros(rows, dtype=np.bool_)
    day = np.sort(generator.integers(0, DAYS, rows))
    entity = generator.integers(0, ENTITIES, rows)
    shared = generator.normal(0, 0.3, DAYS)[day] + generator.normal(0, 0.3, ENTITIES)[entity]
    label, said = _OUTCOMES[kind](inside, shared, generator)
    return World(columns, label, said, (day, entity), bad)


def _columns(generator: np.random.Generator, rows: int) -> Columns:
    """A common cause makes columns hang together."""
    cause = generator.normal(size=rows)
    made: Columns = {}
    for name, count in LEVELS.items():
        sizes = generator.dirichlet(np.full(count, 2.0))
        place = special.ndtr(0.4 * cause + np.sqrt(1 - 0.16) * generator.normal(size=rows))
        codes = np.searchsorted(np.cumsum(sizes)[:-1], place)
        made[name] = Text(codes.astype(np.int32), tuple(f"{name[0]}{at}" for at in range(count)))
    for name in NUMBERS:
        value = 0.4 * cause + np.sqrt(1 - 0.16) * generator.normal(size=rows)
        made[name] = np.where(generator.random(rows) < 0.02, np.nan, np.exp(value))
    return made


def _planted(columns: Columns, count: int, generator: np.random.Generator) -> tuple[Mask, ...]:
    """Slices of one or two columns, each SMALLEST to LARGEST of the rows, none over another.

    Where those that are there leave no room, all are drawn anew.
    """
    found: list[Mask] = []
    tries = 0
    while len(found) < count:
        tries += 1
        if tries % TRIES == 0:
            found.clear()
        names = generator.choice(list(columns), generator.integers(1, 3), replace=False)
        some = np.all([_part(columns[name], generator) for name in names], axis=0)
        free = not any((some & other).any() for other in found)
        if free and SMALLEST <= some.mean() <= LARGEST:
            found.append(some)
    return tuple(found)


def _part(values: object, generator: np.random.Generator) -> Mask:
    """A level, or a range of a quarter to half of the rows."""
    if isinstance(values, Text):
        return np.asarray(values.codes == generator.integers(len(values.levels)))
    numbers = np.asarray(values, dtype=np.float64)
    width = generator.uniform(0.2, 0.5)
    low = generator.uniform(0, 1 - width)
    first, last = np.nanquantile(numbers, [low, low + width])
    return np.asarray((numbers >= first) & (numbers < last))


def _accuracy(
    inside: Mask, shared: Floats, generator: np.random.Generator
) -> tuple[Floats, Floats]:
    """Decisions, wrong in 0.2 of the rows, in a bad slice in 0.3."""
    label = (generator.random(len(inside)) < 0.4).astype(np.float64)
    wrong = special.expit(special.logit(np.where(inside, 0.2 + LOSS, 0.2)) + shared)
    off = generator.random(len(inside)) < wrong
    return label, np.where(off, 1 - label, label)


def _log_loss(
    inside: Mask, shared: Floats, generator: np.random.Generator
) -> tuple[Floats, Floats]:
    """Probabilities too far out: the margin is moved by what costs LOSS on average."""
    margin = generator.normal(-0.5, 1.2, len(inside)) + shared
    chance = special.expit(margin)
    label = (generator.random(len(inside)) < chance).astype(np.float64)
    return label, special.expit(margin + np.where(inside, _shift(chance, margin), 0.0))


def _shift(chance: Floats, margin: Floats) -> float:
    """By bisection: a margin moved up costs more the farther."""
    low, high = 0.0, 10.0
    for _ in range(60):
        middle = (low + high) / 2
        costs = np.mean(_surprise(chance, margin + middle) - _surprise(chance, margin))
        low, high = (middle, high) if costs < LOSS else (low, middle)
    return middle


def _surprise(chance: Floats, margin: Floats) -> Floats:
    return np.asarray(np.logaddexp(0, margin) - chance * margin)


def _roc_auc(inside: Mask, shared: Floats, generator: np.random.Generator) -> tuple[Floats, Floats]:
    """Scores of which a bad slice loses LOSS of the area: so many are drawn without the label."""
    label = (generator.random(len(inside)) < 0.3).astype(np.float64)
    area = special.ndtr(1.0 / np.sqrt(2))
    lost = generator.random(len(inside)) < np.where(inside, _lost(area), 0.0)
    shown = np.where(lost, generator.random(len(inside)) < 0.3, label)
    return label, shown + generator.normal(size=len(inside)) + 0.3 * shared


def _lost(area: float) -> float:
    """The share of scores without the label: pairs of two that have it keep the area, others none.

    Such a score stands where the mixture stands: 0.7 of the way it wins as a negative would.
    """
    return LOSS / (area - 0.5)


def _mae(inside: Mask, shared: Floats, generator: np.random.Generator) -> tuple[Floats, Floats]:
    """Errors of mean size 0.3, in a bad slice 0.4, where labels have a deviation of 1."""
    label = generator.normal(size=len(inside))
    size = np.sqrt(np.pi / 2) * (0.3 + np.where(inside, LOSS, 0.0)) * np.exp(shared)
    return label, label + size * generator.normal(size=len(inside))


_OUTCOMES: dict[Kind, Callable[[Mask, Floats, np.random.Generator], tuple[Floats, Floats]]] = {
    "accuracy": _accuracy, "log_loss": _log_loss, "roc_auc": _roc_auc, "mae": _mae,
}  # fmt: skip
KINDS = tuple(_OUTCOMES)
