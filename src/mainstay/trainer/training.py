"""The rows a version learns from: assembled, judged by the rules, frozen as a snapshot."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import ibis.expr.types as ir
import msgspec
from ibis.backends.duckdb import Backend

from mainstay.bundle.guard import RequestColumn
from mainstay.contract import cleaning, names, rules
from mainstay.contract.document import Document
from mainstay.contract.model import Contract
from mainstay.core import typed
from mainstay.core.cleaning import Cleaning
from mainstay.core.errors import Broken
from mainstay.core.expressions import Output, columns
from mainstay.core.inputs import inputs, matrix
from mainstay.core.nouns import Dataset, Window
from mainstay.core.places import Places
from mainstay.core.rules import RowRule, Rule
from mainstay.data import columns as memory
from mainstay.data import features, learnt, snapshot
from mainstay.data import rows as data_rows
from mainstay.data import rules as data_rules
from mainstay.data.rows import Rows
from mainstay.trainer.fit import Training

FEWEST = 100  # rows below which no fit is tried: assess asks for far more, this catches mistakes


class Meaning(NamedTuple):
    """What a row is: what the model sees of it, what it must keep, what a caller sends, and what

    sets that right.
    """

    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    request: tuple[RequestColumn, ...]
    clean: tuple[Cleaning, ...] = ()


class Learned(NamedTuple):
    """The training rows. in_all: decisions with a known label; stopped: those a rule stops."""

    table: ir.Table
    dataset: Dataset
    meaning: Meaning
    in_all: int
    stopped: int


def learned(
    document: Document, places: Places, engine: Backend, rows: Rows, train: Window
) -> Learned:
    """The rows of a period that have a label and that the rules let through to the model.

    Raises Mistakes for names that do not exist, Broken where too few rows are left.
    """
    contract = document.contract
    outputs = checked_outputs(document, places, rows)
    types = {column.name: column.type for column in rows.columns}
    known = mature(rows.table, contract, train)
    meaning = _meaning(contract, outputs, types, known)
    kept = data_rules.let_through(known, meaning.rules)
    dataset = _frozen(kept, contract, meaning, places)
    in_all = int(known.count().to_pyarrow().as_py())
    if dataset.rows < FEWEST:
        raise Broken(
            f"{dataset.rows} rows to train on, of {in_all} with a label: too few for any fit",
            hint="give a longer period, or see which rule stops them: mainstay assess",
        )
    table = snapshot.read(engine, dataset.digest, places.snapshots)
    return Learned(table, dataset, meaning, in_all, in_all - dataset.rows)


def checked_outputs(document: Document, places: Places, rows: Rows) -> tuple[Output, ...]:
    """What features() makes of the rows; raises Mistakes for names that do not exist."""
    outputs = features.outputs(places.features, rows.visible)
    types = {column.name: column.type for column in rows.columns}
    names.check(document, types, tuple(output.name for output in outputs))
    return outputs


def mature(table: ir.Table, contract: Contract, window: Window) -> ir.Table:
    """Decisions of a window whose label is known."""
    decided = data_rows.within(table, contract.data.decisions.time, window)
    return decided.filter(decided[contract.data.label.column].notnull())


def training(
    contract: Contract, table: ir.Table, outputs: tuple[Output, ...], code: Path
) -> Training:
    """Rows with a label as the matrix that train() gets, in the order of time.

    code: the folder with model.py. Raises Mistake for integers beyond 2^53.
    """
    label = contract.data.label.column
    rows = memory.fetched(features.inputs(in_time(table, contract), outputs, keep=(label,)))
    known = rows.pop(label)
    found = inputs(rows)
    return Training(
        code=code,
        inputs=found,
        rows=matrix(rows, found),
        label=known,
        task=contract.objective.task,
        seed=contract.train.seed,
    )


def in_time(table: ir.Table, contract: Contract) -> ir.Table:
    """The rows in the order of time, of their key where times are equal."""
    return table.order_by([contract.data.decisions.time, contract.data.decisions.key])


def _meaning(
    contract: Contract, outputs: tuple[Output, ...], types: dict[str, str], known: ir.Table
) -> Meaning:
    levels = memory.levels(known, rules.observed(contract))
    settled = tuple(_settled(rule, types, levels) for rule in rules.rules(contract))
    stated = learnt.filled(known, settled, rules.learnt(contract))
    request = tuple(_request(contract, outputs, stated, types))
    asked = {column.name for column in request}
    clean = cleaning.cleanings(cleaning.of_request(contract))
    return Meaning(outputs, stated, request, tuple(one for one in clean if one.name in asked))


def _settled(rule: Rule, types: dict[str, str], levels: dict[str, tuple[str, ...]]) -> Rule:
    """A rule as it is frozen: observed levels filled in, every type of a condition known."""
    if isinstance(rule, RowRule):
        return msgspec.structs.replace(rule, condition=typed.typed(rule.condition, types))
    by = rule.by if rule.by is None else typed.typed(rule.by, types)
    return msgspec.structs.replace(rule, levels=levels.get(rule.name, rule.levels), by=by)


def _request(
    contract: Contract, outputs: tuple[Output, ...], stated: tuple[Rule, ...], types: dict[str, str]
) -> Iterator[RequestColumn]:
    """Key, time, entity, then what features, rules, baseline, money and slices read, once, and

    what context is found by.
    """
    decisions = contract.data.decisions
    roles = {decisions.key: "key", decisions.time: "time"}
    if decisions.entity:
        roles.setdefault(decisions.entity, "entity")
    read = tuple(dict.fromkeys(_read(contract, outputs, stated)))
    for name in dict.fromkeys((*roles, *read, *_found_by(contract, read))):
        if name in types:
            yield RequestColumn(name, types[name], roles.get(name, "field"))  # type: ignore[arg-type]  # three literals


def _read(
    contract: Contract, outputs: tuple[Output, ...], stated: tuple[Rule, ...]
) -> Iterator[str]:
    for output in outputs:
        yield from columns(output.expression)
    for rule in stated:
        if isinstance(rule, RowRule):
            yield from columns(rule.condition)
            continue
        yield rule.name
        yield from columns(rule.by) if rule.by else ()
    baseline = contract.objective.baseline
    yield from (*(baseline.rate_by or ()), *filter(None, [baseline.column]))
    yield from contract.objective.amounts
    yield from contract.certify.slices.by if contract.certify.slices else ()


def _found_by(contract: Contract, read: tuple[str, ...]) -> Iterator[str]:
    """What the door finds rows of context by, where it looks them up."""
    if contract.serve.context == "lookup":
        for one in contract.data.context.values():
            yield from one.on if not {taken.name for taken in one.take}.isdisjoint(read) else ()


def _frozen(kept: ir.Table, contract: Contract, meaning: Meaning, places: Places) -> Dataset:
    decisions = contract.data.decisions
    wanted = [column.name for column in meaning.request] + [contract.data.label.column]
    rows = kept.select(*dict.fromkeys(wanted))
    return snapshot.written(rows, places.snapshots, decisions.key, decisions.time)
