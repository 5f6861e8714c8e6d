"""Slices that nobody declared: broken where one is proven to miss the limit, else shown."""

from collections.abc import Iterator
from itertools import islice
from typing import Literal, NamedTuple

import msgspec
import numpy as np

from mainstay.contract.metrics import MEASURES, Metric
from mainstay.core.nouns import Estimate, Evidence, Limit, Verdict
from mainstay.data.profile import Profile
from mainstay.life.certify import searched
from mainstay.life.certify.gates import Asked, judged
from mainstay.stats import bootstrap, slicing
from mainstay.stats.slicing import Question, Search, Slice
from mainstay.trainer.measures import statistic
from mainstay.trainer.scored import Codes

CLAUSE = "found_slices"
MOST_ROWS = 50_000
"""Held-out rows that are searched; of more, so many are drawn."""
SHOWN, DRAWN = 3, 5
"""Findings beside the gate, and slices on the page of a certificate."""
LEAST_ROWS = 1000
INSTEAD: dict[Metric, Metric] = {"average_precision": "roc_auc", "calibration_error": "log_loss"}
"""Metrics of all rows together, of which no row can be told what it adds."""
METHOD = f"clustered by days and entities; false discoveries at most {slicing.LISTED:.0%}"
JOINT = "clustered by days and entities, 95 % for all slices searched together"

Standing = Literal["broken", "stands out", "may be luck"]
Told = dict[Standing, list[Slice]]


class Shown(msgspec.Struct, frozen=True):
    """A slice: value of its rows, how much worse than all rows; both as `Found` says."""

    name: str
    value: Estimate
    apart: Estimate
    standing: Standing


class Found(msgspec.Struct, frozen=True):
    """What a search came to, the worst slice first although nothing may be proven of it.

    whole: of all rows that were searched; limit: what a slice may break, None where none may.
    Intervals of values hold for everything searched together, those of `apart` for the list.
    visible: how much worse a slice of middle size must be to be named 8 times in 10.
    """

    metric: str
    limit: Limit | None
    rows: int
    searched: int
    whole: float
    visible: float
    slices: tuple[Shown, ...]


class Searched(NamedTuple):
    """For the verdict and for the page; found: None where no slice is large enough."""

    evidence: tuple[Evidence, ...]
    found: Found | None


class _Hunt(NamedTuple):
    """What was searched, by which metric, and the limit that a slice may break, if any."""

    asked: Asked
    search: Search
    metric: Metric
    limit: Limit | None


def found_slices(asked: Asked, trained: Profile) -> Searched:
    """`certify.slices.found`: the gate, then what stands out; trained: whose bins cut numbers."""
    hunt = _hunt(asked, trained)
    broken = slicing.named(hunt.search, lambda one: _misses(one, hunt)) if hunt.limit else []
    standing = slicing.named(hunt.search, lambda one: one.stands_out)
    others = [one for one in standing if one.name not in {each.name for each in broken}]
    luck = slicing.worst(hunt.search, 1) if not broken and not standing else []
    evidence = (
        *_gate(hunt, broken, (*others, *luck)),
        *(_finding(hunt, one, len(standing)) for one in others[:SHOWN]),
    )
    told: Told = {"broken": broken, "stands out": others, "may be luck": luck}
    return Searched(evidence, _found(hunt, told))


def _found(hunt: _Hunt, told: Told) -> Found | None:
    search = hunt.search
    if not search.places:
        return None
    shown = (
        Shown(one.name, _value(one, hunt), one.apart, standing)
        for standing, some in told.items()
        for one in some
    )
    return Found(
        metric=hunt.metric,
        limit=hunt.limit,
        rows=len(search.question.blocks[0]),
        searched=len(search.places),
        whole=search.whole.value,
        visible=search.visible,
        slices=tuple(islice(shown, DRAWN)),
    )


def _hunt(asked: Asked, trained: Profile) -> _Hunt:
    stated = asked.contract.certify.slices
    wished = stated.metric if stated else asked.contract.objective.good_enough[0].metric
    metric = INSTEAD.get(wished, wished)
    rows = _rows(asked, metric)
    held, columns = asked.held.of(rows), searched.columns(asked.held.columns, trained)
    measure, unit = statistic(metric, held, asked.contract)
    question = Question(
        measure,
        held.blocks,
        worse=1 if MEASURES[metric].side == "at_most" else -1,
        least=stated.least_rows if stated else LEAST_ROWS,
        unit=unit,
    )
    search = slicing.searched(question, {name: one.of(rows) for name, one in columns.items()})
    gates = stated is not None and stated.found == "break" and metric == wished
    return _Hunt(asked, search, metric, stated.limit if stated and gates else None)


def _rows(asked: Asked, metric: Metric) -> Codes:
    """Places of the rows that the metric speaks of, in order; of many some."""
    told = np.flatnonzero(asked.held.told_by(metric))
    if len(told) <= MOST_ROWS:
        return told
    random = np.random.default_rng(asked.seed)
    return np.sort(random.choice(told, MOST_ROWS, replace=False))


def _misses(one: Slice, hunt: _Hunt) -> bool:
    return hunt.limit is not None and hunt.limit.judge(_value(one, hunt)) is Verdict.FAIL


def _value(one: Slice, hunt: _Hunt) -> Estimate:
    reach = MEASURES[hunt.metric]
    return bootstrap.within(one.value, reach.low, reach.high)


def _gate(hunt: _Hunt, broken: list[Slice], others: tuple[Slice, ...]) -> Iterator[Evidence]:
    """Each slice proven to miss the limit; where there is none, that none was found."""
    tried = len(hunt.search.places)
    if hunt.limit is None or not tried:
        return
    method = f"{hunt.metric}: {JOINT}"
    for one in broken:
        found = judged(hunt.asked, f"{CLAUSE}, {one.name}", _value(one, hunt), hunt.limit, method)
        yield msgspec.structs.replace(found, note=f"found, not declared; {found.note}")
    if not broken:
        rows = len(hunt.search.question.blocks[0])
        none, limit = Estimate(0.0, 0.0, 0.0, rows, "slices"), Limit("at_most", 0)
        note = (
            f"{tried:,} searched, none proven to miss {hunt.metric} {hunt.limit}; one that is"
            f" {hunt.search.visible:.2g} worse than all rows would mostly stand out"
            f"{_worst(hunt, others)}"
        )
        yield judged(hunt.asked, CLAUSE, none, limit, method, note)


def _worst(hunt: _Hunt, others: tuple[Slice, ...]) -> str:
    """`; the worst is carrier = EV: 0.61 (0.57 to 0.65)`"""
    if not others:
        return ""
    value = _value(others[0], hunt)
    ends = f"{value.low:.3g} to {value.high:.3g}"
    return f"; the worst is {others[0].name}: {value.value:.3g} ({ends})"


def _finding(hunt: _Hunt, one: Slice, standing: int) -> Evidence:
    held = hunt.asked.held
    return Evidence(
        clause=f"{CLAUSE}, {one.name}",
        subject=hunt.asked.subject,
        population=held.population(hunt.metric),
        method=f"{hunt.metric}: {METHOD}",
        window=held.window,
        estimate=_value(one, hunt),
        inputs=(held.dataset.digest,),
        note=f"{hunt.metric}; found, not declared; all rows {hunt.search.whole.value:.3g}; "
        f"{standing} of {len(hunt.search.places):,} searched stand out",
    )
