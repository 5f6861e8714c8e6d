"""Whether a column has changed its unit: a known conversion explains what its own days do not.

Two numbers of each window, its mean and the logarithm of its sd, are held against those of the
windows just before, under the same unit and under each conversion undone. The windows differ by
wander and by sampling, of which neither is known exactly, so the likelihoods are those of Student
(SS^-((N-1)/2), with SS the squared deviations of all N windows from their mean, in their standard
errors). A conversion is named only where it is SURE times likelier than no change and fits as well
as any day does. Few windows before, or restless ones, make that impossible rather than wrong.
"""

from itertools import chain
from typing import NamedTuple

import msgspec
import numpy as np
import scipy
from numpy.typing import NDArray

from mainstay.stats.blocks import Floats

FEWEST = 5
"""Windows before: fewer say too little of what is usual."""

SURE = np.log(1e7)
"""Log likelihood over no change: 20 daily columns are looked at 730,000 times in 100 years."""

FITS = 0.005
"""A conversion fits where windows as far off as these come so often, by mean and by sd."""

SHAPE, ALONE = 4.5, 25.0
"""Log likelihood that the sd of a single window must add, of several together each its part, or
else the mean say alone: days have heavy tails, but not one after the other."""

ELSEWHERE = 7.0
"""Log likelihood that a conversion from another unit than the one declared lacks from the start."""


ONE = "unit"
"""Whatever a number was in, before it was multiplied."""


class Moments(NamedTuple):
    """Of each window, oldest first: rows, mean, variance of its values, each (windows,)."""

    n: Floats
    mean: Floats
    variance: Floats


class Known(NamedTuple):
    """new = old * factor + offset."""

    old: str
    new: str
    factor: float
    offset: float = 0.0

    @property
    def name(self) -> str:
        return f"{self.old} to {self.new}"

    @property
    def undone(self) -> "Known":
        return Known(self.new, self.old, 1 / self.factor, -self.offset / self.factor)

    @property
    def formula(self) -> str:
        """What to do to a value of now."""
        back = self.undone
        offset = f"{back.offset:+.4g}" if back.offset else ""
        return f"x{back.factor:.6g}{offset}"


class Conversion(msgspec.Struct, frozen=True):
    """A unit that changed; ahead: log likelihood over the same unit; lead: over the runner-up.

    With a lead under 3 the runner-up, "" where nothing else fits, explains it nearly as well.
    """

    name: str
    formula: str
    ahead: float
    runner_up: str
    lead: float


_ONE_WAY = (
    Known("degF", "degC", 5 / 9, -160 / 9),
    Known("K", "degC", 1, -273.15),
    Known("K", "degF", 1.8, -459.67),
    Known("hPa", "inHg", 0.0295300),
    Known("hPa", "kPa", 0.1),
    Known("hPa", "Pa", 100),
    Known("hPa", "mmHg", 0.750062),
    Known("mile", "km", 1.609344),
    Known("mph", "m/s", 0.44704),
    Known("mph", "km/h", 1.609344),
    Known("knot", "m/s", 0.514444),
    Known("knot", "mph", 1.150779),
    Known("knot", "km/h", 1.852),
    Known("m/s", "km/h", 3.6),
    Known("foot", "m", 0.3048),
    Known("inch", "mm", 25.4),
    Known("pound", "kg", 0.45359237),
    Known("gallon", "litre", 3.785412),
    Known("fraction", "percent", 100),
    Known("min", "s", 60),
    Known("s", "ms", 1000),
    Known(ONE, "tenth", 10),
    Known(ONE, "hundredth", 100),
    Known(ONE, "thousandth", 1000),
)
CONVERSIONS = tuple(chain.from_iterable((one, one.undone) for one in _ONE_WAY))


class _Fit(NamedTuple):
    """Log likelihoods of the means and of the sds, and the smaller tail: (conversions,)."""

    by_mean: Floats
    by_sd: Floats
    tail: Floats


