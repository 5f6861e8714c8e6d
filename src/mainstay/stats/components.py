"""From counts to components: bounded scores of a column, averaged over the rows of a window.

A place is a bin, a level, "no level" or null; a component gives each place a score, so its mean
over a window is one product of counts and scores. Numbers: location (P1) and spread (P2), the
Legendre polynomials of the reference rank in [-1, 1], and null. Texts: each frequent level, other,
null. How far a window lies from the reference is told in reference standard deviations.

A share is measured by the root of its binomial deviance, which is as good as normal where the
share itself is skewed: of 60 rows where 5 were expected, 16 are 3.9 standard errors off, not 4.9.
Levels too rare for that are watched by their counts, see stats.rare.
"""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

import msgspec
import numpy as np
import scipy
from numpy.typing import NDArray

from mainstay.stats.blocks import Floats

Counts = NDArray[np.integer]
Kind = Literal[
    "location",
    "spread",
    "null",
    "level",
    "other",
    "rare",
    "volume",
    "lag",
    "latency",
    "estimated",
    "realised",
    "labelled",
    "said",
    "mended",
]
"""The last eight are of windows, not of a column: stats.series."""

EXPECTED, LEVELS = 5, 20
"""A level has its own component when a window should hold so many rows of it; so many at most."""

RARE = 0.005
"""Shares below count as this one: a null in 2000 rows, where there was none, is no event."""


SHARES: tuple[Kind, ...] = ("null", "level", "other", "rare", "said", "mended")
SELDOM = 10
"""Levels too rare for that which have a component still, the most frequent ones."""


BY_LOCATION = 0.867
"""P2 gained by a squared change of P1 where normal values move without spreading: to second order
E[P2] = 0.276 s^2 and E[P1] = 0.564 s for a shift of s standard deviations."""


class Component(msgspec.Struct, frozen=True):
    """What is watched: one score of one column."""

    column: str
    kind: Kind
    level: str = ""


class Numbers(NamedTuple):
    """Counts of windows: bins in ascending order, shape (windows, bins); nulls (windows,)."""

    name: str
    counts: Counts
    nulls: Counts


class Texts(NamedTuple):
    """Counts of windows: levels, shape (windows, levels); other and nulls, each (windows,)."""

    name: str
    levels: tuple[str, ...]
    counts: Counts
    other: Counts
    nulls: Counts


Column = Numbers | Texts


class Season(NamedTuple):
    """Of a reference without its season: how far what remains still differs, (components,).

    lasting: the variance of one window from which follows that of a mean of many; level: of years.
    """

    lasting: Floats
    level: Floats


class Reference(NamedTuple):
    """What later windows are compared with.

    scores: of each column, shape (places, its components); mean, sd: (components,) over its rows;
    centre: mean distance of its windows, 0 but for what is not linear; windows: those themselves;
    season: where they were held against the year before, see stats.years.
    """

    components: tuple[Component, ...]
    scores: tuple[Floats, ...]
    mean: Floats
    sd: Floats
    centre: Floats
    rows: int
    windows: "Windows"
    season: Season | None = None


class Windows(NamedTuple):
    """rows (windows,); mean: of each score, distance: from the reference in its sd, both
    (windows, components). A window without rows lies at the reference.
    """

    rows: Floats
    mean: Floats
    distance: Floats


def reference(columns: Sequence[Column], *, rows: float) -> Reference:
    """Scores fitted to the counts of the reference windows; rows: of a window to be watched.

    Raises ValueError without columns or rows, and where columns differ in their rows.
    """
    counts = [_placed(one) for one in columns]
    total = _rows(counts).sum()
    if not total:
        raise ValueError("a reference needs rows")
    parts = [_scored(one, int(total), rows) for one in columns]
    components = tuple(name for names, _ in parts for name in names)
    scores = tuple(score for _, score in parts)
    places: list[Floats] = [one.sum(axis=0) / total for one in counts]
    mean = _joined(one @ score for one, score in zip(places, scores, strict=True))
    square = _joined(one @ score**2 for one, score in zip(places, scores, strict=True))
    sd = np.sqrt(np.maximum(square - mean**2, _least(components, int(total))))
    none = Windows(np.zeros(0), mean[None], mean[None])
    found = Reference(components, scores, mean, sd, np.zeros(len(mean)), int(total), none)
    cut = windows(found, columns)
    found = found._replace(centre=cut.rows @ cut.distance / total)
    return found._replace(windows=windows(found, columns))


