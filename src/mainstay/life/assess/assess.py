"""Is it worth trying, and are the data enough and right? Asked before anything is trained.

Thin and honest: no model is fitted, the hold-out is not opened, and what cannot be told is said.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

import ibis.expr.types as ir
import msgspec

from mainstay.contract import durations
from mainstay.contract.model import Contract
from mainstay.contract.sources import DECISIONS
from mainstay.core.answers import worst
from mainstay.core.errors import Broken
from mainstay.core.expressions import Output
from mainstay.core.nouns import Evidence, Verdict, Window
from mainstay.data.rows import within
from mainstay.data.sla import Judged
from mainstay.data.timing import Timing
from mainstay.life.assess import (
    arriving,
    baselines,
    cleaning,
    cold,
    doubles,
    leaks,
    missed,
    money,
    noise,
    personal,
    reachable,
    records,
    twins,
    worth,
)
from mainstay.life.assess.assessment import Assessment
from mainstay.life.assess.findings import exact, finding
from mainstay.life.assess.proposals import Proposal
from mainstay.life.assess.seen import Counts, Seen, counted, seen

SPLIT, STATIC = "split by time", "static context"


class Joins(NamedTuple):
    """notes: what a person should know of the joins; timings: how old the rows of contexts are.

    doubled: what aggregates count twice.
    """

    notes: tuple[str, ...]
    timings: Mapping[str, Timing]
    doubled: tuple[Judged, ...] = ()


NOTHING_SAID = Joins((), MappingProxyType({}))


def assessed(
    contract: Contract,
    training: ir.Table,
    outputs: tuple[Output, ...],
    *,
    train: Window,
    hold_out: Window,
    joins: Joins = NOTHING_SAID,
) -> Assessment:
    """Looks at the decisions of the training period, and at no row outside it.

    training: rows of decisions and context in neutral types, the label null where not known;
    outputs: what features() makes of them; joins: what is known of them.
    With too few records nothing else is judged. Raises Broken without a goal, rows or labels.
    """
    _refuse_without_goal(contract)
    rows = within(training, contract.data.decisions.time, train)
    counts = counted(rows, contract.data.label.column)
    _refuse_without_labels(contract, counts, train)
    found = seen(contract, rows, outputs, counts)
    evidence = [*_records(contract, found, hold_out)]
    enough = worst(tuple(evidence)) is Verdict.PASS
    if enough:
        evidence += leaks.absences(contract.data.label.column, rows, outputs, counts)
        evidence += _judged(contract, rows, outputs, found, train)
        evidence += arriving.in_time(joins.timings, seed=contract.train.seed)
        evidence += doubles.doubles(joins.doubled)
        evidence += arriving.missing(contract, outputs, found, seed=contract.train.seed)
    population = _population(found)
    placed = tuple(
        msgspec.structs.replace(one, population=population, window=train) for one in evidence
    )
    lines = (*_questions(contract), *_others(contract, joins.notes))
    return Assessment(
        contract.model, placed, lines, _proposals(contract, rows, outputs, counts) if enough else ()
    )


def _proposals(
    contract: Contract, rows: ir.Table, outputs: tuple[Output, ...], counts: Counts
) -> tuple[Proposal, ...]:
    """What would clean the columns, then which of them seem personal."""
    return (
        *cleaning.proposals(contract, rows, outputs, known=counts.rows),
        *personal.proposals(contract, rows, known=counts.rows),
    )


def _refuse_without_goal(contract: Contract) -> None:
    if not contract.objective.good_enough:
        raise Broken(
            f"{contract.model} states no goal: objective.good_enough is empty, so nothing can be"
            " good enough, or not",
            hint="for example good_enough: [{metric: roc_auc, at_least: 0.7}]",
        )


def _refuse_without_labels(contract: Contract, counts: Counts, train: Window) -> None:
    label, period = contract.data.label, f"{train.since:%Y-%m-%d} to {train.until:%Y-%m-%d}"
    if not counts.rows:
        raise Broken(
            f"{contract.model} has no decision from {period}: nothing to assess",
            hint="give another period with --from and --until",
        )
    if not counts.known:
        raise Broken(
            f"none of {counts.rows:,} decisions from {period} has a known {label.column}",
            hint=f"a label counts {durations.text(label.known_after)} after its decision",
        )


def _records(contract: Contract, found: Seen, hold_out: Window) -> Iterator[Evidence]:
    task, label, seed = contract.objective.task, contract.data.label.column, contract.train.seed
    yield from records.records(task, label, found)
    yield from records.labels(task, label, found, seed=seed)
    kept = f"{hold_out.since:%Y-%m-%d} to {hold_out.until:%Y-%m-%d} kept closed"
    known = exact(found.counts.known, found.counts.known)
    yield finding(SPLIT, "certify.hold_out", "count", known, kept)


def _judged(
    contract: Contract, rows: ir.Table, outputs: tuple[Output, ...], found: Seen, train: Window
) -> Iterator[Evidence]:
    task, label, seed = contract.objective.task, contract.data.label.column, contract.train.seed
    yield from leaks.leaks(task, label, found, seed=seed)
    yield from twins.twins(task, contract, found, seed=seed)
    yield from noise.noise(task, label, found, seed=seed)
    yield from reachable.reachable(contract, found, seed=seed)
    judged = baselines.forward(contract, found)
    if judged is not None:
        yield baselines.quality(contract, judged, seed=seed)
        yield from money.money(contract, judged, seed=seed)
        yield from worth.worth(contract, found, judged, seed=seed)
        yield from missed.missed(contract, found, judged, seed=seed)
    yield from cold.cold(contract, rows, outputs, train, seed=seed)
    for name in _static(contract):
        risk = "today's rows beside old decisions: a time-travel risk"
        yield finding(f"{STATIC}: {name}", name, "declared without as_of", note=risk)


def _population(found: Seen) -> str:
    seen_rows, known = len(found.when), found.counts.known
    if seen_rows == known:
        return "decisions of the training period"
    return f"decisions of the training period, {seen_rows:,} of {known:,} by the hash of the key"


def _static(contract: Contract) -> tuple[str, ...]:
    contexts = contract.data.context.items()
    return tuple(n for n, one in contexts if one.as_of is None and one.source != DECISIONS)


def _questions(contract: Contract) -> Iterator[str]:
    if not contract.objective.why_ml:
        yield "objective.why_ml is empty: why does a rule not do?"
    if contract.objective.value is None:
        yield "objective.value is empty: nobody can say what a model would be worth"
    if contract.certify.simplest.margin is None:
        yield "certify.simplest.margin is empty: how much must the model gain over a linear one?"


def _others(contract: Contract, notes: tuple[str, ...]) -> Iterator[str]:
    """Notes that no evidence repeats."""
    static = _static(contract)
    yield from (note for note in notes if note.partition(" is static")[0] not in static)
