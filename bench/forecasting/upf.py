"""UPF, the uncertainty-performance forecaster, re-implemented on a backtest.

Forecasts the score of every cut in every period by a regression on the cut, the period and the
age, with the uncertainty of what it has learnt; retrains where the 95 % quantile of the cost of
retraining now lies below that of going on, each followed by the best schedule there is. The paper
adds how far inputs have moved, which a backtest does not hold, and is about classification.
Source: Regol et al. (2025), When to retrain a machine learning model, ICML, PMLR 267:51369.
"""

import numpy as np

from bench.forecasting.policies import Moment, Policy
from bench.forecasting.tables import Floats
from mainstay.stats.forecasts import backtest

DRAWS, SURE = 60, 0.95
SLIGHT = 1e-9
PRIOR = 1.0
"""Precision of the coefficients, of standardised inputs and scores in units of their spread."""


def policy(seed: int) -> Policy:
    """Decides anew in every period."""

    def decide(moment: Moment) -> bool:
        law = _coefficients(moment, np.random.default_rng([seed, moment.now]))
        keep, renew = _to_go(moment, law)
        return bool(np.quantile(renew, SURE) < np.quantile(keep, SURE))

    return decide


def _cells(moment: Moment) -> tuple[Floats, Floats, Floats]:
    """Cut and period of every known cell, and its score."""
    rows, columns = np.nonzero(np.isfinite(moment.known.scores[: moment.now]))
    return rows, columns, moment.known.scores[rows, columns]


def _inputs(moment: Moment, cut: Floats, period: Floats) -> Floats:
    age, length = period - cut, moment.known.periods
    return np.stack(
        [np.ones_like(age, dtype=float), cut / length, period / length, age / length,
         np.log(age)], axis=-1,
    )  # fmt: skip


def _coefficients(moment: Moment, generator: np.random.Generator) -> Floats:
    """(draws, inputs): of a Bayesian linear regression on all known cells."""
    cut, period, score = _cells(moment)
    design = _inputs(moment, cut, period)
    precision = design.T @ design + PRIOR * np.eye(design.shape[1])
    mean = np.linalg.solve(precision, design.T @ score)
    noise = float(np.std(score - design @ mean))
    ages = moment.end - moment.now
    shared = max(1.0, backtest.horizon(moment.known) / 2, ages / 2)
    spread = np.linalg.inv(precision) * max(noise, SLIGHT) ** 2 * shared
    root = np.linalg.cholesky(spread)
    return mean + generator.normal(size=(DRAWS, len(mean))) @ root.T


def _to_go(moment: Moment, law: Floats) -> tuple[Floats, Floats]:
    """(draws,) each: the least cost of the periods to come, the model kept or renewed now."""
    cuts = np.array([moment.cut, *range(moment.now, moment.end)])
    value = np.zeros((DRAWS, len(cuts)))
    for period in range(moment.end, moment.now, -1):
        place = period - moment.now
        there = slice(0, place + 1)
        said = law @ _inputs(moment, cuts[there], np.full(place + 1, period)).T
        go_on = value[:, there] - said
        if period < moment.end:
            renewed = moment.cost + value[:, [place + 1]] - said
            go_on = np.minimum(go_on, renewed)
        value[:, there] = go_on
    return value[:, 0], moment.cost + value[:, 1]