def windows(reference: Reference, columns: Sequence[Column]) -> Windows:
    """The windows in these counts, the columns and their places being those of the reference."""
    counts = [_placed(one) for one in columns]
    rows = _rows(counts)
    sums = np.concatenate(
        [one @ score for one, score in zip(counts, reference.scores, strict=True)], axis=1
    )
    empty = rows[:, None] == 0
    mean = np.where(empty, reference.mean, sums / np.maximum(rows, 1)[:, None])
    linear = (mean - reference.mean) / reference.sd
    linear -= _by_location(reference, linear, rows)
    ranked = np.array([_ranked(one) for one in reference.components])
    distance = np.where(ranked, linear, apart(mean, reference.mean)) - reference.centre
    return Windows(rows, mean, np.where(empty, 0.0, distance))


def _by_location(reference: Reference, distance: Floats, rows: Floats) -> Floats:
    """What the location alone does to the spread, shape of the distances; 0 for other kinds."""
    found = np.zeros_like(distance)
    spread = [at for at, one in enumerate(reference.components) if one.kind == "spread"]
    location = [at - 1 for at in spread]
    known = np.square(distance[:, location]) - 1 / np.maximum(rows, 1)[:, None]
    factor = BY_LOCATION * np.square(reference.sd[location]) / reference.sd[spread]
    found[:, spread] = np.where(rows[:, None] > 0, factor * known, 0.0)
    return found


def _placed(column: Column) -> Floats:
    """All places of a column side by side, null last: shape (windows, places)."""
    last = (column.nulls,) if isinstance(column, Numbers) else (column.other, column.nulls)
    return np.column_stack([column.counts, *last]).astype(np.float64)


def _rows(counts: Sequence[Floats]) -> Floats:
    rows: list[Floats] = [one.sum(axis=1) for one in counts]
    if not rows or any(not np.array_equal(one, rows[0]) for one in rows):
        raise ValueError("every column needs a place for every row, and there must be columns")
    return rows[0]


def _scored(column: Column, total: int, rows: float) -> tuple[list[Component], Floats]:
    counts = column.counts.sum(axis=0)
    if isinstance(column, Numbers):
        null = np.append(np.zeros(len(counts)), 1)
        scores = np.column_stack([np.append(_legendre(counts), [[0, 0]], axis=0), null])
        kinds: tuple[Kind, ...] = ("location", "spread", "null")
        return [Component(column.name, kind) for kind in kinds], scores
    often = np.argsort(-counts, kind="stable")[:LEVELS]
    kept = [at for at in often if counts[at] / total * rows >= EXPECTED]
    seldom = [at for at in often if at not in kept and 0 < counts[at] * rows < EXPECTED * total]
    names = [Component(column.name, "level", column.levels[at]) for at in kept]
    rare = [Component(column.name, "rare", column.levels[at]) for at in seldom[:SELDOM]]
    one_each = np.eye(len(counts) + 2)
    rest: Floats = 1 - one_each[kept].sum(axis=0) - one_each[-1]
    last = [Component(column.name, "other"), Component(column.name, "null")]
    parts = [one_each[kept], rest[None], one_each[-1:], one_each[seldom[:SELDOM]]]
    return [*names, *last, *rare], np.concatenate(parts).T


def _legendre(counts: Counts) -> Floats:
    """P1 and P2 of the middle rank of each bin, shape (bins, 2)."""
    rank = (np.cumsum(counts) - counts / 2) / max(counts.sum(), 1) * 2 - 1
    return np.stack([rank, (3 * rank**2 - 1) / 2], axis=1)


def _least(components: tuple[Component, ...], total: int) -> Floats:
    """The smallest variance of each score: nothing is known better than its reference is long."""
    shares = RARE * (1 - RARE)
    return np.array([1 / total if _ranked(one) else max(shares, 1 / total) for one in components])


def _ranked(component: Component) -> bool:
    return component.kind in ("location", "spread")


def apart(share: Floats, expected: Floats | float) -> Floats:
    """How far shares lie from the expected ones in sd of a row, by their deviances.

    0 where they agree, also where what was expected is rarer than RARE.
    """
    middle = np.clip(expected, RARE, 1 - RARE)
    return np.asarray(_root(share, middle) - _root(expected, middle))


def _root(share: Floats | float, expected: Floats | float) -> Floats:
    inside = np.clip(share, 0, 1)
    deviance = scipy.special.rel_entr(inside, expected) + scipy.special.rel_entr(
        1 - inside, 1 - expected
    )
    return np.asarray(np.sign(inside - expected) * np.sqrt(2 * np.maximum(deviance, 0)))


def _joined(parts: Iterable[Floats]) -> Floats:
    return np.concatenate(list(parts))
