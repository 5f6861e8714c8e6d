"""How likely each outcome of a row is, learned from rows whose labels are known.

Classes: a rising function of each score, of several also of the highest; and where features are
given and surely help, corrected group by group (stats.multicalibration). Numbers: residuals in
slots of equal mass, as shares of the size that prediction and features tell. What was wrong on
rows that a fit did not see is kept in sums by day and cell of the score, so that an estimate knows
its own error: stats.unlabelled.
"""

from collections.abc import Sequence
from functools import reduce
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from mainstay.stats import calibration, multicalibration
from mainstay.stats.blocks import Blocks, Floats
from mainstay.stats.metrics import Array
from mainstay.stats.multicalibration import Trees

CELLS, SLOTS, MOST_DAYS, FEWEST_DAYS = 20, 20, 120, 8
GROUP = 20
_SURE = 2.0
"""Standard errors over days by which features must help out of fold."""


class Rising(msgspec.Struct, frozen=True):
    """Of a score, how likely: linear between its points; `score` ascends."""

    score: tuple[float, ...]
    chance: tuple[float, ...]


class Chances(msgspec.Struct, frozen=True):
    """What was learned. outcomes: no and yes; the classes; or the slots of a residual.

    edges: a cell of the score, for numbers of the size of residuals, ends at each. content: float64
    little-endian of (days, cells, outcomes + 1), how many rows had each outcome above what was
    expected of them, then rows.
    slots: (cells, 3, outcomes) for numbers: means of residual, of its size and of its square, as
    shares of the expected size. by_features: whether the trees ask features beside the score.
    """

    outcomes: int
    edges: tuple[float, ...]
    days: int
    content: bytes
    rising: tuple[Rising, ...] = ()
    trees: Trees = ()
    slots: bytes = b""
    by_features: bool = False

    @property
    def missed(self) -> Floats:
        """The sums by day and cell: shape (days, cells, outcomes + 1)."""
        shape = (self.days, len(self.edges) + 1, self.outcomes + 1)
        return np.frombuffer(self.content, "<f8").reshape(shape).astype(np.float64)


class Known(NamedTuple):
    """Rows whose labels are known, that the model did not learn from; day: block of each row.

    label: 1 and 0, the code of the class, or the number; score: (rows,) or (rows, classes);
    features: (rows, features), NaN where missing, or None.
    """

    label: Floats
    score: Floats
    day: Blocks
    features: Floats | None = None

    def of(self, places: Array) -> "Known":
        """The same on some of the rows."""
        some = None if self.features is None else self.features[places]
        return Known(self.label[places], self.score[places], self.day[places], some)


def of_classes(known: Known) -> Chances:
    """Of a binary label, or of several classes."""
    halves, day = _halves(known.day)
    with_features = known.features is not None and known.score.ndim == 1
    order = np.argsort(_placed(known.score))  # what follows is several times as fast in order
    plain = _out_of_half(known._replace(features=None), halves, order)
    full = _out_of_half(known, halves, order) if with_features else plain
    helps = with_features and _helps(known.label, plain, full, day)
    kept = known if helps else known._replace(features=None)
    ascending = _placed(known.score)[order]
    edges, cell = _edges(ascending), np.empty(len(order), dtype=np.int64)
    cell[order] = np.searchsorted(edges, ascending)
    happened = -full if helps else -plain
    happened[np.arange(len(cell)), known.label.astype(np.int64)] += 1
    missed = _missed(happened, cell, day, len(edges) + 1)
    rising, trees = _learned(kept, order)
    return _packed(missed, edges, rising=rising, trees=trees)


