"""Rows that count more in a fit: drawn more often, so that any train() understands it."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.contract.model import Contract
from mainstay.core.columns import Columns
from mainstay.core.inputs import matrix
from mainstay.core.nouns import Window
from mainstay.core.weighing import Weighing
from mainstay.data import columns as memory
from mainstay.data import features, rows
from mainstay.data import rules as data_rules
from mainstay.data.rows import Rows
from mainstay.life.build.fitting import Prepared
from mainstay.stats import multicalibration
from mainstay.stats.blocks import Floats
from mainstay.trainer.scored import numbers
from mainstay.trainer.training import FEWEST, Learned

MOST = 20.0
"""How often a row counts at most: beyond that a fit hangs on few rows."""
Places = NDArray[np.int64]
Present = Callable[[], Floats]


class Drawn(NamedTuple):
    """Places of training rows as often as each counts, None for once each; note: what was done."""

    places: Places | None
    note: str


def drawn(weighing: Weighing, contract: Contract, prepared: Prepared, present: Present) -> Drawn:
    """present: the inputs of every decision since the event, whether its label is known or not."""
    moments = numbers(prepared.columns[contract.data.decisions.time])
    young = moments >= weighing.since.timestamp() * 1e6
    if weighing.how == "recent":
        return _recent(young, weighing)
    now = present()
    if len(now) < FEWEST:
        return _nothing(weighing, f"{len(now)} decisions since then, {FEWEST} are needed")
    share = likeness(prepared.training.rows, now, contract.train.seed)
    return _alike(np.where(young, 1.0, share), weighing, contract.train.seed)


def present(found: Rows, learned: Learned, weighing: Weighing, contract: Contract) -> Columns:
    """The model's inputs of decisions since the event, as the rules let them through; no label."""
    span = Window(weighing.since, datetime.max.replace(tzinfo=weighing.since.tzinfo))
    some = rows.within(found.table, contract.data.decisions.time, span)
    kept = data_rules.let_through(some, learned.meaning.rules)
    return memory.fetched(features.inputs(kept, learned.meaning.outputs))


def inputs_of(columns: Columns, prepared: Prepared) -> Floats:
    """As the model sees them."""
    return matrix(columns, prepared.inputs)


def likeness(before: Floats, now: Floats, seed: int) -> Floats:
    """How much more often inputs like each earlier row's come now than they did, shape (rows,).

    By the odds of a classifier that tells the two apart; at most MOST. Source: Bickel et al.
    (2009), Discriminative Learning under Covariate Shift.
    """
    both = np.concatenate([before, now])
    label = np.concatenate([np.zeros(len(before)), np.ones(len(now))])
    base = np.full(len(label), label.mean())
    order = np.random.default_rng(seed).permutation(len(label))
    trees = multicalibration.trees(both[order], label[order], base[order])
    said = np.clip(multicalibration.corrected(trees, before, base[: len(before)]), 1e-6, 1 - 1e-6)
    odds = said / (1 - said) * len(before) / len(now)
    return np.asarray(np.minimum(odds, MOST))


def _recent(young: NDArray[np.bool_], weighing: Weighing) -> Drawn:
    """Every row once, those since the event so often that they count as much as all before."""
    after, before = int(young.sum()), int((~young).sum())
    if not after:
        return _nothing(weighing, "no labelled decision since then is old enough to be trained on")
    times = round(float(np.clip(before / after, 1, MOST)))
    places = np.repeat(np.arange(len(young)), np.where(young, times, 1))
    day = f"{weighing.since:%Y-%m-%d}"
    return Drawn(places, f"{after:,} rows since {day} count {times} times, {before:,} before once")


def _alike(weight: Floats, weighing: Weighing, seed: int) -> Drawn:
    """As many rows as there are, at even steps of the cumulated weights."""
    worth = float(weight.sum() ** 2 / np.square(weight).sum()) if weight.any() else 0.0
    if worth < FEWEST:
        return _nothing(weighing, f"no more than {worth:,.0f} rows are like those of now")
    count = len(weight)
    steps = (np.arange(count) + np.random.default_rng(seed).random()) / count
    places = np.searchsorted(np.cumsum(weight) / weight.sum(), steps).clip(max=count - 1)
    day = f"{weighing.since:%Y-%m-%d}"
    return Drawn(places, f"rows like those since {day} count more: worth {worth:,.0f} of {count:,}")


def _nothing(weighing: Weighing, why: str) -> Drawn:
    return Drawn(None, f"rows count alike although {weighing.how} was asked for: {why}")
