"""The gates every version meets: each measures held-out rows or the bundle against a limit."""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec
import numpy as np

from mainstay.bundle.layout import ULP
from mainstay.bundle.parity import Proof
from mainstay.contract.goals import Goal
from mainstay.contract.metrics import MEASURES
from mainstay.contract.model import Contract
from mainstay.core.nouns import Estimate, Evidence, Limit, Verdict, known
from mainstay.life.certify.held_out import HELD_OUT, HeldOut
from mainstay.life.certify.proving import Proved
from mainstay.stats import bootstrap, enough, proportion, repeated
from mainstay.trainer.measures import statistic
from mainstay.trainer.scored import Floats

NAMES = (
    "good_enough",
    "slices",
    "found_slices",
    "fairness",
    "calibration_error",
    "copies",
    "champion",
    "robust",
    "simplest",
    "generalises",
    "representative",
    "looks",
    "stopped",
    "latency_p99",
    "parity",
    "clean_room",
    "time_travel",
)
LOOKS = "versions judged on the same held-out rows, on record; look k errs 1/k^2 as often"
BOOTSTRAP = "block bootstrap over days and entities, 1,000 resamples, 95 %"

UNCALIBRATED = "in model.py CalibratedClassifierCV makes probabilities of scores"


class Asked(NamedTuple):
    """What is judged: the contract, the held-out rows, whose version, the seed of resampling.

    look: how many versions were judged on these rows, this one included.
    """

    contract: Contract
    held: HeldOut
    subject: str
    seed: int
    look: int = 1


def goals(asked: Asked) -> Iterator[Evidence]:
    """`objective.good_enough`: one gate per goal."""
    for goal in asked.contract.objective.good_enough:
        yield _goal(asked, goal)


def calibrated(asked: Asked) -> Iterator[Evidence]:
    """`certify.calibration_error`: how far probabilities are from shares; not in regression."""
    if asked.contract.objective.task == "regression":
        return
    name, ceiling = "calibration_error", asked.contract.certify.calibration_error.limit
    one = judged(_once(asked), name, _estimated(asked, name, 0, 1), ceiling, BOOTSTRAP)
    if one.verdict is Verdict.FAIL:
        one = msgspec.structs.replace(one, note=f"{one.note}; {UNCALIBRATED}")
    yield msgspec.structs.replace(one, population=asked.held.population(name))


def looks(asked: Asked) -> Iterator[Evidence]:
    """`certify.looks`: a hold-out opened too often proves nothing any more, so never a pass."""
    look, most = asked.look, asked.contract.certify.looks
    limit = Limit("at_most", most)
    one = judged(asked, "looks", Estimate(look, look, look, 1), limit, LOOKS, _budget(look, most))
    if one.verdict is not Verdict.PASS:
        one = msgspec.structs.replace(one, verdict=Verdict.UNSURE)
    yield one


def _budget(look: int, most: int) -> str:
    if look > most:
        return (
            f"look {look} of {most}: spent; wait for rows that are new, or build on a later period"
        )
    by = repeated.wider(look) - 1
    return f"look {look} of {most}" + (f", every interval is wider by {by:.0%}" if by else "")


def stopped(asked: Asked) -> Iterator[Evidence]:
    """`certify.stopped`: the share of held-out decisions that reject and fallback rules stop."""
    held = asked.held
    share = proportion.clopper_pearson(held.stopped, held.in_all)
    yield judged(asked, "stopped", share, asked.contract.certify.stopped.limit, "Clopper-Pearson")


def latency(asked: Asked, milliseconds: Floats) -> Iterator[Evidence]:
    """`serve.latency_p99`: one row through guard, encoder and engine, in this process."""
    found = proportion.quantile(milliseconds, 0.99, unit="ms")
    most = Limit("at_most", asked.contract.serve.latency_p99.total_seconds() * 1000)
    once = _once(asked)
    one = judged(once, "latency_p99", found, most, "order statistics of single rows, no network")
    yield msgspec.structs.replace(one, note=_help(found, most, one.verdict, days=0))