def of_numbers(known: Known) -> Chances:
    """Of a numeric label: residuals by what size of them the prediction and the features tell."""
    halves, day = _halves(known.day)
    residual, asked = known.label - known.score, _asked(known.score, known.features)
    trees = _sizes(asked, residual)
    size = multicalibration.sized(trees, asked)
    edges = _edges(size, cells=max(1, min(CELLS // 2, len(size) // (10 * SLOTS))))
    cell, count = np.searchsorted(edges, size), len(edges) + 1
    happened = np.empty((len(residual), SLOTS))
    for half in (False, True):
        mine, other = halves == half, halves != half
        learned = _sizes(asked[other], residual[other])
        share = residual / multicalibration.sized(learned, asked)
        bounds = _bounds(share[other], cell[other], count)
        slot = (share[mine, None] > bounds[cell[mine]]).sum(axis=1)
        happened[mine] = np.eye(SLOTS)[slot] - 1 / SLOTS
    missed = _missed(happened, cell, day, count)
    made = _packed(missed, edges, trees=trees, slots=_slots(residual / size, cell, count))
    return msgspec.structs.replace(made, by_features=known.features is not None)


def cells(found: Chances, score: Array, features: Floats | None = None) -> Blocks:
    """The cell of each row."""
    place = _size(found, score, features) if found.slots else _placed(score)
    return np.searchsorted(np.asarray(found.edges), place)


def chances(found: Chances, score: Array, features: Floats | None = None) -> Floats:
    """Of each outcome, shape (rows, outcomes); features wanted where there are trees."""
    if found.slots:
        return np.full((len(score), found.outcomes), 1 / found.outcomes)
    return _said(found.rising, found.trees, score, features)


def residuals(
    found: Chances, score: Array, features: Floats | None = None
) -> tuple[Floats, Floats, Floats]:
    """For numbers, by slot: the residual, its size and its square; each (rows, outcomes)."""
    shape = (len(found.edges) + 1, 3, found.outcomes)
    size = _size(found, score, features)[:, None]
    place = np.searchsorted(np.asarray(found.edges), size[:, 0])
    table = np.frombuffer(found.slots, "<f8").reshape(shape).astype(np.float64)[place]
    return table[:, 0] * size, table[:, 1] * size, table[:, 2] * size**2


def slot(found: Chances, score: Array, label: Floats, features: Floats | None = None) -> Blocks:
    """The outcome that a label of a number is: the slot whose mean residual is nearest."""
    first = residuals(found, score, features)[0]
    return np.asarray(np.abs((label - score)[:, None] - first).argmin(axis=1))


def _size(found: Chances, score: Array, features: Floats | None) -> Floats:
    asked = _asked(score, features if found.by_features else None)
    return multicalibration.sized(found.trees, asked)


def _sizes(asked: Floats, residual: Floats) -> Trees:
    return multicalibration.sizes(asked, np.abs(residual)) if residual.any() else ()


def _asked(score: Array, features: Floats | None) -> Floats:
    return np.asarray(score[:, None] if features is None else np.column_stack([features, score]))


def _halves(day: Blocks) -> tuple[NDArray[np.bool_], Blocks]:
    """Which half each row is in, days apart in turn; and the day, or a stretch of rows or days."""
    apart = np.diff(day)
    if len(day) and (apart >= 0).all():
        code = np.concatenate([[0], np.cumsum(apart > 0)])
    else:
        code = np.unique(day, return_inverse=True)[1]
    count = int(code.max(initial=-1)) + 1
    if count < FEWEST_DAYS:
        code, count = np.arange(len(day)) * FEWEST_DAYS // max(len(day), 1), FEWEST_DAYS
    return code % 2 == 1, code // -(-count // MOST_DAYS)


def _learned(known: Known, order: Blocks | None = None) -> tuple[tuple[Rising, ...], Trees]:
    if known.score.ndim == 2:
        return _of_several(known.label, known.score), ()
    rising = (_rising(known.label, known.score, order),)
    if known.features is None:
        return rising, ()
    asked = _asked(known.score, known.features)
    said = _read(rising[0], known.score, order)
    return rising, multicalibration.trees(asked, known.label, said)


def _of_several(label: Floats, score: Floats) -> tuple[Rising, ...]:
    """Of each class by its own score, and of whichever scores highest."""
    orders = [np.argsort(one) for one in score.T]
    each = [_rising(label == at, score[:, at], order) for at, order in enumerate(orders)]
    top = score.argmax(axis=1)
    said = _each(each, score, orders)[np.arange(len(top)), top]
    return *each, _rising(label == top, said)


def _rising(label: Array, score: Floats, order: Blocks | None = None) -> Rising:
    """Of groups of about GROUP neighbours, equal scores in one; without points between two of the

    same chance. Of single rows the ends are 0 and 1: the lowest was a no, and the highest a yes.
    order: rows by their scores, of equal ones any first.
    """
    order = np.argsort(score) if order is None else order
    ascending = score[order]
    last = ascending[GROUP - 1 : -1 : GROUP]
    ends = np.unique(np.searchsorted(ascending, last, side="right"))
    starts = np.concatenate([[0], ends[ends < len(order)]])
    sizes = np.diff([*starts, len(order)]).astype(np.float64)
    shares = np.add.reduceat(np.asarray(label, dtype=np.float64)[order], starts) / sizes
    middle = np.add.reduceat(ascending, starts) / sizes
    fit = calibration.isotonic(shares, middle, sizes)
    moves = np.diff(fit.value) != 0
    kept = np.concatenate([[True], moves]) | np.concatenate([moves, [True]])
    return Rising(tuple(fit.score[kept].tolist()), tuple(fit.value[kept].tolist()))


def _said(
    rising: tuple[Rising, ...], trees: Trees, score: Array, features: Floats | None
) -> Floats:
    if score.ndim == 2:
        return _of_top(rising[-1], score.argmax(axis=1), _each(rising[:-1], score))
    yes = _read(rising[0], score)
    if trees:
        assert features is not None, "what was learned from features needs them"
        yes = multicalibration.corrected(trees, _asked(score, features), yes)
    return np.column_stack([1 - yes, yes])


def _each(
    rising: Sequence[Rising], score: Array, orders: Sequence[Blocks | None] | None = None
) -> Floats:
    """Of each class by its own score, together 1; orders: rows by the score of each class."""
    every = zip(rising, score.T, orders or [None] * len(rising), strict=True)
    found = [_read(by, one, order) for by, one, order in every]
    return _shared(np.column_stack(found) + multicalibration.NOTHING)


def _read(by: Rising, score: Floats, order: Blocks | None = None) -> Floats:
    """Its chance of each score, in order of the scores: several times as fast as out of order."""
    order = np.argsort(score) if order is None else order
    made = np.empty(len(score))
    made[order] = np.interp(score[order], by.score, by.chance)
    return made


def _shared(every: Floats) -> Floats:
    """Each row together 1; a sum along rows this short is slow."""
    return np.asarray(every / np.einsum("ij->i", every)[:, None])


def _of_top(right: Rising, top: Blocks, each: Floats) -> Floats:
    """The class that scores highest is right as often as it was; the others share what is left.

    By its own score alone a class is as likely where another scores higher.
    """
    place = (np.arange(len(top)), top)
    said = each[place]
    sure = _read(right, said)
    left = (1 - sure) / np.maximum(1 - said, multicalibration.NOTHING)
    made = each * left[:, None]
    made[place] = sure
    return _shared(made)


def _out_of_half(known: Known, halves: NDArray[np.bool_], order: Blocks) -> Floats:
    """Chances of each row by what the other half teaches; order: rows by their scores."""
    if known.score.ndim == 1 and known.features is None:
        return _by_score(known, halves, order)
    outcomes = known.score.shape[1] if known.score.ndim == 2 else 2
    made = np.empty((len(known.label), outcomes))
    for half in (False, True):
        mine, other = known.of(halves == half), known.of(halves != half)
        made[halves == half] = _said(*_learned(other), mine.score, mine.features)
    return made


def _by_score(known: Known, halves: NDArray[np.bool_], order: Blocks) -> Floats:
    """The same of a binary label and by the score alone."""
    yes = np.empty(len(order))
    for half in (False, True):
        mine, other = (order[halves[order] == one] for one in (half, not half))
        by = _rising(known.label, known.score, other)
        yes[mine] = np.interp(known.score[mine], by.score, by.chance)
    return np.column_stack([1 - yes, yes])


def _helps(label: Floats, plain: Floats, full: Floats, day: Blocks) -> bool:
    """Whether the log loss falls by more than chance, whole days drawn."""
    place = (np.arange(len(label)), label.astype(np.int64))
    cut = multicalibration.NOTHING
    gain = np.log(np.maximum(full[place], cut)) - np.log(np.maximum(plain[place], cut))
    each = np.bincount(day, gain)
    return bool(each.mean() > _SURE * each.std(ddof=1) / np.sqrt(len(each)))


def _placed(score: Array) -> Array:
    """What rows are put into cells by: the score, the largest of several."""
    return np.asarray(score if score.ndim == 1 else reduce(np.maximum, score.T))


def _edges(score: Array, cells: int = CELLS) -> Floats:
    inner = np.quantile(score, np.arange(1, cells) / cells, method="lower")
    found = np.unique(inner)
    return np.asarray(found[found < score.max()])


def _missed(happened: Floats, cell: Blocks, day: Blocks, count: int) -> Floats:
    days = int(day.max()) + 1
    place, size = day * count + cell, days * count
    columns = [*happened.T, np.ones(len(cell))]
    sums = [np.bincount(place, one, size) for one in columns]
    made = np.stack(sums, axis=1).astype(np.float64)
    return made.reshape(days, count, len(columns))


def _packed(
    missed: Floats,
    edges: Floats,
    *,
    rising: tuple[Rising, ...] = (),
    trees: Trees = (),
    slots: bytes = b"",
) -> Chances:
    days, _, width = missed.shape
    content = missed.astype("<f8").tobytes()
    return Chances(width - 1, tuple(edges.tolist()), days, content, rising, trees, slots)


def _bounds(residual: Floats, cell: Blocks, count: int) -> Floats:
    """Where slots end in each cell, shape (cells, SLOTS - 1)."""
    shares = np.arange(1, SLOTS) / SLOTS
    whole = np.quantile(residual, shares)
    parts = [residual[cell == at] for at in range(count)]
    return np.stack([np.quantile(one, shares) if len(one) else whole for one in parts])


def _slots(residual: Floats, cell: Blocks, count: int) -> bytes:
    """Means over each slot of each cell, shape (cells, 3, SLOTS)."""
    made = np.empty((count, 3, SLOTS))
    for at in range(count):
        parts = np.array_split(np.sort(residual[cell == at]), SLOTS)
        filled = [one if len(one) else np.zeros(1) for one in parts]
        made[at] = [[f(one).mean() for one in filled] for f in (np.asarray, np.abs, np.square)]
    return made.astype("<f8").tobytes()
