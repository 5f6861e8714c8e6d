"""What was foreseen of a model that is made up: a backtest of known ageing, 7 days a period."""

from functools import cache

from planted_backtests import LEVEL, NONE, World, planted

from mainstay.life.assess.foresight import Foresight
from mainstay.stats.forecasts import kept
from mainstay.stats.forecasts.grade import Grade
from mainstay.stats.forecasts.shelf import shelf_life

AGES = World(age=0.02, uneven=0.2, swing=0.01, noise=0.005)


@cache
def foresight(bound: float = LEVEL - 0.035, days: int = 7, grade: Grade = Grade.B) -> Foresight:
    """Of a model that loses 0.02 a period and breaks its bound within the ages seen."""
    made = planted(AGES, 1, periods=40)
    found = shelf_life(made, 39, bound, NONE, seed=1)
    assert found.forecast is not None
    return Foresight(
        task="binary", measure="roc_auc", constant=0.0, bound=bound, days=days, seed=1, others=14,
        grade=grade, seen=found.seen, forecast=kept.kept(found.forecast),
        promise=f"roc_auc ≥ {bound:g}",
    )  # fmt: skip
