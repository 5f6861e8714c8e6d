"""Yes or no by threshold: what each error happens, what it costs, which thresholds may be the best.

A row is acted on where its score is at least the threshold; thresholds rise.
"""

from typing import NamedTuple

import msgspec
import numpy as np

from mainstay.core.nouns import Estimate, known
from mainstay.stats import bootstrap
from mainstay.stats.blocks import Blocks, Floats
from mainstay.stats.blockwise import Summed, divided
from mainstay.stats.metrics import Array
from mainstay.stats.value import Matrix, by_threshold

KINDS = ("true_positive", "false_positive", "false_negative", "true_negative")


class Rows(NamedTuple):
    """Labels, 1 or 0, and scores, each (rows,); blocks: per way the block of each row."""

    label: Array
    score: Floats
    blocks: tuple[Blocks, ...]


class Point(msgspec.Struct, frozen=True):
    """One threshold: shares in [0, 1], each with its own interval, None where there is none."""

    threshold: float
    acted: Estimate | None
    precision: Estimate | None
    recall: Estimate | None


class Best(msgspec.Struct, frozen=True):
    """Thresholds of a grid any of which may earn most: the best of the grid lies in [low, high].

    lost: what the one in use earns less than the best, money per 1,000; 95 %, both together.
    """

    low: float
    high: float
    lost: Estimate


class Kind(msgspec.Struct, frozen=True):
    """One way to be right or wrong: how often in 1,000 decisions, what one is worth on average."""

    name: str
    often: Estimate | None
    worth: float | None


class Band(msgspec.Struct, frozen=True):
    """Scores from low to high, those nearest to the threshold, if the model did not decide them.

    left: their share. inside, outside: how many in 100 the model decides wrong there.
    """

    low: float
    high: float
    left: Estimate | None
    inside: Estimate | None
    outside: Estimate | None


def points(rows: Rows, at: Floats, *, seed: int) -> tuple[Point, ...]:
    """Share acted on, precision and recall at each threshold."""
    found = bootstrap.pointwise(_shares(rows, at), rows.blocks, seed=seed)
    kept = [known(bootstrap.within(one, 0, 1)) for one in found]
    count = len(at)
    parts = (kept[:count], kept[count : 2 * count], kept[2 * count :])
    return tuple(map(Point, at.tolist(), *parts))


def kinds(rows: Rows, threshold: float, worth: Matrix | None, *, seed: int) -> tuple[Kind, ...]:
    """Of 1,000 decisions at a threshold how many are of each kind."""
    acted, yes = rows.score >= threshold, rows.label == 1
    cells = (acted & yes, acted & ~yes, ~acted & yes, ~acted & ~yes)
    each = Summed(
        lambda total: 1000 * divided(total[:, 0, :4], total[:, 0, 4:]),
        [*cells, np.ones(len(yes))],
    )
    found = bootstrap.pointwise(each, rows.blocks, seed=seed)
    priced = [
        None if worth is None else _average(getattr(worth, name), cell)
        for name, cell in zip(KINDS, cells, strict=True)
    ]
    inside = [known(bootstrap.within(one, 0, 1000)) for one in found]
    return tuple(map(Kind, KINDS, inside, priced))


def _average(worth: float | Floats, cell: Array) -> float | None:
    """Of the decisions of one kind; None where there are none and it hangs on them."""
    if not isinstance(worth, np.ndarray):
        return float(worth)
    return float(worth[cell].mean()) if cell.any() else None


def best(
    rows: Rows, at: Floats, in_use: float, worth: Matrix, *, seed: int, unit: str = ""
) -> Best | None:
    """None where resampling cannot tell; the one in use is among the thresholds `at`.

    Every threshold is held against the one in use, all intervals together. The best one earns at
    least what any other does, so where all hold its upper end is above every lower end.
    Source: Hsu (1996), Multiple Comparisons, on comparisons with the best.
    """
    place = int(np.searchsorted(at, in_use))
    gains = by_threshold(rows.label, rows.score, worth, at, above=place)
    measure = bootstrap.Measure(gains, rows.blocks, unit)
    found = [one.estimate for one in bootstrap.intervals([measure], seed=seed, joint=True)]
    # where nothing lies between a threshold and the one in use, resamples are alike and 0
    same = np.array([one.value == 0 for one in found])
    value, low, high = (
        np.where(same, 0.0, [getattr(one, end) for one in found])
        for end in ("value", "low", "high")
    )
    if not np.isfinite([low, high]).all():
        return None
    least = max(float(low.max()), 0.0)
    may = at[high >= least]
    most = max(float(high.max()), 0.0)
    lost = Estimate(max(float(value.max()), 0.0), least, most, len(rows.label), unit)
    return Best(float(may.min()), float(may.max()), lost)


def bands(
    rows: Rows, threshold: float, ends: tuple[tuple[float, float], ...], *, seed: int
) -> tuple[Band, ...]:
    """What leaving these ranges of scores, both ends included, to somebody else would do."""
    wrong = ((rows.score >= threshold) != (rows.label == 1)) * 1.0
    return tuple(_band(rows, wrong, low, high, seed) for low, high in ends)


def nearest(score: Floats, threshold: float, share: float) -> tuple[float, float]:
    """The range around a threshold that holds this share of the scores."""
    away = float(np.quantile(np.abs(score - threshold), share))
    return max(threshold - away, 0.0), min(threshold + away, 1.0)


def _band(rows: Rows, wrong: Floats, low: float, high: float, seed: int) -> Band:
    inside = ((rows.score >= low) & (rows.score <= high)) * 1.0
    one = np.ones(len(inside))
    three = Summed(
        lambda total: divided(total[:, 0, :3], total[:, 0, 3:]),
        [inside, inside * wrong, (1 - inside) * wrong, one, inside, 1 - inside],
    )
    found = bootstrap.pointwise(three, rows.blocks, seed=seed)
    return Band(low, high, *(known(bootstrap.within(each, 0, 1)) for each in found))


def _shares(rows: Rows, at: Floats) -> Summed:
    """Acted, precision, recall, each of every threshold in turn."""
    reached = np.searchsorted(at, rows.score, side="right")

    def shares(total: Floats) -> Floats:
        above = np.cumsum(total[:, ::-1, :], axis=1)[:, ::-1, :]
        acted, hits = above[:, 1:, 0], above[:, 1:, 1]
        whole = np.broadcast_to(above[:, :1, 0], acted.shape)
        positive = np.broadcast_to(above[:, :1, 1], acted.shape)
        parts = (divided(acted, whole), divided(hits, acted), divided(hits, positive))
        return np.concatenate(parts, axis=1)

    positive = (rows.label == 1) * 1.0
    return Summed(shares, [np.ones(len(positive)), positive], bins=(reached, len(at) + 1))
