"""Labels that arrive one by one, against an estimate of accuracy that is right or planted wrong."""

import numpy as np
from numpy.typing import NDArray

from bench.estimating import tables
from bench.estimating.tables import Table
from mainstay.contract.model import Contract
from mainstay.stats import audit
from mainstay.stats.audit import Wealth
from mainstay.stats.chances import Chances
from mainstay.trainer import estimates

LABELS = 3000
Floats = NDArray[np.float64]


def planted(table: Table, loss: float, random: np.random.Generator) -> Table:
    """Labels of half of the rows, alike in their first feature, flipped until accuracy is lower by

    so much: the same rows turn out otherwise, and nothing that a model sees has moved.
    """
    first = table.rows.features[:, 0]
    right = table.rows.decided == table.label
    group = first <= np.median(first)
    net = (right & group).sum() - (~right & group).sum()
    share = loss * len(right) / max(net, 1)
    flip = group & (random.random(len(right)) < share)
    return table._replace(label=np.where(flip, 1 - table.label, table.label))


def promising(table: Table, gain: float, random: np.random.Generator) -> Table:
    """The same with so many more decisions right: what learns from it promises too much."""
    right = table.rows.decided == table.label
    mend = ~right & (random.random(len(right)) < gain / max(1 - right.mean(), gain))
    return table._replace(label=np.where(mend, table.rows.decided, table.label))


def refuted(
    found: Chances, table: Table, stated: Contract, streams: int, random: np.random.Generator
) -> list[float]:
    """After how many labels each stream refutes the estimate, infinite where it does not.

    Every stream draws its labels at random from the whole table.
    """
    guess = estimates.guess("accuracy", table.rows, stated, found)
    held = estimates.held(guess, table.rows, table.label, found)
    one, made = np.ones((LABELS, 2)), []
    for _ in range(streams):
        drawn = random.choice(len(held.surprise), LABELS, replace=False)
        at = audit.bet(Wealth(), held.surprise[drawn], one, held.terms).at
        made.append(float("inf") if at is None else float(at))
    return made


def accuracy(table: Table) -> float:
    return tables.realised("accuracy", table)
