"""Held-out rows that are training rows again, and those about whom a version learned already.

The split is by time, and nothing keeps a copy of a training row out of the days held out: every
gate then measures in part what was learned by heart. A copy may have been changed a little.
"""

from collections.abc import Iterator
from typing import NamedTuple

import ibis.expr.types as ir
import numpy as np

from mainstay.bundle.runtime import Runtime
from mainstay.contract.model import Contract
from mainstay.core.columns import Columns, Numbers, Text, stacked
from mainstay.core.expressions import Output, columns
from mainstay.core.nouns import Estimate, Evidence, Verdict
from mainstay.data import columns as memory
from mainstay.data import rules as data_rules
from mainstay.life.certify.gates import Asked, judged
from mainstay.life.certify.generalising import finding
from mainstay.stats import bootstrap, copies, nearly
from mainstay.stats.metrics import ratio
from mainstay.stats.nearly import Both, Nearly
from mainstay.trainer.measures import statistic
from mainstay.trainer.scored import Abstained, Codes, days, numbers, read

CLAUSE = "copies"
REPEATS = 500
METHOD = "hashes of all rows; share beyond chance, that of training rows of different days; 97.5 %"
WITHOUT = "held-out rows whose inputs no training row has, nor nearly; block bootstrap, 95 %"
ALIKE = "whether some were changed a little nobody can tell: rows of all days are much alike"


class Copies(NamedTuple):
    """Which held-out rows are training rows again, shape (rows,), and how many would be by chance.

    chance: the share of training rows that are alike one of another day, and may be by chance;
    wander: how far that of a period like the held-out one may lie from it.
    """

    rows: Abstained
    chance: Estimate
    wander: float = 0.0


class Again(NamedTuple):
    """What training rows say of the held-out ones, shape (rows,) each.

    whole: those alike in all inputs and the label; exact: those of the same entity, too, None where
    the contract names none. asked: those alike in all inputs. met: those about somebody the version
    learned of, None without entities. near: those alike in inputs but for little, None where nobody
    can tell.
    """

    whole: Copies
    exact: Copies | None
    asked: Abstained
    met: Abstained | None
    near: Nearly | None


def again(asked: Asked, opened: Runtime, learned: ir.Table, table: ir.Table) -> Again:
    """learned: the training rows; table: the held-out ones, in their order. All rows of both."""
    contract = asked.contract
    label, time = contract.data.label.column, contract.data.decisions.time
    named = _named(contract)
    rows = data_rules.imputed(learned, opened.manifest.rules)
    came, seen = read(rows, opened.manifest, label, (label, time, *named))
    held = {name: asked.held.columns[name] for name in asked.held.inputs}
    inputs = stacked(seen, held)
    both = tuple(inputs.values())
    outcome = np.concatenate([numbers(came[label]), asked.held.label])
    theirs = memory.fetched(table.select(*named)) if named else {}
    whom = tuple(stacked({name: came[name] for name in named}, theirs).values())
    day = days(came[time])
    split = _Split(asked, day, copies.singular(seen, len(day)))
    return Again(
        whole=_copies(split, copies.alike((*both, outcome))),
        exact=_copies(split, copies.alike((*both, outcome, *whom))) if whom else None,
        asked=_known(copies.alike(both), len(day)),
        met=_met(whom[0], len(day)) if whom else None,
        near=_near(asked, inputs, day, opened.manifest.outputs),
    )


def evidence(asked: Asked, found: Again) -> Iterator[Evidence]:
    """The gate `certify.copies`; where it does not hold, the first goal without the copies."""
    limit = asked.contract.certify.copies.limit
    most, method, note = max(_found(asked, found), key=lambda one: (one[0].high, one[0].value))
    one = judged(asked, CLAUSE, most, limit, method, note)
    yield one
    if one.verdict is not Verdict.PASS:
        yield _without(asked, found)


def _found(asked: Asked, found: Again) -> Iterator[tuple[Estimate, str, str]]:
    """What is proven of rows that are copies in each sense, how, and in words."""
    beside = "" if found.near else f"; {ALIKE}"
    for one in filter(None, (found.whole, found.exact)):
        yield _proven(asked, one), METHOD, f"{_said(one)}{beside}"
    if found.near:
        yield copies.proven(found.near.share, found.near.chance), nearly.METHOD, _nearly(found.near)


