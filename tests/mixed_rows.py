"""Rows with a category, a whole number, a yes or no and two numbers, some of them missing."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mainstay.core.inputs import Input

Matrix = NDArray[np.float64]
LEVELS = ("EWR", "JFK", "LGA", "SFO")
INPUTS = (
    Input("origin", "text", LEVELS),
    Input("hour", "integer"),
    Input("wet", "boolean"),
    Input("temp", "number"),
    Input("wind", "number"),
)


def drawn(count: int) -> Matrix:
    draw = np.random.default_rng(0)
    rows = np.column_stack(
        [
            draw.integers(0, len(LEVELS), count),
            draw.integers(0, 24, count),
            draw.integers(0, 2, count),
            draw.normal(20, 9, count),
            draw.gamma(2.0, 3.0, count),
        ]
    )
    for column in (0, 3, 4):
        rows[draw.random(count) < 0.1, column] = np.nan
    return rows


def signal(rows: Matrix) -> NDArray[np.float64]:
    """What a label may hang on: above zero, mostly below ten."""
    known = np.nan_to_num(rows)
    return np.abs(known[:, 0] + known[:, 3] / 9 + known[:, 1] * known[:, 2] / 5)


def frame(rows: Matrix) -> pd.DataFrame:
    """As train() sees them."""
    codes = np.where(np.isnan(rows[:, 0]), -1, rows[:, 0]).astype(int)
    origin = pd.Categorical.from_codes(codes, categories=list(LEVELS))
    numbers = {one.name: rows[:, place] for place, one in enumerate(INPUTS) if place}
    return pd.DataFrame({"origin": origin, **numbers})
