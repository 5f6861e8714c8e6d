"""Values over many resamples, and how far an interval reaches from the estimate to each side."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special  # type: ignore[import-untyped]  # scipy has no types

from mainstay.stats.blocks import Floats, Structure, effective, resample

Values = Callable[[Floats], float | Floats]
"""Weights, shape (rows,), to one number or several; NaN where they leave it undefined."""

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
    draws = (resample(structure, generator) for _ in range(repeats))
    rows = [list(map(evaluated, measures, weights)) for weights in draws]
    widths = [len(one) for one in rows[0]]
    return Resamples(
        np.array([np.concatenate(row) for row in rows]),
        np.repeat([len(np.unique(codes)) for codes in structure.codes], widths),
        np.repeat([effective(codes) for codes in structure.codes], widths),
        structure.sign,
        structure.crossed,
    )


def undefined(samples: Sequence[Resamples]) -> NDArray[np.int64]:
    """For each column the resamples without a value, in the structure that has most of them."""
    return np.asarray(np.max([np.isnan(one.values).sum(axis=0) for one in samples], axis=0))


def alike(samples: Sequence[Resamples]) -> NDArray[np.bool_]:
    """Columns whose resamples differ by no more than rounding."""
    lowest = np.fmin.reduce([np.fmin.reduce(one.values) for one in samples])
    highest = np.fmax.reduce([np.fmax.reduce(one.values) for one in samples])
    return np.asarray(highest - lowest <= ALIKE * np.abs(highest))


def reach(samples: Sequence[Resamples], centre: Floats, level: float) -> Floats:
    """How far the interval goes below and above each centre, shape (2, columns).

    Squared reaches of crossed ways add with their signs, never to less than the widest alone.
    """
    squares = [np.square(_stretched(one, centre, level)) for one in samples]
    total = np.sum([one.sign * far for one, far in zip(samples, squares, strict=True)], axis=0)
    alone = [far for one, far in zip(samples, squares, strict=True) if not one.crossed]
    return np.asarray(np.sqrt(np.maximum(total, np.max(alone, axis=0))))


def together(samples: Sequence[Resamples], centre: Floats, level: float) -> float:
    """By how much all intervals must grow for `level` of the resamples to lie in all of them."""
    factors = [_together(one, centre, level) for one in samples if not one.crossed]
    return max(1.0, *factors)


def _together(one: Resamples, centre: Floats, level: float) -> float:
    below, above = _percentiles(one.values, centre, level)
    off = one.values - centre
    edge = np.where(off < 0, below, above)
    edge = np.where(edge > 0, edge, np.maximum(below, above))
    farthest = np.fmax.reduce(np.abs(off) / edge, axis=1)
    return float(np.nanquantile(farthest, level))


def _stretched(one: Resamples, centre: Floats, level: float) -> Floats:
    upper = (1 + level) / 2
    few = special.stdtrit(one.equal - 1, upper) / special.ndtri(upper)
    factor = few * np.sqrt(one.equal / (one.equal - 1))
    return np.asarray(_percentiles(one.values, centre, level) * factor)


def _percentiles(values: Floats, centre: Floats, level: float) -> Floats:
    """Distances of the percentiles from the centre, or from the median of biased resamples."""
    tail = (1 - level) / 2
    low, middle, high = np.nanquantile(values, [tail, 0.5, 1 - tail], axis=0)
    return np.stack([np.maximum(centre, middle) - low, high - np.minimum(centre, middle)])
