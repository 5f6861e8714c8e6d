"""Nothing changes: the level of a fresh model, and the noise there is between periods."""

import numpy as np

from mainstay.stats.blocks import Floats
from mainstay.stats.forecasts.past import Past
from mainstay.stats.forecasts.paths import DRAWS

FEW, UNKNOWN = 3, 0.02


def unchanged(past: Past, generator: np.random.Generator) -> Floats:
    """N(level, max(sd of fresh scores, sd of their differences / sqrt 2)) at every age.

    With at most FEW fresh scores the second is taken as UNKNOWN.
    """
    fresh = past.fresh
    steps = float(np.std(np.diff(fresh)) / np.sqrt(2)) if len(fresh) > FEW else UNKNOWN
    spread = max(float(np.std(fresh)) if len(fresh) else 0.0, steps)
    return past.level + generator.normal(0, spread, (DRAWS, past.ages))
