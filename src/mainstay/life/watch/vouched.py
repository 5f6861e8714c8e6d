"""Labels that somebody vouched for: they count as any others, and nobody doubts them again."""

import numpy as np
from numpy.typing import NDArray

from mainstay.core.nouns import Window
from mainstay.life.watch.beats import RATE
from mainstay.life.watch.order import LABELS, Finding, Order


def windows(order: Order, kind: str, some: tuple[Window, ...]) -> NDArray[np.bool_]:
    """Which of them lie where labels were vouched for against a fault of this kind."""
    known = [one.window for one in order.vouched if one.kind == kind]
    return np.array(
        [
            any(each.since <= one.since and one.until <= each.until for each in known)
            for one in some
        ],
        dtype=np.bool_,
    )


def is_settled(order: Order, found: Finding) -> bool:
    """Whether a doubt of labels began where somebody vouched for them, by its kind.

    Whoever vouches for what labels say vouches for how often they say yes.
    """
    if found.clause != LABELS:
        return False
    return any(
        one.kind in found.columns or RATE in found.columns
        for one in order.vouched
        if one.window.since < found.window.until and found.window.since < one.window.until
    )
