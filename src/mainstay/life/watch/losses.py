"""By windows: what the answers should be worth, and how far labels say otherwise."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.contract.metrics import MEASURES
from mainstay.contract.model import Contract
from mainstay.core.nouns import Window
from mainstay.life.watch import estimated, realised
from mainstay.life.watch.estimated import Estimates, Some
from mainstay.life.watch.order import Order
from mainstay.life.watch.pulse import Loss
from mainstay.stats.audit import TOLERANCE
from mainstay.stats.blocks import Blocks, Floats
from mainstay.stats.chances import Chances
from mainstay.trainer import estimates
from mainstay.trainer.estimates import Guess, Likely, Unlabelled
from mainstay.trainer.scored import numbers

FEWEST = 50
"""Answers of a window below which it says nothing."""


class Told(NamedTuple):
    """Answers of some windows, and what a metric should come to on them.

    place: the number of the window of each row, -1 for none.
    """

    metric: str
    contract: Contract
    learned: Chances
    windows: tuple[Window, ...]
    rows: Unlabelled
    place: Blocks
    known: Likely
    guess: Guess


def losses(order: Order, seen: Estimates | None, every: tuple[Window, ...]) -> Iterator[Loss]:
    """Of the first metric of the goals, over the newest windows; every: those that are over.

    Estimated: by the chances of each outcome, which no label touches. Realised: what labels add to
    that estimate, once no more of them are to come.
    """
    if seen is None:
        return
    windows = tuple(one for one in every if one.since >= order.pooled.since)
    both = [one for one in (seen.labelled, seen.young) if one is not None]
    if not windows or not both:
        return
    rows, place = _everyone(both, order.metric), _places(order, both, windows)
    if not place.size:
        return
    found = told(order.metric, order.contract, seen.learned, windows, (rows, place))
    yield by_chances(found)
    if seen.labelled and found.guess.spread > 0:
        ripe = [one.until + order.contract.data.label.never_after <= order.now for one in windows]
        label = seen.labelled.answers.rows.label
        at = realised.places(seen.labelled.answers, order.metric)
        yield by_labels(found, label[at], np.array(ripe))


def told(
    metric: str,
    contract: Contract,
    learned: Chances,
    windows: tuple[Window, ...],
    answers: tuple[Unlabelled, Blocks],
) -> Told:
    """answers: the rows, and the place of each."""
    rows, place = answers
    known = estimates.likely(rows, learned)
    guess = estimates.guess(metric, rows, contract, learned, known)
    return Told(metric, contract, learned, windows, rows, place, known, guess)


def by_chances(told: Told) -> Loss:
    """Of each window the metric as it is expected."""
    values, count = np.full(len(told.windows), np.nan), len(told.windows)
    sizes = np.bincount(told.place + 1, minlength=count + 1)[1:]
    for number in np.flatnonzero(sizes >= FEWEST):
        values[number] = _expected(told, np.flatnonzero(told.place == number))
    influence = np.einsum("ij,ij->i", told.guess.chance, told.guess.expected.influence)
    scale = float(influence.std()) or 1.0
    better = MEASURES[told.metric].better  # type: ignore[index]  # a metric's name
    return Loss(
        kind="estimated",
        metric=told.metric,
        windows=told.windows,
        values=values / scale,
        variance=1 / np.maximum(sizes, 1),
        scale=scale,
        error=None,
        harm=-1 if better == "more" else 1,
    )


def by_labels(told: Told, label: Floats, ripe: NDArray[np.bool_]) -> Loss:
    """How far labels lie from the estimate, worse is negative.

    label: of the first rows, those that have one; ripe: windows no more labels will come for.
    """
    guess, count = told.guess, len(label)
    every = np.zeros(len(told.rows.score))
    every[:count] = label
    surprise = estimates.surprises(guess, told.rows, every, told.learned)[:count]
    sums, sizes = _sums(told.place[:count], surprise, len(told.windows))
    return Loss(
        kind="realised",
        metric=told.metric,
        windows=told.windows,
        values=np.where((sizes >= FEWEST) & ripe, sums / np.maximum(sizes, 1), np.nan),
        variance=1 / np.maximum(sizes, 1) + guess.error.day / guess.error.row,
        scale=guess.spread,
        error=float(np.sqrt(TOLERANCE**2 + guess.error.learned / guess.error.row)),
        harm=-1,
    )


def _expected(told: Told, at: Blocks) -> float:
    some = Likely(told.known.chance[at], told.known.cell[at])
    rows = told.rows.of(at)
    return estimates.guess(told.metric, rows, told.contract, told.learned, some).expected.value


def _everyone(both: list[Some], metric: str) -> Unlabelled:
    first, *rest = (estimated.rows_of(one, metric) for one in both)
    for one in rest:
        first = estimated.together(first, one)
    return first


def _places(order: Order, both: list[Some], windows: tuple[Window, ...]) -> Blocks:
    """The number of the window of each row; -1 for none."""
    time = order.contract.data.decisions.time
    at = np.concatenate(
        [
            numbers(one.answers.rows.columns[time])[realised.places(one.answers, order.metric)]
            for one in both
        ]
    )
    starts = np.array([one.since.timestamp() * 1e6 for one in windows])
    ends = np.array([one.until.timestamp() * 1e6 for one in windows])
    found = np.searchsorted(starts, at, side="right") - 1
    return np.where((found >= 0) & (at < ends[found]), found, -1)


def _sums(place: Blocks, values: Floats, windows: int) -> tuple[Floats, Floats]:
    sums = np.bincount(place + 1, values, windows + 1)[1:].astype(np.float64)
    return sums, np.bincount(place + 1, minlength=windows + 1)[1:].astype(np.float64)
