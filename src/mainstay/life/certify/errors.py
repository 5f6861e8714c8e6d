"""What a version gets wrong and what that costs, for whoever chooses between its errors."""

import msgspec
import numpy as np

from mainstay.bundle.manifest import Manifest
from mainstay.life.certify.gates import Asked
from mainstay.stats import mistaken, tradeoff, value
from mainstay.stats.mistaken import Cell, Side
from mainstay.stats.tradeoff import Band, Best, Kind, Point, Rows
from mainstay.stats.value import Matrix
from mainstay.trainer.measures import earned, worth

SHOWN = 9
"""Thresholds in the table, the one in use among them."""
SHARES = (0.05, 0.1, 0.2)
"""Parts of the decisions that somebody else might take, nearest to the threshold."""


class Errors(msgspec.Struct, frozen=True):
    """Of the rows whose score is known, whoever decides them.

    kinds: at the threshold in use. best: None without money. bands: first the declared one, where
    there is one.
    """

    threshold: float
    points: tuple[Point, ...]
    kinds: tuple[Kind, ...]
    best: Best | None
    bands: tuple[Band, ...]
    declared: bool


def errors(asked: Asked, stated: Manifest) -> Errors | None:
    """None where no threshold makes the decision."""
    in_use = stated.threshold
    if in_use is None:
        return None
    held, seed = asked.held, asked.seed
    rows = Rows(held.label, held.weighed, held.blocks)
    band = stated.abstain
    given = ((band.low, band.high),) if band and held.leaning is None else ()
    near = tuple(tradeoff.nearest(held.weighed, in_use, share) for share in SHARES)
    return Errors(
        threshold=in_use,
        points=tradeoff.points(rows, value.thresholds(held.weighed, in_use, SHOWN - 1), seed=seed),
        kinds=tradeoff.kinds(rows, in_use, _worth(asked), seed=seed),
        best=_best(asked, rows, in_use),
        bands=tradeoff.bands(rows, in_use, (*given, *near), seed=seed),
        declared=bool(given),
    )


class Confused(msgspec.Struct, frozen=True):
    """One class for another: every pair that happened; classes: in the order of their places."""

    classes: tuple[str, ...]
    cells: tuple[Cell, ...]


def confused(asked: Asked, stated: Manifest) -> Confused | None:
    """None but of several classes."""
    if stated.task != "multiclass":
        return None
    held, classes = asked.held, tuple(map(str, stated.classes))
    priced = np.array(stated.matrix) if stated.matrix else None
    found = mistaken.cells(
        held.label, held.decided, len(classes), priced, held.blocks, seed=asked.seed
    )
    return Confused(classes, found)


def off(asked: Asked) -> tuple[Side, ...]:
    """How far values are off to each side and what that costs; empty but in regression."""
    if asked.contract.objective.task != "regression":
        return ()
    held, stated = asked.held, asked.contract.objective.value
    paid = earned(asked.contract, held.label, held.decided, held.payoffs) if stated else None
    return mistaken.sides(
        held.label,
        held.decided,
        paid if paid is not None and paid.any() else None,
        held.blocks,
        seed=asked.seed,
        unit=stated.currency if stated else "",
    )


def _worth(asked: Asked) -> Matrix | None:
    stated = asked.contract.objective.value
    return worth(asked.contract, asked.held.payoffs) if stated else None


def _best(asked: Asked, rows: Rows, in_use: float) -> Best | None:
    stated = asked.contract.objective.value
    if stated is None:
        return None
    at = np.unique([*value.thresholds(rows.score, in_use), in_use])
    return tradeoff.best(
        rows,
        at,
        in_use,
        worth(asked.contract, asked.held.payoffs),
        seed=asked.seed,
        unit=stated.currency,
    )
