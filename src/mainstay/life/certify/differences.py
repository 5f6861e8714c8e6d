"""How much better one thing decides than another, both on the same held-out rows."""

from typing import NamedTuple

import numpy as np

from mainstay.contract.metrics import MEASURES, Metric
from mainstay.core.nouns import Estimate
from mainstay.life.certify.gates import Asked
from mainstay.life.certify.held_out import HeldOut
from mainstay.stats import bootstrap
from mainstay.stats.blockwise import Mixed
from mainstay.stats.bootstrap import Measure
from mainstay.trainer.measures import of_scores, statistic

REPEATS = 1000
ROUNDING = 1e-9
"""Of a score: engines that say the same are within 1e-15 of each other, see bundle.parity."""


class Both(NamedTuple):
    """The same rows, as each of two decides them."""

    ours: HeldOut
    theirs: HeldOut


def differences(
    asked: Asked, metric: Metric, some: list[Both], repeats: int = REPEATS
) -> list[Estimate]:
    """By how much ours is better, whichever way the metric runs; all intervals hold together.

    Exactly 0 where the two never differ by more than rounding: resamples tell nothing of that.
    """
    alike = [_alike(metric, one) for one in some]
    measures = [
        _measure(asked, metric, one) for one, same in zip(some, alike, strict=True) if not same
    ]
    found = iter(bootstrap.simultaneous(measures, seed=asked.seed, repeats=repeats))
    return [
        Estimate(0.0, 0.0, 0.0, len(one.ours.label)) if same else next(found)
        for one, same in zip(some, alike, strict=True)
    ]


def _alike(metric: Metric, one: Both) -> bool:
    what = "score" if of_scores(metric) else "decided"
    ours, theirs = getattr(one.ours, what), getattr(one.theirs, what)
    rows = len(one.ours.label)
    return rows > 0 and np.allclose(ours, theirs, rtol=ROUNDING, atol=0.0)


def _measure(asked: Asked, metric: Metric, one: Both) -> Measure:
    ours, unit = statistic(metric, one.ours, asked.contract)
    theirs, _ = statistic(metric, one.theirs, asked.contract)
    sign = 1 if MEASURES[metric].better == "more" else -1
    return Measure(Mixed((sign, ours), (-sign, theirs)), one.ours.blocks, unit)
