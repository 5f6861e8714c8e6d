"""What the place of a window in its week does to it, learnt from the reference and taken out.

The mean of each place, drawn towards no season by as much as the places differ by chance: nothing
is taken out where the reference shows no season, nearly all where it shows one. Each reference
window is compared with the others of its place alone, so that what remains of the reference is as
uncertain as what remains of later windows, and wander learnt from it holds for them.
"""

import numpy as np
import scipy
from numpy.typing import NDArray

from mainstay.stats.blocks import Floats
from mainstay.stats.components import Reference, Windows

FEWEST = 4
"""Reference windows of every place from which a season is learnt."""
SURE = 0.99
"""How surely the places must differ before anything is taken out."""

Places = NDArray[np.int64]


def without(
    reference: Reference, live: Windows, past: Places, now: Places
) -> tuple[Reference, Windows]:
    """Both without their season; past, now: the place of each window, counted from 0.

    Unchanged where some place has too few reference windows with rows.
    """
    windows = reference.windows
    kept = windows.rows > 0
    size = np.bincount(past[kept], minlength=int(max(past.max(), now.max(initial=0))) + 1)
    if len(size) < 2 or size.min() < FEWEST:
        return reference, live
    own = np.eye(len(size))[past] * kept[:, None]  # (windows, places)
    mean = own.T @ windows.distance / size[:, None]
    share = _share(windows.distance[kept], mean[past[kept]], size)
    others = (mean[past] * size[past][:, None] - windows.distance) / (size[past][:, None] - 1)
    calm = np.where(kept[:, None], windows.distance - share * others, 0.0)
    later = np.where(live.rows[:, None] > 0, live.distance - share * mean[now], 0.0)
    return (
        reference._replace(windows=windows._replace(distance=calm)),
        live._replace(distance=later),
    )


def _share(distance: Floats, mean: Floats, size: Places) -> Floats:
    """How much of the differences between places is season, (components,): 0 where as much comes
    by chance in one case of a hundred, else by the F ratio beyond it.
    """
    places, count = len(size), len(distance)
    within = np.square(distance - mean).sum(axis=0) / (count - places)
    between = np.square(mean - distance.mean(axis=0)).sum(axis=0) / (places - 1)
    bound = float(scipy.special.fdtri(places - 1, count - places, SURE))
    ratio = between / np.maximum(within, 1e-300)
    return np.where(between > 0, np.maximum(1 - bound / np.maximum(ratio, 1e-300), 0), 0.0)
