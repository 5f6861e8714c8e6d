"""Whether one input alone gives the outcome away: then it was written after the decision."""

from collections.abc import Iterator

import ibis.expr.types as ir
import msgspec
import numpy as np

from mainstay.contract.metrics import Task
from mainstay.core.expressions import Output
from mainstay.core.nouns import Estimate, Evidence, Limit, Verdict
from mainstay.data import features
from mainstay.life.assess.findings import DAYS, gate
from mainstay.life.assess.left_out import follows
from mainstay.life.assess.seen import Counts, Seen
from mainstay.life.assess.telling import TELLING, rarest, telling
from mainstay.stats import bootstrap
from mainstay.stats.bootstrap import FEWEST_BLOCKS, Measure
from mainstay.stats.proportion import clopper_pearson

REPEATS = 500
ROWS, RARE = 30_000, 2_000  # rows, and rows of the rarer outcome, that tell 0.9 from 0.6
CLAUSE, KNOWN = "no leak", "mainstay_known"
NOTHING = (0.0, 0.5)  # a column of one value: rank correlation, roc_auc


def leaks(task: Task, label: str, seen: Seen, *, seed: int) -> Iterator[Evidence]:
    """Every input that is a leak or may be one; of the others only the one that tells most."""
    found = [_judged(task, name, told, label) for name, told in _told(task, seen, seed).items()]
    held = [one for one in found if one.verdict is Verdict.PASS]
    yield from (one for one in found if one not in held)
    if held:
        most = max(held, key=lambda one: one.estimate.value if one.estimate else 0.0)
        note = f"{most.subject} tells most of {len(held)} inputs"
        yield msgspec.structs.replace(most, clause=CLAUSE, note=note)


def absences(
    label: str, rows: ir.Table, outputs: tuple[Output, ...], counts: Counts
) -> Iterator[Evidence]:
    """Inputs that are missing only where the label is: both are written when the outcome is."""
    made = features.inputs(rows.mutate(**{KNOWN: rows[label].notnull()}), outputs, (KNOWN,))
    asked = {
        f"{at}.{what}": nulls.sum()
        for at, one in enumerate(outputs)
        for what, nulls in (
            ("all", made[one.name].isnull()),
            ("known", made[one.name].isnull() & made[KNOWN]),
        )
    }
    found = made.aggregate(**asked).to_pyarrow().to_pylist()[0]
    for at, one in enumerate(outputs):
        nulls, nulls_known = found[f"{at}.all"], found[f"{at}.known"]
        if follows(nulls, nulls_known, counts.known, counts.rows):
            share = clopper_pearson(nulls_known, nulls)
            limit, method = Limit("at_least", counts.known / counts.rows), "share of its nulls"
            note = f"{one.name} is missing only where {label} is missing"
            yield gate(f"{CLAUSE}: {one.name}", one.name, method, share, limit, note)


def _judged(task: Task, name: str, told: Estimate, label: str) -> Evidence:
    measure, limit = TELLING[task]
    method = f"{measure} of one input alone, out of fold in time; {DAYS}"
    notes = {
        Verdict.FAIL: f"{name} tells {label} by itself: is it known when you decide?",
        Verdict.UNSURE: f"close to the limit: is {name} known when you decide?",
    }
    note = notes.get(limit.judge(told), "")
    return gate(f"{CLAUSE}: {name}", name, method, told, limit, note)


def _told(task: Task, seen: Seen, seed: int) -> dict[str, Estimate]:
    """How much of the label each input tells, all from the same resamples."""
    rare, rows = rarest(task, seen.outcome), len(seen.when)
    step = max(1, min(rows // ROWS, rare // RARE))
    parts = [
        telling(task, values, seen.outcome, seen.fold, step) for values in seen.inputs.values()
    ]
    measures = [Measure(part, (seen.day[::step],)) for part in parts]
    found = bootstrap.intervals(measures, seed=seed, repeats=REPEATS)
    return {
        name: settled(told.estimate, task, seen)
        for name, told in zip(seen.inputs, found, strict=True)
    }


def settled(estimate: Estimate, task: Task, seen: Seen) -> Estimate:
    """With an interval also where resampling knows none: all in order, or nothing told at all."""
    if np.isfinite(estimate.low) or seen.day.max() + 1 < FEWEST_BLOCKS:
        return bootstrap.within(estimate, 0.0, 1.0)
    if estimate.value in NOTHING:
        return msgspec.structs.replace(estimate, low=estimate.value, high=estimate.value)
    if estimate.value == 1:
        rare = rarest(task, seen.outcome)
        return msgspec.structs.replace(estimate, low=clopper_pearson(rare, rare).low, high=1.0)
    return estimate
