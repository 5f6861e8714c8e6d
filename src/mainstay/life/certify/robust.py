"""Errors of inputs, tried through the guard and the runtime that will serve: who notices, what

it costs where nobody does. What a rule stops or marks is no harm of the model; what it does not is
seen by nobody until labels come.
"""

from collections.abc import Iterator

import ibis.expr.types as ir
import msgspec
import numpy as np

from mainstay.bundle.outcomes import Outcome, Outcomes, outcomes
from mainstay.bundle.runtime import Runtime
from mainstay.contract.metrics import Metric
from mainstay.core.nouns import Estimate, Evidence, Limit, known
from mainstay.life.certify import perturbations
from mainstay.life.certify.differences import Both, differences
from mainstay.life.certify.gates import Asked, judged
from mainstay.life.certify.held_out import HELD_OUT, HeldOut
from mainstay.life.certify.perturbations import Perturbation, Records
from mainstay.trainer.scored import Codes

CLAUSE = "robust"
UNNOTICED: Outcome = "unnoticed"
ROWS, REPEATS = 2000, 500
"""Records that are tried, drawn at random, and resamples: some 40 errors take 5 s together."""
METHOD = (
    "errors of inputs one at a time through guard and runtime; difference on the same rows,"
    " max-|t| block bootstrap over all errors, 95 %"
)


class Tried(msgspec.Struct, frozen=True):
    """One error on `rows` records that are well without it: what the guard did with how many.

    unnoticed: answered by the model, without a mark. harm: how much worse these are than without
    the error, in the metric of `Shaken`, below 0 where they are better; None where it is not known.
    """

    what: perturbations.What
    name: str
    rows: int
    rejected: int
    fallback: int
    flagged: int
    person: int
    unnoticed: int
    harm: Estimate | None


class Shaken(msgspec.Struct, frozen=True):
    """All errors, the most harmful first; harms in a metric, all intervals together."""

    metric: str
    tried: tuple[Tried, ...]


def shaken(asked: Asked, opened: Runtime, table: ir.Table) -> Shaken:
    """Every error that can be made on these rows; table: the held-out ones, in their order."""
    metric = _metric(asked)
    places = _places(asked)
    columns = table.select(list(opened.guard.types)).to_pyarrow()
    every: Records = {name: columns[name].to_pylist() for name in columns.column_names}
    records = {name: [values[at] for at in places.tolist()] for name, values in every.items()}
    clean = outcomes(opened, records)
    held = asked.held.of(places)
    tries = perturbations.perturbations(asked.contract, opened.manifest, every, asked.seed)
    said = [outcomes(opened, {**records, **one.changed(records)}) for one in tries]
    harms = _harms(asked, metric, held, clean, said)
    found = map(_tried, tries, said, harms, [clean] * len(said))
    return Shaken(metric, tuple(sorted(found, key=_order)))


def evidence(asked: Asked, found: Shaken) -> Iterator[Evidence]:
    """Of what nobody notices the most harmful, against `certify.robust.harm`, if that is stated."""
    most = asked.contract.certify.robust.harm
    worst = max(found.tried, key=lambda one: _badness(one, most), default=None)
    if worst is None or worst.harm is None:
        return
    told = f"{worst.what}: {worst.name}; unnoticed on {worst.unnoticed:,} of {worst.rows:,} rows"
    population = f"{HELD_OUT}, {worst.rows:,} rows, {len(found.tried)} errors"
    clause = f"{CLAUSE}, {found.metric}"
    if most is not None:
        one = judged(asked, clause, worst.harm, Limit("at_most", most), METHOD, told)
        yield msgspec.structs.replace(one, population=population)
        return
    yield Evidence(
        clause=clause, subject=asked.subject, population=population, method=METHOD,
        window=asked.held.window, estimate=worst.harm, inputs=(asked.held.dataset.digest,),
        note=told,
    )  # fmt: skip


def _metric(asked: Asked) -> Metric:
    """Of several classes an answer says the likeliest alone."""
    if asked.contract.objective.task == "multiclass":
        return "accuracy"
    return asked.contract.objective.good_enough[0].metric


def _places(asked: Asked) -> Codes:
    count = len(asked.held.label)
    drawn = np.random.default_rng(asked.seed).choice(count, min(ROWS, count), replace=False)
    return np.sort(drawn)


def _harms(
    asked: Asked, metric: Metric, held: HeldOut, clean: Outcomes, said: list[Outcomes]
) -> list[Estimate | None]:
    """Of each error on the rows that nobody noticed it on; None where that is none."""
    well = clean.are(UNNOTICED)
    rows = [np.flatnonzero(well & one.are(UNNOTICED)) for one in said]
    both = [
        Both(_as(held, clean, some), _as(held, one, some))
        for one, some in zip(said, rows, strict=True)
        if len(some)
    ]
    found = iter(differences(asked, metric, both, REPEATS))
    return [known(next(found)) if len(some) else None for some in rows]


def _as(held: HeldOut, said: Outcomes, rows: Codes) -> HeldOut:
    return held.of(rows)._replace(score=said.score[rows], decided=said.decided[rows])


def _tried(one: Perturbation, said: Outcomes, harm: Estimate | None, clean: Outcomes) -> Tried:
    base = np.flatnonzero(clean.are(UNNOTICED)).tolist()
    met = [said.outcome[at] for at in base]
    counts = {
        name: met.count(name) for name in ("rejected", "fallback", "flagged", "person", "unnoticed")
    }
    return Tried(one.what, one.name, len(base), harm=harm, **counts)


def _badness(one: Tried, most: float | None) -> tuple[bool, float]:
    """Whether it is surely too much, then how far up it may reach; without a limit, its value."""
    if one.harm is None:
        return False, -np.inf
    return (False, one.harm.value) if most is None else (one.harm.low > most, one.harm.high)


def _order(one: Tried) -> tuple[bool, float]:
    """By what it costs; what is not known last."""
    return (one.harm is None, -one.harm.value if one.harm else 0.0)
