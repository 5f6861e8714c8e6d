"""Money: what decisions are worth by a value matrix, and by how much a model beats its rivals.

Money is per 1,000 decisions. A row is acted on where its score is at least the threshold.
"""

from typing import Literal, NamedTuple, get_args

import msgspec
import numpy as np
import scipy

from mainstay.core.nouns import Estimate
from mainstay.stats import bootstrap
from mainstay.stats.blocks import Blocks, Floats, sums
from mainstay.stats.blockwise import Statistic, Summed, divided
from mainstay.stats.metrics import Array, mean

Rival = Literal["never", "always", "baseline"]


class Matrix(NamedTuple):
    """What one decision of each kind is worth, in the contract's currency; a cost is negative.

    Each is a number, or of shape (rows,) where money hangs on the row.
    """

    true_positive: float | Floats = 0.0
    false_positive: float | Floats = 0.0
    true_negative: float | Floats = 0.0
    false_negative: float | Floats = 0.0


class Curve(msgspec.Struct, frozen=True):
    """Money per 1,000 at each threshold, with an interval that covers each point by itself.

    low, high: empty where resampling cannot tell.
    """

    threshold: tuple[float, ...]
    money: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


def per_row(label: Array, decision: Array, matrix: Matrix) -> Floats:
    """Money of each row; label and decision are 1 (late, act) or 0, shape (rows,)."""
    acted = np.where(label == 1, matrix.true_positive, matrix.false_positive)
    left = np.where(label == 1, matrix.false_negative, matrix.true_negative)
    return np.where(decision == 1, acted, left)


def by_class(label: Array, decided: Array, matrix: Floats) -> Floats:
    """Money of each row; label, decided: places of classes, shape (rows,); NaN for a label of -1.

    matrix: by actual and decided class.
    """
    was = np.asarray(label).astype(np.int64)
    found = matrix[was, np.asarray(decided).astype(np.int64)]
    return np.where(was < 0, np.nan, found)


def best_class(label: Array, matrix: Floats) -> int:
    """The place of the class that earns most if every row is decided for it; the first of equals.

    Choose it on training rows; label: places of classes, shape (rows,).
    """
    return int(matrix[label.astype(np.int64)].mean(axis=0).argmax())


def missed(label: Array, said: Array, over: float | Floats, under: float | Floats) -> Floats:
    """Money of each row by how far a value was answered too high or too low; costs are negative.

    over, under: per unit, a number or of shape (rows,).
    Source: the newsvendor's costs, Arrow, Harris and Marschak (1951), Optimal Inventory Policy.
    """
    off = np.asarray(said, dtype=np.float64) - label
    return np.asarray(over * np.maximum(off, 0) + under * np.maximum(-off, 0))


def cheapest_shift(label: Array, said: Array, over: Array, under: Array) -> float:
    """What to add to every answer so that these rows cost least; over, under: costs, shape (rows,).

    The cost is convex and bends at each residual: least where its slope turns; 0 without costs.
    """
    off = np.asarray(label - said, dtype=np.float64)
    order = np.argsort(off, kind="stable")
    slope = np.cumsum((over + under)[order]) - float(np.sum(under))
    if not np.any(over) and not np.any(under):
        return 0.0
    return float(off[order][min(int(np.searchsorted(slope, 0)), len(off) - 1)])


def per_thousand(
    label: Array, decision: Array, matrix: Matrix, weight: Floats | None = None
) -> float:
    """Money per 1,000 decisions."""
    weights = np.ones(len(label)) if weight is None else weight
    return float(mean(1000 * per_row(label, decision, matrix))(weights))


def summed(each: Floats, unit: str = "") -> Estimate:
    """The sum of independent amounts, shape (rows,), with the 95 % interval of Student's t.

    Without an interval (NaN) under two of them.
    """
    rows, total = len(each), float(np.sum(each))
    if rows < 2:
        return Estimate(total, float("nan"), float("nan"), rows, unit)
    reach = float(scipy.special.stdtrit(rows - 1, 0.975) * np.sqrt(rows) * np.std(each, ddof=1))
    return Estimate(total, total - reach, total + reach, rows, unit)