def conversion(before: Moments, now: Moments, *, unit: str = "") -> Conversion | None:
    """The known conversion that explains the windows of now, or None where none surely does.

    before: the windows just before, at best 28, at least FEWEST; unit: the one declared, if any.
    Windows with fewer than two rows or without variance count as none.
    """
    before, now = _telling(before), _telling(now)
    if len(before.n) < FEWEST or not len(now.n):
        return None
    old = _fit(before, now, np.ones(1), np.zeros(1))
    factor = np.array([one.factor for one in CONVERSIONS])
    offset = np.array([one.offset for one in CONVERSIONS])
    new = _fit(before, now, factor, offset)
    by_mean, by_sd = new.by_mean - old.by_mean, new.by_sd - old.by_sd
    shown = (by_sd >= SHAPE / len(now.n)) | ((by_mean >= ALONE) & (by_sd >= 0))
    ahead = np.where((new.tail >= FITS) & shown, by_mean + by_sd, -np.inf) - _elsewhere(unit)
    order = np.argsort(-ahead, kind="stable")
    return _named(order, ahead) if ahead[order[0]] >= SURE else None


def _named(order: NDArray[np.integer], ahead: Floats) -> Conversion:
    best, second = CONVERSIONS[int(order[0])], int(order[1])
    top = float(ahead[int(order[0])])
    rival = np.isfinite(ahead[second])
    lead = top - float(ahead[second]) if rival else top
    other = CONVERSIONS[second].name if rival else ""
    return Conversion(best.name, f"{best.formula} explains it", top, other, lead)


def _elsewhere(unit: str) -> Floats:
    """What each conversion lacks where another unit is declared: all, if it measures no such thing.

    A unit that is not known excludes nothing, and powers of ten may happen to any.
    """
    kin = {one.new for one in CONVERSIONS if one.old == unit}
    if not kin:
        return np.zeros(len(CONVERSIONS))
    lacks = {unit: 0.0, **dict.fromkeys(kin | {"tenth", "hundredth", "thousandth", ONE}, ELSEWHERE)}
    return np.array([lacks.get(one.old, np.inf) for one in CONVERSIONS])


def _telling(windows: Moments) -> Moments:
    kept = (windows.n >= 2) & (windows.variance > 0) & np.isfinite(windows.mean)
    return Moments(*(np.asarray(one, dtype=np.float64)[kept] for one in windows))


def _fit(before: Moments, now: Moments, factor: Floats, offset: Floats) -> _Fit:
    """How the windows of now fit with each conversion undone."""
    mean = (now.mean - offset[:, None]) / factor[:, None]
    sd = np.log(now.variance) / 2 - np.log(np.abs(factor))[:, None]
    row = float(before.variance @ before.n / before.n.sum())
    usual = np.log(before.variance) / 2
    by_mean = _student(before.mean, row / before.n, mean, row / now.n)
    by_sd = _student(usual, 0.5 / before.n, sd, 0.5 / now.n)
    return _Fit(by_mean[0], by_sd[0], np.minimum(by_mean[1], by_sd[1]))


def _student(
    before: Floats, sampled: Floats, now: Floats, sampling: Floats
) -> tuple[Floats, Floats]:
    """Log likelihood and tail probability of the values of now, shape (hypotheses, windows).

    sampled, sampling: the variances that sampling alone gives the values before and of now.
    """
    wander = max(float(before.var(ddof=1) - sampled.mean()), 0.0)
    weight, precise = 1 / (sampled + wander), 1 / (sampling + wander)
    freedom, centre = len(before) - 1, weight @ before / weight.sum()
    within = max(float(weight @ (before - centre) ** 2), freedom)
    middle = now @ precise / precise.sum()
    among = (now - middle[:, None]) ** 2 @ precise
    apart = (middle - centre) ** 2
    squares = within + among + apart / (1 / weight.sum() + 1 / precise.sum())
    likelihood = -(freedom + now.shape[1]) / 2 * np.log(squares)
    # Days resemble each other: the mean of several is taken to wander as far as one of them.
    step = apart / (1 / weight.sum() + 1 / precise.sum() + wander) / (within / freedom)
    return likelihood, np.asarray(2 * scipy.special.stdtr(freedom, -np.sqrt(step)))
