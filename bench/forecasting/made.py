"""Made-up tables for a run without data: a task that ages, one with a season, one that does not."""

from pathlib import Path

import numpy as np
import pandas as pd

WEEKS, ROWS = 60, 130
START = np.datetime64("2020-01-06")


def folder(place: Path, seed: int) -> None:
    """Three tables of 60 weeks, the same for the same seed."""
    generator = np.random.default_rng([seed, 7])
    for name, turning, season in (("ages", 1.0, 0.0), ("seasons", 0.2, 1.0), ("stays", 0.0, 0.0)):
        _table(generator, turning, season, binary=name != "seasons").to_parquet(
            place / f"{name}.parquet"
        )


def _table(
    generator: np.random.Generator, turning: float, season: float, *, binary: bool
) -> pd.DataFrame:
    """Rows whose signal turns by so many radians over all weeks, and drowns by the season."""
    week = np.repeat(np.arange(WEEKS), ROWS)
    inputs = generator.normal(size=(len(week), 4))
    angle = 1.5 * turning * week / WEEKS
    noise = 1 + 0.5 * season * np.sin(2 * np.pi * week / 52) ** 2
    noise = noise * np.exp(generator.normal(0, 0.1, WEEKS))[week]
    signal = np.cos(angle) * inputs[:, 0] + np.sin(angle) * inputs[:, 1] + 0.5 * inputs[:, 2]
    value = signal + noise * generator.normal(size=len(week))
    seconds = np.sort(generator.integers(0, 7 * 86_400, (WEEKS, ROWS)), axis=1).ravel()
    when = START + (week * 7 * 86_400 + seconds).astype("timedelta64[s]")
    table = pd.DataFrame(inputs, columns=[f"x{at}" for at in range(4)])
    table["place"] = pd.Categorical.from_codes(generator.integers(0, 3, len(week)), list("abc"))
    return table.assign(ts=when, y=(value > 0).astype(int) if binary else value)
