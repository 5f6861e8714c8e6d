"""A candidate against the version that is live: both on the same held-out rows, row by row.

It need not be better, it must not be worse: the whole interval of the difference clears a margin,
over all rows and on every declared slice. What a fresh version is better by in its first days says
less than how it ages; both are measured here on the same days, so their ages differ as they will.
"""

from collections.abc import Iterator
from typing import NamedTuple

import ibis.expr.types as ir
import msgspec
import numpy as np

from mainstay.bundle import manifest, runtime
from mainstay.bundle.manifest import Manifest
from mainstay.bundle.runtime import Runtime
from mainstay.contract.metrics import MEASURES, Metric
from mainstay.core.nouns import Estimate, Evidence, Limit, Verdict, Window
from mainstay.core.places import Places
from mainstay.core.rules import STOPPING
from mainstay.data import rules as data_rules
from mainstay.data import schema
from mainstay.life.certify import slices as sliced
from mainstay.life.certify.differences import Both, differences
from mainstay.life.certify.gates import Asked, judged
from mainstay.life.certify.held_out import HELD_OUT, HeldOut
from mainstay.trainer.measures import statistic
from mainstay.trainer.scored import Abstained, Codes, Scored, abstained, scored

CLAUSE = "champion"
OF_ONE, SHARE, ON_SLICES = 0.02, 0.05, 5
"""The margins where none is stated; see contract.rivals."""
METHOD = "difference on the same rows, block bootstrap over days and entities, 95 %"
TOGETHER = "difference on the same rows, max-|t| block bootstrap over all slices, 95 %"
_ORDER = (Verdict.FAIL, Verdict.UNSURE, Verdict.PASS)


class Champion(NamedTuple):
    """The version that is live, by name and digest; learned: the decisions it was trained on."""

    name: str
    bundle: str
    learned: Window | None = None


class Pair(NamedTuple):
    """The rows that both versions decide, as each of them does; the money of both is counted

    against the same rule.
    """

    ours: HeldOut
    theirs: HeldOut
    name: str


class Bout(NamedTuple):
    """Who is compared. table: the held-out rows, in their order; classes: those of the labels."""

    asked: Asked
    champion: Champion
    places: Places
    table: ir.Table
    classes: tuple[object, ...]


def compared(bout: Bout) -> Iterator[Evidence]:
    """Over all rows and on slices.

    Unsure where the live version learned from these rows, or cannot be asked about them.
    """
    asked, champion = bout.asked, bout.champion
    if why := _unfair(bout, stated(champion, bout.places)):
        nothing = Estimate(np.nan, np.nan, np.nan, 0)
        clause = f"{CLAUSE}, {_metric(asked)}"
        yield judged(asked, clause, nothing, Limit("at_least", 0), METHOD, why)
        return
    opened = runtime.opened(
        bout.places.bundle(champion.bundle), bout.places.environments, expected=champion.bundle
    )
    try:
        pair = paired(asked, champion, opened, bout.table)
    finally:
        opened.close()
    yield from against(asked, pair)


def stated(champion: Champion, places: Places) -> Manifest:
    """What its bundle says."""
    return manifest.read(places.bundle(champion.bundle), champion.bundle)


def columns(champion: Champion | None, places: Places) -> tuple[str, ...]:
    """What it reads of a row."""
    return stated(champion, places).columns if champion else ()


def paired(asked: Asked, champion: Champion, opened: Runtime, table: ir.Table) -> Pair:
    """The held-out rows that the live version lets through too, as it decides them."""
    told = _told(data_rules.judged(table, opened.manifest.rules))
    theirs = _of(asked.held, scored(table, asked.contract, opened), opened)
    kept = np.flatnonzero(told)
    return Pair(asked.held.of(kept), theirs.of(kept), champion.name)


def against(asked: Asked, pair: Pair) -> Iterator[Evidence]:
    """Over all rows, then of the slices the one that is nearest to its margin."""
    metric = _metric(asked)
    rows = np.flatnonzero(_both(pair, metric))
    (found,) = _differences(asked, pair, metric, [rows])
    margin = _margin(asked, pair, metric, rows)
    beside = f"{HELD_OUT}, {asked.subject} and {pair.name} on the same {len(rows):,} rows"
    made = judged(asked, f"{CLAUSE}, {metric}", found, Limit("at_least", -margin), METHOD)
    yield msgspec.structs.replace(made, population=beside)
    yield from _on_slices(asked, pair, beside)


