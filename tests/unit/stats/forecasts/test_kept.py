"""Forecasts as they are kept."""

from functools import cache

import numpy as np
from planted_backtests import NONE, WORLDS, planted

from mainstay.stats.forecasts import kept, pool, update
from mainstay.stats.forecasts.grade import grade

WHOLE = planted(WORLDS["ages"], 0, periods=40)


@cache
def made():
    return pool.latest(WHOLE, 39, 8, NONE, seed=1)


def test_a_forecast_is_updated_as_if_it_had_never_been_put_away():
    again = kept.forecast(kept.kept(made()))
    seen = np.array([0.74, 0.73, *[np.nan] * 6])

    assert np.allclose(
        update.updated(again, seen, seed=3), update.updated(made(), seen, seed=3), atol=1e-5
    )


def test_its_record_and_its_grade_stay():
    again = kept.forecast(kept.kept(made()))

    assert (again.cells, again.covered, again.origin) == (
        made().cells,
        made().covered,
        made().origin,
    )
    assert grade(again) is grade(made())
