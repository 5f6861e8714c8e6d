"""Groups that must be treated alike: how far they are apart, and what else tells who is in them."""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec
import numpy as np

from mainstay.contract.metrics import Metric
from mainstay.core.columns import Text
from mainstay.core.nouns import Evidence, Limit, known
from mainstay.data.profile import Profile
from mainstay.life.certify import searched
from mainstay.life.certify.gates import BOOTSTRAP, Asked, judged
from mainstay.life.certify.held_out import HeldOut
from mainstay.stats import gaps, telling
from mainstay.stats.candidates import Column
from mainstay.stats.gaps import Gap, Groups, Ratio
from mainstay.stats.telling import Told
from mainstay.trainer.scored import Codes

CLAUSE, PROXY = "fairness", "proxy"
MOST_ROWS, MOST_LEVELS, NAMED = 20_000, 10, 3
"""Proxies are looked for in so many held-out rows, for so many groups; so many are named."""
METHOD = f"{BOOTSTRAP} for all pairs of groups together"
METHOD_PROXY = "naive Bayes on halves of the entities, a floor of what the inputs tell"


class _Column(NamedTuple):
    """A column of groups; rows: places among all held-out rows that are measured.

    held: those rows; text: of each its group, all of which have rows.
    """

    name: str
    rows: Codes
    held: HeldOut
    text: Text


def fairness(asked: Asked, trained: Profile) -> Iterator[Evidence]:
    """`certify.fairness`: a gate per column and tolerance, a finding per column.

    trained: whose bins cut the numbers by which a proxy tells.
    """
    stated = asked.contract.certify.fairness
    for name in stated.groups if stated else ():
        for measure, limit in stated.tolerances.items() if stated else ():
            yield _gate(asked, _column(asked, name, measure), measure, limit)
        yield _proxies(asked, _column(asked, name, PROXY), trained)


def _column(asked: Asked, name: str, measure: str) -> _Column:
    """A missing value is a group of its own."""
    rows = np.flatnonzero(asked.held.told_by(_spoken(asked, measure)))
    codes, levels = asked.held.slices[name]
    grouped = np.where(codes < 0, len(levels), codes)[rows]
    there, compact = np.unique(grouped, return_inverse=True)
    names = tuple((*levels, "missing")[at] for at in there)
    return _Column(name, rows, asked.held.of(rows), Text(compact.astype(np.int32), names))


def _spoken(asked: Asked, measure: str) -> Metric:
    """The metric that speaks of the same rows: what a person decides is not known."""
    if measure in ("calibration", PROXY) or asked.contract.objective.task == "regression":
        return "log_loss"
    return "accuracy"


def _gate(asked: Asked, column: _Column, measure: str, limit: Limit) -> Evidence:
    stated = asked.contract.certify.fairness
    assert stated is not None, "a gate of what is not stated"
    codes, levels = column.text
    ratio = _ratio(asked, column.held, measure)
    groups = Groups(codes, len(levels), column.held.blocks)
    found = gaps.gap(ratio, groups, least=stated.least_rows, seed=asked.seed)
    one = judged(asked, f"{CLAUSE}, {measure} gap by {column.name}", found.estimate, limit, METHOD)
    note = _apart(found, levels, stated.least_rows)
    if found.few or len(levels) < 2:
        return msgspec.structs.replace(one, note=note)
    population = asked.held.population(_spoken(asked, measure))
    note = "; ".join(filter(None, (note, one.note)))
    return msgspec.structs.replace(one, population=population, note=note)


def _ratio(asked: Asked, held: HeldOut, measure: str) -> Ratio:
    """Of each group: the share decided yes; of those who are a yes the share decided yes;

    what happened less what was promised; the share decided wrong, or the mean absolute error.
    """
    every = np.ones(len(held.label))
    match measure:
        case "selection":
            return Ratio(held.decided, every)
        case "opportunity":
            return Ratio(held.decided * (held.label == 1), held.label == 1)
        case "calibration":
            return Ratio(held.label - held.score, every)
        case _ if asked.contract.objective.task == "regression":
            return Ratio(np.abs(held.label - held.score), every)
        case _:
            return Ratio(held.label != held.decided, every)


def _apart(found: Gap, levels: tuple[str, ...], least: int) -> str:
    """The two groups that are farthest apart, or why nobody can say."""
    if found.few:
        few = ", ".join(levels[at] for at in found.few)
        return f"too few rows or days to tell: {few}; {least} rows that count on 8 days are needed"
    if len(levels) < 2:
        return "only one group was there"
    low, high = (f"{levels[at]} {found.values[at]:.3g}" for at in (found.least, found.most))
    return f"{low}, {high}"


def _proxies(asked: Asked, column: _Column, trained: Profile) -> Evidence:
    """What inputs tell of the groups: leaving the column out does not leave that out."""
    held, name = asked.held, column.name
    some = _some(asked, column)
    seen = {one: held.columns[one] for one in held.inputs if one != name}
    columns = {
        one: made.of(column.rows[some]) for one, made in searched.columns(seen, trained).items()
    }
    told, level = _told(asked, column, columns, some)
    alone = ", ".join(f"{one} {value:.2f}" for one, value in told.alone[:NAMED])
    itself = f"the model sees {name} itself; " if name in held.inputs else ""
    return Evidence(
        clause=f"{CLAUSE}, inputs tell {name}",
        subject=asked.subject,
        population=held.population(_spoken(asked, PROXY)),
        method=f"{METHOD_PROXY}; {len(some):,} rows",
        window=held.window,
        estimate=known(told.together),
        inputs=(held.dataset.digest,),
        note=f"{itself}roc_auc of {name} = {level}, the group told best; alone {alone}",
    )


def _some(asked: Asked, column: _Column) -> Codes:
    """Places among the rows of a column: all, or so many drawn."""
    rows = len(column.rows)
    if rows <= MOST_ROWS:
        return np.arange(rows)
    return np.sort(np.random.default_rng(asked.seed).choice(rows, MOST_ROWS, replace=False))


def _told(
    asked: Asked, column: _Column, columns: dict[str, Column], some: Codes
) -> tuple[Told, str]:
    """Of the group that inputs tell best from the others; of two groups either says the same."""
    codes, levels = column.text
    part = column.held.of(some)
    often = np.argsort(-np.bincount(codes, minlength=len(levels)), kind="stable")[:MOST_LEVELS]
    found = []
    for code in often[: 1 if len(levels) == 2 else None]:
        kind = codes[some] == code
        scores = telling.scores(columns, kind, part.entity, seed=asked.seed)
        found.append((np.nan_to_num(telling.strength(scores, kind)), int(code), scores))
    _, code, scores = max(found, key=lambda one: one[0])
    return telling.told(scores, codes[some] == code, part.blocks, seed=asked.seed), levels[code]
