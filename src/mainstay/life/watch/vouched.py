"""Labels that somebody vouched for: they count as any others, and nobody doubts them again."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from mainstay.core.nouns import Window
from mainstay.life.watch.beats import RATE
from mainstay.life.watch.order import LABELS, Finding, Vouched

Known = tuple[Vouched, ...]


def windows(known: Known, kind: str, some: tuple[Window, ...]) -> NDArray[np.bool_]:
    """Which of some lie where labels were vouched for against a fault of this kind."""
    ours = [one.window for one in known if one.kind == kind]
    return np.array([any(_holds(one, each) for one in ours) for each in some], dtype=np.bool_)


def open_(known: Known, found: Iterable[Finding]) -> Iterator[Finding]:
    """Those that nobody settled."""
    return (one for one in found if not is_settled(known, one))


def is_settled(known: Known, found: Finding) -> bool:
    """Whether a doubt of labels began where somebody vouched for them, by its kind.

    Whoever vouches for what labels say vouches for how often they say yes.
    """
    if found.clause != LABELS:
        return False
    return any(
        one.kind in found.columns or RATE in found.columns
        for one in known
        if one.window.since < found.window.until and found.window.since < one.window.until
    )


def _holds(whole: Window, part: Window) -> bool:
    return whole.since <= part.since and part.until <= whole.until
