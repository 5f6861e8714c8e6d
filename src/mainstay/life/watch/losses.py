"""By windows: what the answers should be worth, and how far labels say otherwise."""

from collections.abc import Iterator

import numpy as np

from mainstay.contract.metrics import MEASURES
from mainstay.core.nouns import Window
from mainstay.life.watch import estimated, realised
from mainstay.life.watch.estimated import Estimates, Some
from mainstay.life.watch.order import Order
from mainstay.life.watch.pulse import Loss
from mainstay.stats.audit import TOLERANCE
from mainstay.stats.blocks import Blocks, Floats
from mainstay.trainer import estimates
from mainstay.trainer.estimates import Guess, Likely, Unlabelled
from mainstay.trainer.scored import numbers

FEWEST = 50
"""Answers of a window below which it says nothing."""


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
    rows = _everyone(both, order.metric)
    place = _places(order, both, windows)
    known = estimates.likely(rows, seen.learned)
    guess = estimates.guess(order.metric, rows, order.contract, seen.learned, known)
    yield _estimated(order, seen, windows, (rows, place, known, guess))
    if seen.labelled and guess.spread > 0:
        yield _realised(order, seen, windows, (rows, place, known, guess))


_Told = tuple[Unlabelled, Blocks, Likely, Guess]


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


def _estimated(order: Order, seen: Estimates, windows: tuple[Window, ...], told: _Told) -> Loss:
    rows, place, known, guess = told
    values, sizes = (
        np.full(len(windows), np.nan),
        np.bincount(place + 1, minlength=len(windows) + 1),
    )
    for number in np.flatnonzero(sizes[1:] >= FEWEST):
        at = np.flatnonzero(place == number)
        some = Likely(known.chance[at], known.cell[at])
        one = estimates.guess(order.metric, rows.of(at), order.contract, seen.learned, some)
        values[number] = one.expected.value
    influence = np.einsum("ij,ij->i", guess.chance, guess.expected.influence)
    scale = float(influence.std()) or 1.0
    better = MEASURES[order.metric].better  # type: ignore[index]  # a metric's name
    return Loss(
        kind="estimated",
        metric=order.metric,
        windows=windows,
        values=values / scale,
        variance=1 / np.maximum(sizes[1:], 1),
        scale=scale,
        error=None,
        harm=-1 if better == "more" else 1,
    )


def _realised(order: Order, seen: Estimates, windows: tuple[Window, ...], told: _Told) -> Loss:
    """Surprises are such that worse is negative."""
    rows, place, _, guess = told
    assert seen.labelled is not None, "labels were asked for"
    labelled = seen.labelled.answers.rows.label[
        realised.places(seen.labelled.answers, order.metric)
    ]
    label = np.zeros(len(rows.score))
    label[: len(labelled)] = labelled
    surprise = estimates.surprises(guess, rows, label, seen.learned)[: len(labelled)]
    ripe = np.array(
        [one.until + order.contract.data.label.never_after <= order.now for one in windows]
    )
    sums, sizes = _sums(place[: len(labelled)], surprise, len(windows))
    values = np.where((sizes >= FEWEST) & ripe, sums / np.maximum(sizes, 1), np.nan)
    return Loss(
        kind="realised",
        metric=order.metric,
        windows=windows,
        values=values,
        variance=1 / np.maximum(sizes, 1) + guess.error.day / guess.error.row,
        scale=guess.spread,
        error=float(np.sqrt(TOLERANCE**2 + guess.error.learned / guess.error.row)),
        harm=-1,
    )


def _sums(place: Blocks, values: Floats, windows: int) -> tuple[Floats, Floats]:
    sums = np.bincount(place + 1, values, windows + 1)[1:].astype(np.float64)
    return sums, np.bincount(place + 1, minlength=windows + 1)[1:].astype(np.float64)