def _without(asked: Asked, found: Again) -> Evidence:
    """By inputs alone: whether labels agree too says which rows are easy."""
    metric = asked.contract.objective.good_enough[0].metric
    told = asked.held.told_by(metric)
    whole = asked.held.of(np.flatnonzero(told))
    known = found.asked | found.near.rows if found.near else found.asked
    kept = asked.held.of(np.flatnonzero(told & ~known))
    before, unit = statistic(metric, whole, asked.contract)
    note = f"of all held-out rows {before(np.ones(len(whole.label))):.4g}"
    score = Estimate(np.nan, np.nan, np.nan, 0, unit)
    if len(kept.label):
        measure, _ = statistic(metric, kept, asked.contract)
        score = bootstrap.estimate(
            measure, kept.blocks, seed=asked.seed, repeats=REPEATS, unit=unit
        )
    return finding(asked, f"{CLAUSE}, {metric} without them", score, WITHOUT, None, note)


def _said(found: Copies) -> str:
    """`31 of 900 held-out rows are training rows again, label included (3.4%); by chance 0.2%`"""
    count, rows, chance = int(found.rows.sum()), len(found.rows), found.chance
    if not count:
        return "no held-out row is a training row again"
    said = (
        f"{count:,} of {rows:,} held-out rows are training rows again, label included"
        f" ({count / rows:.1%})"
    )
    return f"{said}; {copies.by_chance(chance)}"


def _nearly(found: Nearly) -> str:
    """`31 of 900 held-out rows are training rows again but for little (3.4%), changed: ...`"""
    count, rows = int(found.rows.sum()), len(found.rows)
    return (
        f"{count:,} of {rows:,} held-out rows are training rows again but for little"
        f" ({count / rows:.1%}), {nearly.said(found)}"
    )


def _proven(asked: Asked, one: Copies) -> Estimate:
    share = _by_days(one.rows, asked.held.day, asked.seed)
    return copies.proven(copies.at_least(share, one.wander), one.chance)


class _Split(NamedTuple):
    """Training rows before held-out ones. day, singular: of the former; see stats.copies."""

    asked: Asked
    day: Codes
    singular: Abstained


def _copies(split: _Split, code: Codes) -> Copies:
    """code: of training rows, then of held-out ones, the same where rows are alike."""
    learned = len(split.day)
    ordinary = copies.elsewhere(code[:learned], split.day) & ~split.singular
    another, mean = copies.wander(ordinary, split.day, len(np.unique(split.asked.held.day)))
    chance = copies.at_least(_by_days(ordinary, split.day, split.asked.seed), mean)
    return Copies(_known(code, learned), chance, another)


def _near(asked: Asked, inputs: Columns, day: Codes, outputs: tuple[Output, ...]) -> Nearly | None:
    """Inputs that are made of one field change with it."""
    parts: dict[str, tuple[str, ...]] = {}
    for one in outputs:
        for field in columns(one.expression) if one.name in inputs else ():
            parts[field] = (*parts.get(field, ()), one.name)
    days = len(np.unique(asked.held.day))
    return nearly.nearly(Both(inputs, day, days, parts), seed=asked.seed)


def _by_days(some: Abstained, day: Codes, seed: int) -> Estimate:
    """The share of rows; exact where no day differs from another."""
    share = ratio(some * 1.0, np.ones(len(some)))
    found = bootstrap.estimate(share, (day,), seed=seed, repeats=REPEATS)
    if not np.isfinite(found.low) and found.value in (0.0, 1.0):
        return Estimate(found.value, found.value, found.value, found.n)
    return found


def _known(code: Codes, learned: int) -> Abstained:
    """Which of the rows after so many are alike one of those."""
    return np.isin(code[learned:], code[:learned])


def _named(contract: Contract) -> tuple[str, ...]:
    stated = contract.data.decisions
    return (stated.entity,) if stated.entity and stated.entity != stated.key else ()


def _met(whom: Numbers | Text, learned: int) -> Abstained:
    """A row that names nobody is about somebody new."""
    missing = numbers(whom) < 0 if isinstance(whom, Text) else np.isnan(numbers(whom))
    return _known(copies.alike((whom,)), learned) & ~missing[learned:]
