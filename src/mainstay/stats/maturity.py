"""How long labels take: by what age of a decision its label is there, learnt from what arrived."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.core.nouns import Estimate
from mainstay.stats import proportion

Counts = NDArray[np.int64]
MATURE, AT_LEAST = 0.99, 0.95
"""What share of its labels makes a window mature, and where the interval of that share may begin:
what is still missing can move a share of yes by a point at most, whatever it is like."""
FEWEST = 7
"""Windows with all their labels, from which on shares are of the labels that come at all."""


class Curve(NamedTuple):
    """The share of labels known by each age, not falling. mature: place of the first age from which

    on it is MATURE, None where none is. ever: the share of answers that get a label at all, of
    windows with all of theirs, None before there are FEWEST.
    """

    shares: tuple[Estimate, ...]
    mature: int | None
    ever: Estimate | None


def curve(answers: Counts, labelled: Counts, full: NDArray[np.bool_]) -> Curve:
    """The curve of windows (rows) by ages (columns).

    labelled: answers whose label came by that age; full: whether every answer of the window is that
    old, which is when the window tells of that age. Until FEWEST windows tell of the last one the
    shares are of all answers, as each may still get its label: so none is taken for mature while
    many have no label.
    """
    whole = full[:, -1] & (answers > 0)
    known = int(whole.sum()) >= FEWEST and bool(labelled[whole, -1].any())
    every = labelled[:, -1] if known else answers
    counted = whole[:, None] & full if known else full
    found = [
        proportion.clustered(labelled[counted[:, age], age], every[counted[:, age]])
        for age in range(full.shape[1])
    ]
    ever = proportion.clustered(labelled[whole, -1], answers[whole]) if known else None
    return Curve(tuple(found), _mature(found), ever)


def short(answers: int, labelled: int, usual: Estimate) -> bool:
    """Whether a window that should be mature surely lacks labels that others have."""
    seen = proportion.clopper_pearson(labelled, answers)
    return answers > 0 and seen.high < usual.low - (1 - AT_LEAST)


def _mature(found: list[Estimate]) -> int | None:
    """Behind the last age that lacks some: older ages are told by fewer windows, and lack none."""
    late = [age for age, one in enumerate(found) if one.value < MATURE]
    first = late[-1] + 1 if late else 0
    return next((age for age in range(first, len(found)) if found[age].low >= AT_LEAST), None)