def parity(asked: Asked, proof: Proof, *, native: bool) -> Iterator[Evidence]:
    """The engine that answers against the model that was fitted, in units of the last place.

    native: the engine is another than the model itself, so it is tried beside every split too.
    """
    kinds = [("ordinary", proof.ordinary), ("adversarial", proof.adversarial)]
    for name, found in kinds if native else kinds[:1]:
        apart = float(found.max_ulp)
        estimate = Estimate(apart, apart, apart, found.rows, "ulp")
        one = judged(
            asked, f"parity, {name} rows", estimate, Limit("at_most", ULP), "bits compared"
        )
        yield _on(one, "training rows" if name == "ordinary" else "rows beside every split")


def clean_room(asked: Asked, proved: Proved) -> Iterator[Evidence]:
    """The model in an environment made from its lock alone, on the golden rows."""
    replay = proved.replay
    apart = float(max(replay.encoded_ulp, replay.scored_ulp))
    estimate = Estimate(apart, apart, apart, replay.rows, "ulp")
    method = f"environment made from pylock.toml alone, golden rows replayed, {proved.at:%Y-%m-%d}"
    yield _on(judged(asked, "clean_room", estimate, Limit("at_most", ULP), method), "golden rows")


def time_travel(asked: Asked, proved: Proved, rows: int) -> Iterator[Evidence]:
    """Rows decided before a cut that change when everything after the cut is taken away."""
    changed = float(proved.changed)
    estimate = Estimate(changed, changed, changed, rows, "rows")
    one = judged(
        asked, "time_travel", estimate, Limit("at_most", 0), "sources cut at a random time"
    )
    yield _on(one, "decisions before the cut")


def judged(
    asked: Asked, clause: str, estimate: Estimate, limit: Limit, method: str, note: str = ""
) -> Evidence:
    """A measure of the held-out rows against its limit, wider where they were opened before."""
    estimate = repeated.widened(estimate, asked.look)
    verdict = limit.judge(estimate)
    return Evidence(
        clause=clause,
        subject=asked.subject,
        population=HELD_OUT,
        method=method,
        window=asked.held.window,
        estimate=known(estimate),
        limit=limit,
        verdict=verdict,
        inputs=(asked.held.dataset.digest,),
        note=note or _help(estimate, limit, verdict, days=len(np.unique(asked.held.day))),
    )


def _goal(asked: Asked, goal: Goal) -> Evidence:
    reach = MEASURES[goal.metric]
    found = _estimated(asked, goal.metric, reach.low, reach.high)
    one = judged(_once(asked), goal.metric, found, goal.limit, BOOTSTRAP)
    return msgspec.structs.replace(one, population=asked.held.population(goal.metric))


def _once(asked: Asked) -> Asked:
    """For what is wider already, or measured anew each time."""
    return asked._replace(look=1)


def _estimated(asked: Asked, metric: str, low: float, high: float) -> Estimate:
    """Wider by the look, and cut to what the metric can be."""
    held = asked.held.measured(metric)
    measure, unit = statistic(metric, held, asked.contract)
    found = bootstrap.estimate(measure, held.blocks, seed=asked.seed, unit=unit)
    return bootstrap.within(repeated.widened(found, asked.look), low, high)


def _on(evidence: Evidence, population: str) -> Evidence:
    """The same, of a population that is not the hold-out."""
    return msgspec.structs.replace(evidence, population=population, window=None, inputs=())


def _help(estimate: Estimate, limit: Limit, verdict: Verdict | None, *, days: int) -> str:
    """What would help: how many days would decide, or by how much it falls short.

    days: that the rows are of, since those are what is drawn; 0 for rows that are drawn one by one.
    """
    if verdict is Verdict.FAIL:
        return f"short by {abs(estimate.value - limit.bound):.3g}"
    needed = enough.more_rows(estimate, limit.bound)
    if verdict is Verdict.UNSURE and estimate.n and np.isfinite(needed):
        rows = f"{needed:,.0f}{'' if days else ' more'} rows"
        more = f"{np.ceil(days * needed / estimate.n):,.0f} more days ({rows})" if days else rows
        return f"about {more} would decide"
    return "" if verdict is Verdict.PASS else "too few rows or days for any interval"
