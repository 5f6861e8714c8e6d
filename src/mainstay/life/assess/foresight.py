"""How models of one contract and code age, as it is kept for the versions built of them."""

import msgspec
import numpy as np

from mainstay.bundle.manifest import Task
from mainstay.core.nouns import Estimate
from mainstay.stats.forecasts import kept, scoring, shelf, update
from mainstay.stats.forecasts.grade import Grade
from mainstay.stats.forecasts.kept import Kept
from mainstay.trainer.skill import Scale, called


class Foresight(msgspec.Struct, frozen=True):
    """bound: the least score promised, on the scale of `measure`; days: of a period.

    constant, best: the ends of the scale on the training rows, see trainer.skill. others:
    reference models. seen: the longest age that any model was ever seen at, in periods. begins:
    first days of the periods, since 1970; empty where that was not kept. promise: what bound
    stands for, in words.
    """

    task: Task
    measure: str
    constant: float
    bound: float
    days: int
    seed: int
    others: int
    grade: Grade
    seen: int
    forecast: Kept
    begins: tuple[int, ...] = ()
    promise: str = "what was promised"
    best: float = 0.0

    @property
    def scale(self) -> Scale:
        """What scores are measured on."""
        return Scale(called(self.measure), self.constant, self.best)


class Outlook(msgspec.Struct, frozen=True):
    """path: low, median and high of the score in each period of age, 80 %, those seen.

    breach: age in periods of the first breach that is still to come, `seen` + 1: not within what
    was ever seen; None: no path held as long as the model did.
    """

    path: tuple[tuple[float, float, float], ...]
    breach: Estimate | None


def outlook(one: Foresight, came: dict[int, float], over: int) -> Outlook:
    """Once the model scored so at these ages, counted from 1, and has held for `over` periods.

    As it was issued while no score is known: the update draws towards a level that stays, which is
    better for a path that has begun and too kind to one that has not.
    """
    forecast = kept.forecast(one.forecast)
    scores = np.full(forecast.draws.shape[1], np.nan)
    for age, score in came.items():
        scores[age - 1] = score
    draws = update.drawn(forecast, scores, seed=one.seed) if came else forecast.draws
    draws = draws[:, : one.seen]
    said = np.round(scoring.quantiles(draws), kept.PLACES)
    left = shelf.remaining(draws, one.bound, over) if over < one.seen else None
    path = tuple((low, middle, high) for low, middle, high in said.T.tolist())
    return Outlook(path, left)
