"""What a new version costs, in score x periods, and by which money that is so."""

from typing import NamedTuple

import numpy as np

from mainstay.contract.metrics import VALUE
from mainstay.life.assess.worth import a_point
from mainstay.trainer.measures import kinds
from mainstay.trainer.skill import Scale
from mainstay.trainer.trial import Ground

SHARE = 0.05
"""Of a retraining, in periods of a fresh model's skill, where no money says what it costs."""
GUESSED = f"a retraining at {SHARE * 100:.0f} % of a period's skill"


class Renewal(NamedTuple):
    """costs: of a retraining, in score x periods; said: what it was taken to cost, and why."""

    costs: float
    said: str


def renewal(ground: Ground, scale: Scale, *, skill: float, decisions: float) -> Renewal:
    """skill: of a fresh model, above no skill; decisions: in a period."""
    value, skilled = ground.contract.objective.value, max(skill, 0.0) if np.isfinite(skill) else 0.0
    if value is None or not value.per_retrain:
        return Renewal(SHARE * skilled, f"{GUESSED}, as no money says")
    stated = f"{value.currency} {-value.per_retrain:,.10g}"
    point = _point(ground, scale, skilled)
    if not point:
        unknown = f"{GUESSED}: no money says what {scale.measure} earns, to set {stated} against"
        return Renewal(SHARE * skilled, unknown)
    return Renewal(-value.per_retrain / (point * decisions), f"a retraining at {stated}")


def _point(ground: Ground, scale: Scale, skill: float) -> float | None:
    """Money of a decision for a score higher by 1; None where nobody can tell.

    A share of mean error saved costs as much less as if half of all errors lay on each side.
    """
    if scale.metric in VALUE:
        return scale.span / 1000
    if scale.metric == "roc_auc":
        return a_point(ground.contract, float(ground.label.mean()), scale.no_skill + skill)
    if scale.metric != "mae" or ground.contract.objective.amounts:
        return None
    sides = [abs(float(one)) for one in kinds(ground.contract)]
    return scale.constant * sum(sides) / len(sides)
