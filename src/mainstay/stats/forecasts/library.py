"""Paths and residuals of reference models: what is assumed before a model has a past of its own.

`library.json` beside this file is made by `python -m bench.forecasting.reference`, from data that
are CC0, public domain or CC BY; it holds shares of skill and ratios, no raw data.
"""

from importlib import resources
from typing import NamedTuple

import msgspec
import numpy as np

from mainstay.stats.blocks import Floats
from mainstay.stats.forecasts import paths

FILE = "library.json"
MOST = 30
"""Paths of one series at most: a long series says no more of others than a short one."""
NARROWEST, WIDEST = 0.3, 25.0
CAUTION = 4.0


class Series(msgspec.Struct, frozen=True):
    """Degradation paths of one model on one data set; paths: `paths.paths`, complete ones."""

    data: str
    model: str
    paths: tuple[tuple[float, ...], ...]


class Residual(msgspec.Struct, frozen=True):
    """A learning curve and what came of it.

    expected, realised: what four times the records were to take from the error, and took, in
    shares of it. off: distance of the truth from the forecast in halves of its interval, once the
    forecast was damped by what is known of other data sets.
    """

    data: str
    model: str
    expected: float
    realised: float
    off: float


class Calibration(NamedTuple):
    """What other learning curves say of power laws: how much of an expected gain comes, and by
    what a half-interval is multiplied so that 80 % of truths are inside.
    """

    damping: float = 1.0
    widening: float = 1.0


class Source(msgspec.Struct, frozen=True):
    """Where a data set is from and under what licence."""

    data: str
    origin: str
    licence: str


class Library(msgspec.Struct, frozen=True):
    """What other models went through."""

    sources: tuple[Source, ...]
    series: tuple[Series, ...]
    residuals: tuple[Residual, ...]


def shipped() -> Library:
    """The one that comes with Mainstay."""
    file = resources.files("mainstay.stats.forecasts").joinpath(FILE)
    return msgspec.json.decode(file.read_bytes(), type=Library)


def without(library: Library, data: str) -> Library:
    """What is left when nothing of one data set may be known."""
    return Library(
        tuple(one for one in library.sources if one.data != data),
        tuple(one for one in library.series if one.data != data),
        tuple(one for one in library.residuals if one.data != data),
    )


def reference(library: Library, ages: int) -> Floats:
    """(paths, ages): of at least so many ages, at most MOST evenly chosen of each series.

    Shorter ones are left out; none may be left.
    """
    found = [path for one in library.series for path in _evenly(one, ages)]
    return np.clip(
        np.array(found, dtype=np.float64).reshape(-1, ages), -paths.FARTHEST, paths.FARTHEST
    )


def calibration(library: Library) -> Calibration:
    """As a power law is where nothing is known of others.

    Source of the widening: split conformal prediction, Vovk et al. (2005).
    """
    if not library.residuals:
        return Calibration()
    off = np.quantile([one.off for one in library.residuals], 0.8)
    return Calibration(damping(library), float(np.clip(off, NARROWEST, WIDEST)))


def damping(library: Library) -> float:
    """Least absolute deviations of realised on expected gains through 0, drawn towards 1.

    Data sets count one each, and CAUTION of them say that all of a gain comes. Curves flatten
    sooner than power laws do, and what is noise in a curve is no gain.
    """
    some = [one for one in library.residuals if one.expected > 0]
    if not some:
        return 1.0
    ratio = np.array([one.realised / one.expected for one in some])
    weight = np.array([one.expected for one in some])
    order = np.argsort(ratio, kind="stable")
    middle = np.searchsorted(np.cumsum(weight[order]), weight.sum() / 2)
    count = len({one.data for one in some})
    share = float(np.clip(ratio[order][middle], 0.0, 1.0))
    return (count * share + CAUTION) / (count + CAUTION)


def _evenly(one: Series, ages: int) -> list[tuple[float, ...]]:
    long = [path[:ages] for path in one.paths if len(path) >= ages]
    if len(long) <= MOST:
        return long
    return [long[at] for at in np.linspace(0, len(long) - 1, MOST).astype(int)]
