"""What a hold-out will tell, before it is opened: from training rows scored out of fold.

Rows that no model of theirs had seen stand for those held out. Their days differ from each other as
held-out days will, so their intervals, scaled to as many days, are those to expect. A look that
cannot tell is a look that is spent for nothing.
"""

from collections.abc import Iterator
from typing import NamedTuple

import ibis.expr.types as ir
import numpy as np

from mainstay.bundle.manifest import Manifest
from mainstay.contract.metrics import MEASURES, Metric
from mainstay.contract.model import Contract
from mainstay.core.columns import Columns, Text
from mainstay.core.nouns import Dataset, Estimate, Evidence, Limit, Verdict, Window, known
from mainstay.life.certify import searched
from mainstay.life.certify import slices as sliced
from mainstay.life.certify.gates import Asked
from mainstay.life.certify.held_out import HeldOut
from mainstay.life.certify.learned_rows import newest
from mainstay.life.certify.slices import Group
from mainstay.stats import bootstrap, enough, repeated
from mainstay.stats.bootstrap import Measure
from mainstay.trainer.measures import statistic
from mainstay.trainer.scored import Floats, abstained, told

REPEATS = 500
METHOD = "training rows out of fold, block bootstrap scaled to the days held out, 95 %"
NOBODY = "no training row out of fold tells it"
OLDER = "cannot tell: the bundle was built before scores out of fold were kept; build again"


class Outlook(NamedTuple):
    """What is expected of each limit; few: slices that will hardly have rows enough, with how many

    they will. Evidence is unsure where so many days will hardly tell, else it has no verdict: what
    has not been opened holds nothing.
    """

    evidence: tuple[Evidence, ...]
    few: tuple[str, ...]

    @property
    def short(self) -> tuple[Evidence, ...]:
        """What will hardly be told."""
        return tuple(one for one in self.evidence if one.verdict is Verdict.UNSURE)


def out_of_fold(
    contract: Contract, stated: Manifest, learned: ir.Table, promised: Floats
) -> HeldOut:
    """Training rows as if they were held out, decided by their scores out of fold.

    learned: all training rows; promised: scores of the newest, in order of time.
    """
    rows = newest(contract, learned, len(promised))
    made = told(rows, contract, stated, lambda _: promised)
    away = abstained(stated.abstain, promised)
    dataset = stated.datasets[0]
    return HeldOut(
        dataset=dataset,
        window=_window(dataset),
        label=made.label,
        score=promised,
        decided=np.where(away, made.ruled, made.decided),
        ruled=made.ruled,
        day=made.day,
        entity=made.entity,
        abstained=away,
        to=stated.abstain.to if stated.abstain else "",
        slices=_slices(contract, {**made.columns, **made.seen}),
        columns={},
        inputs=(),
        records=(),
        in_all=len(made.label),
        stopped=0,
        unlabelled=0,
        payoffs=made.payoffs,
    )


def outlook(asked: Asked, hold_out: Window) -> Outlook:
    """asked: about training rows out of fold, at the look that it would be."""
    split = _Split(asked, _days(asked.held), hold_out)
    groups = tuple(_groups(split))
    covered = [one for one in groups if _expected(split, one) >= _least(asked)]
    few = tuple(
        f"{one.name} ({_expected(split, one):,.0f})" for one in groups if one not in covered
    )
    return Outlook((*_goals(split), *_of_slices(split, covered)), few)


class _Split(NamedTuple):
    """days: of the rows asked about; hold_out: what will be opened."""

    asked: Asked
    days: int
    hold_out: Window

    @property
    def held(self) -> int:
        """Days that will be held out."""
        return max(round((self.hold_out.until - self.hold_out.since).total_seconds() / 86_400), 1)


def _goals(split: _Split) -> Iterator[Evidence]:
    for goal in split.asked.contract.objective.good_enough:
        rows = split.asked.held.measured(goal.metric)
        found = Estimate(np.nan, np.nan, np.nan, 0)
        if len(rows.label):
            measure, unit = statistic(goal.metric, rows, split.asked.contract)
            found = bootstrap.estimate(
                measure, rows.blocks, seed=split.asked.seed, repeats=REPEATS, unit=unit
            )
        yield _evidence(split, goal.metric, goal.metric, found, goal.limit)


def _of_slices(split: _Split, covered: list[Group]) -> Iterator[Evidence]:
    stated = split.asked.contract.certify.slices
    if stated is None:
        return
    measures = []
    for one in covered:
        rows = split.asked.held.of(one.rows)
        measure, unit = statistic(stated.metric, rows, split.asked.contract)
        measures.append(Measure(measure, rows.blocks, unit))
    found = bootstrap.simultaneous(measures, seed=split.asked.seed, repeats=REPEATS)
    for one, estimate in zip(covered, found, strict=True):
        yield _evidence(split, f"slices, {one.name}", stated.metric, estimate, stated.limit)


def _evidence(
    split: _Split, clause: str, metric: Metric, found: Estimate, limit: Limit
) -> Evidence:
    """The interval to expect, and how many days would tell it four times in five."""
    found = repeated.widened(found, split.asked.look)
    reach = MEASURES[metric]
    seen = bootstrap.within(enough.expected(found, split.days, split.held), reach.low, reach.high)
    needed = enough.blocks_needed(found, split.days, limit.bound)
    holds = limit.judge(Estimate(found.value, found.value, found.value, found.n)) is Verdict.PASS
    tells = holds and needed <= split.held
    return Evidence(
        clause=clause,
        subject=split.asked.subject,
        population=f"{split.held} days that are still closed",
        method=f"{metric}: {METHOD}",
        window=split.hold_out,
        estimate=known(seen),
        limit=limit,
        verdict=None if tells else Verdict.UNSURE,
        note=_said(split.held, seen, needed, holds=holds) if found.n else NOBODY,
    )


def _said(days: int, seen: Estimate, needed: float, *, holds: bool) -> str:
    """`31 days tell ±0.012; 19 days are needed at the value of training`"""
    half = (seen.high - seen.low) / 2
    tell = f"{days} days tell ±{half:,.{0 if half >= 10 else 3}f}"
    if not np.isfinite(half):
        tell = f"{days} days tell nothing"
    if not holds:
        return f"{tell}; training itself does not reach the limit"
    if not np.isfinite(needed):
        return f"{tell}; at the value of training no number of days will do"
    return f"{tell}; {needed:,.0f} days are needed at the value of training"


def _groups(split: _Split) -> Iterator[Group]:
    stated, held = split.asked.contract.certify.slices, split.asked.held
    if stated is None:
        return
    clear = held.told_by(stated.metric)
    for one in sliced.groups(held, stated):
        yield one._replace(rows=one.rows[clear[one.rows]])


def _expected(split: _Split, one: Group) -> float:
    """Rows that the slice will have."""
    return len(one.rows) * split.held / split.days


def _least(asked: Asked) -> int:
    stated = asked.contract.certify.slices
    return stated.least_rows if stated else 0


def _days(held: HeldOut) -> int:
    return len(np.unique(held.day))


def _slices(contract: Contract, columns: Columns) -> dict[str, Text]:
    stated = contract.certify.slices
    return {name: searched.text(columns[name]) for name in (stated.by if stated else ())}


def _window(dataset: Dataset) -> Window:
    assert dataset.window is not None, "training rows without a period"
    return dataset.window
