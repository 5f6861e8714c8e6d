"""What a version scores of whom it never learned: entities that no training row is about."""

from collections.abc import Iterator

import msgspec
import numpy as np

from mainstay.contract.metrics import MEASURES, Metric
from mainstay.core.nouns import Estimate, Evidence, Limit, known
from mainstay.life.certify.gates import Asked, judged
from mainstay.life.certify.generalising import finding
from mainstay.life.certify.held_out import HeldOut
from mainstay.stats import bootstrap
from mainstay.stats.blockwise import Among, Mixed
from mainstay.stats.bootstrap import Measure
from mainstay.stats.metrics import ratio
from mainstay.stats.proportion import wilson
from mainstay.trainer.measures import statistic
from mainstay.trainer.scored import Abstained

CLAUSE = "generalises, new entities"
SHARE = "entities trained on"
REPEATS = 500
METHOD = "of entities trained on less of new ones, on the same days; block bootstrap, 95 %"
SHARES = "share of held-out decisions, block bootstrap over days, 95 %"
NOBODY = "no held-out decision is about somebody new"


def evidence(asked: Asked, met: Abstained | None) -> Iterator[Evidence]:
    """A gate where `certify.generalises.new_worse_by` is stated; nothing without entities.

    met: which held-out rows are about somebody the version learned of.
    """
    if met is None:
        return
    yield _share(asked, met)
    yield _lost(asked, met)


def _share(asked: Asked, met: Abstained) -> Evidence:
    rows = len(met)
    found = bootstrap.estimate(
        ratio(met * 1.0, np.ones(rows)), (asked.held.day,), seed=asked.seed, repeats=REPEATS
    )
    if not np.isfinite(found.low):
        found = wilson(int(met.sum()), rows)
    whom = asked.contract.data.decisions.entity
    note = f"{rows - int(met.sum()):,} of {rows:,} decisions are about a {whom} never trained on"
    return finding(asked, SHARE, bootstrap.within(found, 0.0, 1.0), SHARES, None, note)


def _lost(asked: Asked, met: Abstained) -> Evidence:
    metric = asked.contract.objective.good_enough[0].metric
    most = asked.contract.certify.generalises.new_worse_by
    lost, note = _measured(asked, metric, met)
    method = f"{metric}: {METHOD}"
    if most is None:
        return finding(asked, CLAUSE, lost, method, None, note)
    one = judged(asked, CLAUSE, lost, Limit("at_most", most), method, note)
    return msgspec.structs.replace(one, population=asked.held.population(metric))


def _measured(asked: Asked, metric: Metric, met: Abstained) -> tuple[Estimate, str]:
    """What the first goal loses on new ones, and both sides of it in words."""
    told = np.flatnonzero(asked.held.told_by(metric))
    held, new = asked.held.of(told), ~met[told]
    nothing, count = Estimate(np.nan, np.nan, np.nan, 0), int(new.sum())
    if not count:
        return nothing, NOBODY
    first, second, lost = _estimates(asked, metric, held, new)
    if known(second) is None or known(lost) is None:
        return nothing, f"cannot tell: {count:,} decisions about new ones are too few"
    note = (
        f"{_told(first, metric)} of those trained on, {_told(second, metric)} of {count:,}"
        " decisions about new ones"
    )
    return msgspec.structs.replace(lost, n=count), note


def _estimates(
    asked: Asked, metric: Metric, held: HeldOut, new: Abstained
) -> tuple[Estimate, Estimate, Estimate]:
    """Of entities trained on, of new ones, and what the latter lose; from the same resamples."""
    sign = 1 if MEASURES[metric].better == "more" else -1
    places = np.flatnonzero(~new), np.flatnonzero(new)
    parts = [held.of(some) for some in places]
    (old, unit), (fresh, _) = (statistic(metric, part, asked.contract) for part in parts)
    lost = Mixed((sign, Among(old, places[0])), (-sign, Among(fresh, places[1])))
    measures = [
        Measure(old, parts[0].blocks, unit),
        Measure(fresh, parts[1].blocks, unit),
        Measure(lost, held.blocks, unit),
    ]
    found = bootstrap.intervals(measures, seed=asked.seed, repeats=REPEATS)
    return found[0].estimate, found[1].estimate, found[2].estimate


def _told(one: Estimate, metric: Metric) -> str:
    reach = MEASURES[metric]
    cut = bootstrap.within(one, reach.low, reach.high)
    return f"{cut.value:.3g} ({cut.low:.3g} to {cut.high:.3g})"
