"""Values over many resamples, and how far an interval reaches from the estimate to each side."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from mainstay.stats.blocks import Floats, Structure, drawn, effective
from mainstay.stats.blockwise import Values, over

ALIKE = 1e-12
"""Relative spread below which resamples differ by rounding only."""


class Resamples(NamedTuple):
    """One structure, drawn many times: values (repeats, columns), a column for each number.

    blocks: how many lie under each column; equal: how many equal ones would say as much.
    """

    values: Floats
    blocks: NDArray[np.int64]
    equal: Floats
    sign: int
    crossed: bool

    def only(self, columns: NDArray[np.bool_]) -> "Resamples":
        """The same with some of the columns."""
        return self._replace(
            values=self.values[:, columns], blocks=self.blocks[columns], equal=self.equal[columns]
        )


def evaluated(measure: Values, weights: Floats) -> Floats:
    """The numbers of one measure, always as an array."""
    return np.atleast_1d(np.asarray(measure(weights), dtype=np.float64))


def resampled(
    measures: Sequence[Values],
    structure: Structure,
    *,
    repeats: int,
    generator: np.random.Generator,
) -> Resamples:
    """Every measure on every resample; the same blocks are drawn for all measures at once."""
    found = [
        over(measure, codes, structure.blocks)
        for measure, codes in zip(measures, structure.codes, strict=True)
    ]
    parts = [[one(times) for one in found] for times in drawn(structure, repeats, generator)]
    widths = [one.shape[1] for one in parts[0]]
    return Resamples(
        np.concatenate([np.hstack(part) for part in parts]),
        np.repeat([len(np.unique(codes)) for codes in structure.codes], widths),
        np.repeat([effective(codes) for codes in structure.codes], widths),
        structure.sign,
        structure.crossed,
    )


def undefined(samples: Sequence[Resamples]) -> NDArray[np.int64]:
    """For each column the resamples without a value, in the structure with the largest share."""
    repeats = len(samples[0].values)
    shares = np.max([np.isnan(one.values).mean(axis=0) for one in samples], axis=0)
    return np.asarray(np.rint(shares * repeats), dtype=np.int64)


def alike(samples: Sequence[Resamples], level: float) -> NDArray[np.bool_]:
    """Columns of which the middle `level` of the resamples differ by no more than rounding."""
    ends = [_ends(one.values, (1 - level) / 2) for one in samples if not one.crossed]
    return np.asarray(np.all([high - low <= ALIKE * np.abs(high) for low, high in ends], axis=0))


def reach(
    samples: Sequence[Resamples], centre: Floats, level: float, *, joint: bool = False
) -> Floats:
    """How far the interval goes below and above each centre, shape (2, columns).

    Squared reaches of crossed ways add with their signs, never to less than the widest alone.
    joint: all intervals hold together with probability `level`, else each by itself.
    """
    edge = float(scipy.special.ndtri((1 + level) / 2))
    ways = [one for one in samples if not one.crossed]
    wider = max(_together(one, centre, level) for one in ways) if joint else 1.0
    near = [_near(one, centre, level, edge) for one in samples]
    far = [one * stretch(way.equal, wider * edge) for way, one in zip(samples, near, strict=True)]
    total = np.sum([way.sign * one**2 for way, one in zip(samples, far, strict=True)], axis=0)
    alone = [one**2 for way, one in zip(samples, far, strict=True) if not way.crossed]
    return np.asarray(np.sqrt(np.maximum(total, np.max(alone, axis=0))))


def farthest(samples: Sequence[Resamples], centre: Floats, level: float) -> float:
    """How far from the centre, added up over columns, all but half of 1 - level resamples lie.

    Squared, ways add with their signs, as in `reach`.
    """
    tail = (1 + level) / 2
    edge = float(scipy.special.ndtri(tail))
    off = [
        float(np.nanquantile(np.abs(one.values - centre).sum(axis=1), tail))
        * float(stretch(one.equal[:1], edge)[0]) / edge
        for one in samples
    ]  # fmt: skip
    total = sum(way.sign * one**2 for way, one in zip(samples, off, strict=True))
    widest = max(one for way, one in zip(samples, off, strict=True) if not way.crossed)
    return float(np.sqrt(max(total, widest**2)))


def _near(one: Resamples, centre: Floats, level: float, edge: float) -> Floats:
    """One standard error to each side; a crossed way has many blocks and is taken as normal."""
    if one.crossed:
        return np.stack([np.nanstd(one.values, axis=0)] * 2)
    return _percentiles(one.values, centre, level) / edge


def stretch(equal: Floats, normal: float) -> Floats:
    """Standard errors to go where many blocks would need `normal` of them.

    equal: how many blocks of one size would say as much, more than 1.
    """
    few = scipy.special.stdtrit(equal - 1, scipy.special.ndtr(normal))
    return np.asarray(few * np.sqrt(equal / (equal - 1)))


def _together(one: Resamples, centre: Floats, level: float) -> float:
    """By how much all intervals must grow for `level` of the resamples to lie in all of them."""
    below, above = _percentiles(one.values, centre, level)
    off = one.values - centre
    edge = np.where(off < 0, below, above)
    edge = np.where(edge > 0, edge, np.maximum(below, above))
    farthest = np.fmax.reduce(np.abs(off) / edge, axis=1)
    return max(1.0, float(np.nanquantile(farthest, level)))


def _ends(values: Floats, tail: float) -> tuple[Floats, Floats]:
    """Of each column the resamples at both tails; where none is defined, both are 0."""
    defined = np.sum(~np.isnan(values), axis=0)
    skipped = (tail * defined).astype(np.int64)
    ordered = np.nan_to_num(np.sort(values, axis=0))
    last = np.maximum(defined - 1 - skipped, 0)
    columns = np.arange(values.shape[1])
    return ordered[skipped, columns], ordered[last, columns]


def _percentiles(values: Floats, centre: Floats, level: float) -> Floats:
    """Distances of the percentiles from the centre, or from the median of biased resamples."""
    tail = (1 - level) / 2
    low, middle, high = np.nanquantile(values, [tail, 0.5, 1 - tail], axis=0)
    return np.stack([np.maximum(centre, middle) - low, high - np.minimum(centre, middle)])
