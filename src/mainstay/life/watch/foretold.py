"""What came of the periods that a forecast of the champion spoke of."""

from collections.abc import Iterator

import numpy as np

from mainstay.bundle.runtime import Runtime
from mainstay.core.nouns import Window
from mainstay.life.watch import realised
from mainstay.life.watch.maturity import Settled
from mainstay.life.watch.order import Came, Order
from mainstay.trainer.backtests import LEAST_ROWS


def came(order: Order, runtime: Runtime, ripe: Settled) -> Iterator[Came]:
    """Of each period awaited that is old enough to be judged, oldest first.

    A period without enough labels passes unscored: it is not waited for, or later ones would be
    foretold without it for ever.
    """
    if order.awaited is None:
        return
    for age, window in sorted(order.awaited.periods.items()):
        if window.until > ripe.until:
            return
        yield _came(order, runtime, age, window)


def _came(order: Order, runtime: Runtime, age: int, window: Window) -> Came:
    assert order.awaited is not None, "asked only where something is awaited"
    scale = order.awaited.scale
    found = realised.answers(order, runtime, window)
    some = realised.part(found, scale.metric) if found else None
    if some is None or len(some.label) < LEAST_ROWS:
        return Came(age, None, len(some.label) if some else 0)
    score = scale.of(some, order.contract)
    return Came(age, score if np.isfinite(score) else None, len(some.label))
