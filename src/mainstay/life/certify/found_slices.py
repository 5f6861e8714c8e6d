"""Slices that nobody declared: broken where one is proven to miss the limit, else shown."""

from collections.abc import Iterator
from typing import NamedTuple

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
SHOWN = 3
LEAST_ROWS = 1000
INSTEAD: dict[Metric, Metric] = {"average_precision": "roc_auc", "calibration_error": "log_loss"}
"""Metrics of all rows together, of which no row can be told what it adds."""
METHOD = "clustered by days and entities; false discoveries at most 5 %"
JOINT = "clustered by days and entities, 95 % for all slices searched together"


class _Hunt(NamedTuple):
    """What was searched, by which metric, and the limit that a slice may break, if any."""

    asked: Asked
    search: Search
    metric: Metric
    limit: Limit | None


def found_slices(asked: Asked, trained: Profile) -> Iterator[Evidence]:
    """`certify.slices.found`: the gate, then what stands out; trained: whose bins cut numbers."""
    hunt = _hunt(asked, trained)
    broken = slicing.named(hunt.search, lambda one: _misses(one, hunt)) if hunt.limit else []
    yield from _gate(hunt, broken)
    named = {one.name for one in broken}
    standing = slicing.named(hunt.search, lambda one: one.stands_out)
    for one in [one for one in standing if one.name not in named][:SHOWN]:
        yield _finding(hunt, one, len(standing))


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


def _gate(hunt: _Hunt, broken: list[Slice]) -> Iterator[Evidence]:
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
        )
        yield judged(hunt.asked, CLAUSE, none, limit, method, note)


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
