"""Backtest matrices of tables by real fits, one core, kept where a folder for them is given."""

import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.forecasting import models, tables
from bench.forecasting.tables import Floats, Periods, Table, Whole
from bench.form import progress
from mainstay.stats.forecasts.backtest import Backtest

TRAINED, TESTED = 6000, 400
"""Rows of a fit, and of a cell, at most. Noise of a cell falls with its rows."""
SAID = 20


class Series(NamedTuple):
    """One model on one table."""

    data: str
    model: str
    length: str
    backtest: Backtest


def series(table: Table, model: str, *, seed: int, kept: Path | None) -> Series:
    """The matrix, fitted where it is not kept. Raises tables.Unusable."""
    cut = tables.periods(table)
    file = kept / f"{table.name}-{model}-{seed}.npy" if kept else None
    if file and file.exists():
        scores = np.load(file)
    else:
        scores = _scores(table, cut, model, np.random.default_rng([seed, _number(table.name)]))
        if file:
            file.parent.mkdir(parents=True, exist_ok=True)
            np.save(file, scores)
    made = Backtest(scores, cut.training, models.no_skill(table), cut.season)
    return Series(table.name, model, cut.length, made)


def _scores(table: Table, cut: Periods, model: str, generator: np.random.Generator) -> Floats:
    rows = [np.flatnonzero(cut.place == one) for one in range(cut.number)]
    tested = [_some(one, TESTED, generator) for one in rows]
    scores, scale = np.full((cut.number, cut.number), np.nan), models.scale(table)
    for at in range(cut.training - 1, cut.number - 1):
        if at % SAID == 0:
            progress(f"{table.name}, {model}: cut {at} of {cut.number}, each a {cut.length}")
        window = np.concatenate(rows[at - cut.training + 1 : at + 1])
        chosen = _some(window, TRAINED, generator)
        scores[at, at + 1 :] = _row(table, model, chosen, tested[at + 1 :], scale)
    return scores


def _row(table: Table, model: str, chosen: Whole, later: list[Whole], scale: float) -> list[float]:
    """What the model of one cut scores in every later period."""
    try:
        predict = models.fitted(model, table, chosen)
    except ValueError:
        return [float("nan")] * len(later)
    said = predict(table.inputs[np.concatenate(later)])
    parts = np.split(said, np.cumsum([len(one) for one in later])[:-1])
    return [models.scored(table, one, part, scale) for one, part in zip(later, parts, strict=True)]


def _some(rows: Whole, most: int, generator: np.random.Generator) -> Whole:
    return rows if len(rows) <= most else np.sort(generator.choice(rows, most, replace=False))


def _number(name: str) -> int:
    return zlib.crc32(name.encode())
