"""What a larger model would still gain: the version with boosted trees on what it leaves over.

Nobody but its author can make the version itself larger, so it is made larger from outside: trees
of three questions learn what scores out of fold leave over of training rows, and both are held
against each other on the held-out rows. A gain is proof of room; none is no proof that there is no
room, only that these trees find none.
"""

from typing import NamedTuple

import msgspec
import numpy as np
import scipy

from mainstay.bundle.manifest import Manifest
from mainstay.contract.metrics import Metric
from mainstay.core.inputs import Input, matrix
from mainstay.core.nouns import Estimate, Evidence, Limit
from mainstay.life.certify import rungs
from mainstay.life.certify.differences import Both, differences
from mainstay.life.certify.gates import Asked, judged
from mainstay.life.certify.learned_rows import LearnedRows
from mainstay.stats import multicalibration
from mainstay.stats.metrics import METRICS
from mainstay.trainer.scored import Floats

CLAUSE = "generalises, room"
CELLS, REPEATS, CUT = 300_000, 500, 1e-6
"""Rows times inputs that trees learn from: about a second; resamples; chances are cut there."""
METHOD = "boosted trees on what scores out of fold leave over, tried on held-out rows; paired, 95 %"
SEVERAL = "cannot tell: of several classes nothing larger is fitted here"


class Larger(NamedTuple):
    """Scores of the held-out rows: as they are, on the same scale, and with what was left over."""

    score: Floats
    larger: Floats


def gained(asked: Asked, stated: Manifest, rows: LearnedRows) -> Evidence:
    """A gate where `certify.generalises.room` is stated, else a finding."""
    most = asked.contract.certify.generalises.room
    limit = Limit("at_most", 0.0 if most is None else most)
    metric = _metric(asked)
    gain, note = Estimate(np.nan, np.nan, np.nan, 0), SEVERAL
    if asked.contract.objective.task != "multiclass":
        inputs = matrix(
            {name: asked.held.columns[name] for name in asked.held.inputs}, stated.inputs
        )
        gain = _gain(asked, metric, larger(asked, rows, inputs))
        note = _said(metric, gain)
    one = judged(asked, CLAUSE, gain, limit, f"{metric}: {METHOD}", note)
    return one if most is not None else msgspec.structs.replace(one, limit=None, verdict=None)


def larger(asked: Asked, rows: LearnedRows, inputs: Floats) -> Larger:
    """inputs: of the held-out rows, as the model sees them."""
    unseen, held = rows.unseen, asked.held.score
    most = max(CELLS // max(inputs.shape[1], 1), 1000)
    places = np.linspace(0, len(unseen.label) - 1, min(most, len(unseen.label))).astype(np.int64)
    label, score, asks = unseen.label[places], unseen.score[places], rows.inputs[places]
    learned, new = (np.column_stack(both) for both in ((asks, score), (inputs, held)))
    if asked.contract.objective.task == "regression":
        found = multicalibration.left_over(learned, label - score)
        return Larger(held, held + multicalibration.added(found, new))
    line = rungs.linear(_margin(score), label, (Input("margin", "number"),), binary=True)
    before, now = line.says(_margin(score)), line.says(_margin(held))
    trees = multicalibration.trees(learned, label, before)
    return Larger(now, multicalibration.corrected(trees, new, now))


def _gain(asked: Asked, metric: Metric, found: Larger) -> Estimate:
    held = asked.held
    told = np.flatnonzero(held.told_by(metric))
    ours, theirs = (
        held._replace(score=one, decided=one).of(told) for one in (found.larger, found.score)
    )
    (gain,) = differences(asked, metric, [Both(ours, theirs)], REPEATS)
    return gain


def _metric(asked: Asked) -> Metric:
    """The first goal where it judges scores: a larger model has no threshold of its own."""
    first = asked.contract.objective.good_enough[0].metric
    if first in METRICS and METRICS[first].takes != "decision":
        return first
    return "mae" if asked.contract.objective.task == "regression" else "log_loss"


def _said(metric: Metric, gain: Estimate) -> str:
    if gain.low > 0:
        return f"inputs still tell what the version does not: a larger model may gain {metric}"
    return "no larger model found that surely gains"


def _margin(score: Floats) -> Floats:
    return np.asarray(scipy.special.logit(np.clip(score, CUT, 1 - CUT)))[:, None]
