"""Declared groups, each good enough on its own; those with too few rows are not covered."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.contract.metrics import MEASURES
from mainstay.contract.operation import Slices
from mainstay.core.nouns import Evidence
from mainstay.life.certify.gates import Asked, judged
from mainstay.life.certify.held_out import HeldOut
from mainstay.stats import bootstrap
from mainstay.stats.bootstrap import Measure
from mainstay.trainer.measures import statistic

METHOD = "max-|t| block bootstrap over all slices together, 95 %"


class Group(NamedTuple):
    """One slice: `carrier = EV`, and which held-out rows are in it."""

    name: str
    rows: NDArray[np.int64]


class Judged(NamedTuple):
    """Evidence for the covered slices, simultaneous; names of the others with their rows."""

    evidence: tuple[Evidence, ...]
    not_covered: tuple[str, ...]


def slices(asked: Asked) -> Judged:
    """Every slice of the contract."""
    stated = asked.contract.certify.slices
    if stated is None:
        return Judged((), ())
    told = asked.held.told_by(stated.metric)
    found = [one._replace(rows=one.rows[told[one.rows]]) for one in groups(asked.held, stated)]
    covered = [one for one in found if len(one.rows) >= stated.least_rows]
    few = tuple(one.name for one in found if len(one.rows) < stated.least_rows)
    return Judged(tuple(_evidence(asked, stated, covered)), few)


def groups(held: HeldOut, stated: Slices) -> Iterator[Group]:
    """The slices with any row, by column and level; a missing value is a level of its own."""
    for name in stated.by:
        codes, levels = held.slices[name]
        for code in np.unique(codes):
            level = levels[code] if code >= 0 else "missing"
            yield Group(f"{name} = {level}", np.flatnonzero(codes == code))


def _evidence(asked: Asked, stated: Slices, covered: list[Group]) -> Iterator[Evidence]:
    known = MEASURES[stated.metric]
    measures = [_measure(asked, stated, one) for one in covered]
    estimates = bootstrap.simultaneous(measures, seed=asked.seed)
    for one, estimate in zip(covered, estimates, strict=True):
        inside = bootstrap.within(estimate, known.low, known.high)
        yield judged(
            asked, f"slices, {one.name}", inside, stated.limit, f"{stated.metric}: {METHOD}"
        )


def _measure(asked: Asked, stated: Slices, one: Group) -> Measure:
    part = asked.held.of(one.rows)
    measure, unit = statistic(stated.metric, part, asked.contract)
    return Measure(measure, part.blocks, unit)