def best_threshold(label: Array, score: Array, matrix: Matrix) -> float:
    """The threshold that earns most on these rows; of equal ones the highest, that acts least.

    Half way between the two scores it parts; 0 or less where acting always is best, above 1 and
    every score where never is. Give rows that the model did not learn from: of those it did, its
    scores are surer than they should be.
    """
    levels, rank = np.unique(score, return_inverse=True)
    earned = np.cumsum(sums(rank, _gain(label, matrix), len(levels))[::-1])
    lowest = len(levels) - 1 - int(np.argmax(earned))
    if earned.max() <= 0:
        return float(np.nextafter(max(levels[-1], 1.0), np.inf))
    return _between(levels[lowest - 1], levels[lowest]) if lowest else min(float(levels[0]), 0.0)


def thresholds(score: Array, chosen: float, count: int = 41) -> Floats:
    """Where to draw a curve: evenly over the middle 98 % of the scores, and at the one chosen."""
    low, high = np.quantile(score, [0.01, 0.99])
    return np.unique([*np.linspace(low, high, count), chosen])


def curve(
    label: Array,
    score: Array,
    matrix: Matrix,
    blocks: tuple[Blocks, ...],
    *,
    at: Floats,
    seed: int,
) -> Curve:
    """Money by threshold, at ascending thresholds; all points come from the same resamples."""
    points = bootstrap.pointwise(by_threshold(label, score, matrix, at), blocks, seed=seed)
    known = all(np.isfinite([one.low, one.high]).all() for one in points)
    return Curve(
        tuple(at.tolist()),
        tuple(one.value for one in points),
        tuple(one.low for one in points if known),
        tuple(one.high for one in points if known),
    )


def by_threshold(
    label: Array, score: Array, matrix: Matrix, at: Floats, above: int | None = None
) -> Summed:
    """Money per 1,000 at each ascending threshold; above: the place of one, whose money is taken

    from that of all.
    """
    reached = np.searchsorted(at, score, side="right")  # how many thresholds a score reaches
    gain, left = _gain(label, matrix), per_row(label, np.zeros(len(label)), matrix)

    def money(total: Floats) -> Floats:
        acted = np.cumsum(total[:, :0:-1, 0], axis=1)[:, ::-1]
        left, rows = (total[:, :, at].sum(axis=1, keepdims=True) for at in (1, 2))
        if above is not None:
            acted, left = acted - acted[:, [above]], np.zeros_like(left)
        return 1000 * divided(acted + left, np.broadcast_to(rows, acted.shape))

    return Summed(money, [gain, left, np.ones(len(label))], bins=(reached, len(at) + 1))


def best_of(label: Array, baseline: Array, matrix: Matrix) -> Rival:
    """Who earns most without a model: the baseline's decisions, always acting, or never.

    Of equals the simplest. Choose it on training rows, never on those that judge the model.
    """
    return max(get_args(Rival), key=lambda rival: _earned(label, rival, baseline, matrix))


def over_best_of(
    label: Array,
    decision: Array,
    matrix: Matrix,
    *,
    best: Rival,
    baseline: Array,
    running: float = 0.0,
) -> Statistic:
    """The model's money per 1,000 above that of the rival that `best_of` chose on training rows.

    baseline: its decisions on these rows. running: what 1,000 predictions cost, negative.
    """
    rival = _decisions(best, baseline)
    difference = per_row(label, decision, matrix) - per_row(label, rival, matrix)
    return mean(1000 * difference + running)


def _gain(label: Array, matrix: Matrix) -> Floats:
    """What acting on each row brings above leaving it."""
    rows = len(label)
    return per_row(label, np.ones(rows), matrix) - per_row(label, np.zeros(rows), matrix)


def _between(below: float, above: float) -> float:
    """A number in (below, above], half way where rounding allows."""
    half = float((below + above) / 2)
    return half if half > below else float(above)


def _decisions(rival: Rival, baseline: Array) -> Array:
    alone = {"never": np.zeros(len(baseline)), "always": np.ones(len(baseline))}
    return alone.get(rival, baseline)


def _earned(label: Array, rival: Rival, baseline: Array, matrix: Matrix) -> float:
    return per_thousand(label, _decisions(rival, baseline), matrix)
