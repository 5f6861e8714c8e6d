"""Forecasts as they are kept."""

import numpy as np
from planted_backtests import NONE, WORLDS, planted

from mainstay.stats.forecasts import kept, pool, update
from mainstay.stats.forecasts.grade import grade

WHOLE = planted(WORLDS["ages"], 0, periods=40)
MADE = pool.latest(WHOLE, 39, 8, NONE, seed=1)


def test_a_forecast_is_updated_as_if_it_had_never_been_put_away():
    again = kept.forecast(kept.kept(MADE))
    seen = np.array([0.74, 0.73, *[np.nan] * 6])

    assert np.allclose(
        update.updated(again, seen, seed=3), update.updated(MADE, seen, seed=3), atol=1e-5
    )


def test_its_record_and_its_grade_stay():
    again = kept.forecast(kept.kept(MADE))

    assert (again.cells, again.covered, again.origin) == (MADE.cells, MADE.covered, MADE.origin)
    assert grade(again) is grade(MADE)