def _on_slices(asked: Asked, pair: Pair, beside: str) -> Iterator[Evidence]:
    stated = asked.contract.certify.slices
    if stated is None:
        return
    told = _both(pair, stated.metric)
    groups = [one._replace(rows=one.rows[told[one.rows]]) for one in _groups(asked, pair)]
    covered = [one for one in groups if len(one.rows) >= stated.least_rows]
    if not covered:
        return
    estimates = _differences(asked, pair, stated.metric, [one.rows for one in covered])
    limit = Limit("at_least", -_slice_margin(asked, pair, stated.metric))
    found = [
        judged(asked, f"{CLAUSE}, slices", one, limit, f"{stated.metric}: {TOGETHER}")
        for one in estimates
    ]
    at = min(range(len(found)), key=lambda place: _room(found[place]))
    where = f"{beside}; of {len(found)} slices {covered[at].name}"
    yield msgspec.structs.replace(found[at], population=where)


def _groups(asked: Asked, pair: Pair) -> Iterator[sliced.Group]:
    stated = asked.contract.certify.slices
    assert stated is not None, "slices without slices"
    return sliced.groups(pair.ours, stated)


def _room(one: Evidence) -> tuple[int, float]:
    """The worst verdict first, then the lowest end."""
    place = _ORDER.index(one.verdict or Verdict.UNSURE)
    return place, one.estimate.low if one.estimate else -np.inf


def _differences(asked: Asked, pair: Pair, metric: Metric, some: list[Codes]) -> list[Estimate]:
    both = [Both(pair.ours.of(rows), pair.theirs.of(rows)) for rows in some]
    return differences(asked, metric, both)


def _margin(asked: Asked, pair: Pair, metric: Metric, rows: Codes) -> float:
    stated = asked.contract.certify.champion.worse_by
    if stated is not None:
        return stated
    if MEASURES[metric].high == 1:
        return OF_ONE
    theirs, _ = statistic(metric, pair.theirs.of(rows), asked.contract)
    return SHARE * abs(float(theirs(np.ones(len(rows)))))


def _slice_margin(asked: Asked, pair: Pair, metric: Metric) -> float:
    stated = asked.contract.certify.champion.slices_worse_by
    if stated is not None:
        return stated
    return ON_SLICES * _margin(asked, pair, metric, np.flatnonzero(_both(pair, metric)))


def _both(pair: Pair, metric: Metric) -> Abstained:
    """Rows that the metric speaks of in both versions."""
    return pair.ours.told_by(metric) & pair.theirs.told_by(metric)


def _metric(asked: Asked) -> Metric:
    stated = asked.contract.certify.champion.metric
    return stated or asked.contract.objective.good_enough[0].metric


def _told(marked: ir.Table) -> Abstained:
    """Of each row whether no rule of the live version stops it."""
    breach = marked.select(data_rules.BREACH).to_pyarrow()[data_rules.BREACH].to_pylist()
    return np.array([one not in STOPPING for one in breach], dtype=np.bool_)


def _of(held: HeldOut, said: Scored, opened: Runtime) -> HeldOut:
    """The held-out rows as another version decides them."""
    band = opened.manifest.abstain
    away = abstained(band, said.score)
    return held._replace(
        score=said.score,
        decided=np.where(away, said.ruled, said.decided),
        abstained=away,
        to=band.to if band else "",
        leaning=None,
    )


def _unfair(bout: Bout, stated: Manifest) -> str:
    """Why the live version cannot be compared on these rows; empty where it can."""
    name, learned = bout.champion.name, bout.champion.learned
    if learned is None or learned.until > bout.asked.held.window.since:
        until = f" until {learned.until:%Y-%m-%d}" if learned else ""
        return f"{name} learned from decisions{until}: compare them on rows that are new to both"
    task = bout.asked.contract.objective.task
    if (stated.task, stated.classes) != (task, bout.classes):
        return f"{name} answers another question: {stated.task} {list(stated.classes)}"
    now = schema.types(bout.table)
    gone = [one.name for one in stated.request if now.get(one.name) != one.type]
    return f"{name} reads {', '.join(gone)}, not as the rows hold it" if gone else ""
