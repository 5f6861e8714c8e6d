"""The rows of a model: decisions, the context of their moment, the label where it is known.

Every read is cut at `now`: what lies after it does not exist, and a label not yet known is null.
"""

import itertools
from datetime import datetime, timedelta
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from mainstay.contract import cleaning as clauses
from mainstay.contract.model import Contract
from mainstay.contract.sla import KINDS
from mainstay.contract.sources import DECISIONS
from mainstay.contract.sources import Decisions as Clause
from mainstay.core.errors import Mistake
from mainstay.core.nouns import Column, Dataset, Window
from mainstay.core.typed import FLAG, INTEGER, NUMBER, TEXT, TIME, TYPES
from mainstay.data import (
    aside,
    cleaning,
    context,
    keys,
    overlaps,
    promises,
    schema,
    sla,
    source,
)
from mainstay.data.aside import Aside
from mainstay.data.cleaning import Cleaned
from mainstay.data.context import Context, Decisions, Taken
from mainstay.data.expression import constant
from mainstay.data.promises import Promise
from mainstay.data.sla import Judged
from mainstay.data.source import Moment, Reader, Source

_LABELS = {
    "binary": (FLAG, INTEGER),
    "multiclass": (FLAG, INTEGER, TEXT),
    "regression": (INTEGER, NUMBER),
}
_RESERVED = "mainstay_"


class Sources(NamedTuple):
    """Every table of a contract, opened; contexts by name. stretched: see `stretched`."""

    decisions: Source
    contexts: dict[str, Source]
    stretched: dict[str, ir.Table] = {}  # noqa: RUF012 - nobody changes it

    @property
    def tables(self) -> dict[str, ir.Table]:
        """By name, the decisions under theirs."""
        known = {name: one.table for name, one in self.contexts.items()}
        return {**known, DECISIONS: self.decisions.table, **self.stretched}

    def with_table(self, name: str, table: ir.Table) -> "Sources":
        """Another table of one of them; of the decisions also where they are context."""
        before = self.decisions if name == DECISIONS else self.contexts[name]
        after = before._replace(table=table)
        contexts = {
            other: after if other == name or (name == DECISIONS and one is before) else one
            for other, one in self.contexts.items()
        }
        return Sources(after if name == DECISIONS else self.decisions, contexts, self.stretched)


class Kept(NamedTuple):
    """Sources without the rows that were set aside; judged: all that was agreed on."""

    sources: Sources
    judged: tuple[Judged, ...] = ()
    aside: tuple[Aside, ...] = ()


class Rows(NamedTuple):
    """One row per key: decision columns, then taken ones; the label is among the former.

    datasets: what was read, decisions first. notes: what a person should know of the joins.
    visible: the columns that features() may see, all but the label. judged, aside: see Kept.
    cleaned: what each step of the contract's cleaning did to whole sources.
    """

    table: ir.Table
    datasets: tuple[Dataset, ...]
    columns: tuple[Column, ...]
    visible: tuple[Column, ...]
    notes: tuple[str, ...]
    judged: tuple[Judged, ...] = ()
    aside: tuple[Aside, ...] = ()
    cleaned: tuple[Cleaned, ...] = ()


def assembled(
    contract: Contract,
    reader: Reader,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    now: datetime,
) -> Rows:
    """The rows decided in [since, until) and not after now. Raises Mistake for what is not rows:

    a column or file that is not there, a key that is null or not unique, a decision without time, a
    label of the wrong type, context with several rows per key. What sources agreed on is judged
    and stops nothing here, see data.sla.refuse.
    """
    return of(contract, opened(contract, reader), since=since, until=until, now=now)


def of(
    contract: Contract,
    sources: Sources,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    now: datetime,
) -> Rows:
    """The same from tables that are open already."""
    found = kept(contract, sources, since=since, until=until, now=now)
    try:
        made = joined(contract, found.sources, since=since, until=until, now=now)
    except Mistake as error:
        raise _with_stretches(error, found.judged) from error
    return _with_counts(contract, found, made)


def _with_counts(contract: Contract, found: Kept, made: Rows) -> Rows:
    """Rows with all that was judged of their sources, set aside of them and set right in them."""
    counted = _counted(contract, found.sources)
    set_right = (one.note for one in counted if one.rows)
    notes = (*made.notes, *(one.note for one in found.aside), *set_right)
    return made._replace(notes=notes, judged=found.judged, aside=found.aside, cleaned=counted)


def _with_stretches(error: Mistake, judged: tuple[Judged, ...]) -> Mistake:
    """The same with the files that hold decisions twice, where that is known."""
    notes = [
        one.evidence.note
        for one in judged
        if one.broken and one.promise.table == f"{DECISIONS}{promises.BY_STRETCH}"
    ]
    return Mistake(f"{error}; {notes[0]}", error.hint) if notes else error


def kept(
    contract: Contract,
    sources: Sources,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    now: datetime,
) -> Kept:
    """What sources agreed on, judged over a period; rows that break it set aside where stated."""
    questions = promises.asked(promises.promises(contract), since, until or now, now)
    judged = sla.judged(questions, sources.tables, now)
    made = []
    for one in judged:
        if one.broken and one.promise.sla.on_breach == "quarantine":
            name, other = one.promise.source, one.promise.sla.beside
            both = _beside(contract, one.promise, sources.tables) if other else None
            table, away = aside.kept(one, sources.tables[name], both, now)
            sources = sources.with_table(name, table)
            made.append(away)
    return Kept(sources, judged, tuple(made))


def within(table: ir.Table, time: str, window: Window) -> ir.Table:
    """The rows decided in a window, and no other."""
    since, until = _moment(window.since), _moment(window.until)
    return table.filter(table[time] >= since, table[time] < until)


def check_label(table: ir.Table, contract: Contract, what: str) -> None:
    """Raises Mistake where the label of a table, called `what`, is none of the contract's task."""
    name, task = contract.data.label.column, contract.objective.task
    value = schema.column(table, name, what)
    if schema.neutral(value.type()) not in _LABELS[task]:
        hint = f"a {task} label is {' or '.join(_LABELS[task])}"
        raise Mistake(f"the label {name} is {value.type()}", hint)
    if task == "binary" and value.type().is_integer():
        other = table.filter(value.notin([0, 1]))[name].min().to_pyarrow().as_py()
        if other is not None:
            raise Mistake(f"the label {name} holds {other}", "a binary label is 0 or 1")


def opened(contract: Contract, reader: Reader) -> Sources:
    """The tables a contract names, in neutral types, their times in UTC."""
    decisions = named(contract, reader, DECISIONS)
    contexts = {
        name: decisions if one.source == DECISIONS else named(contract, reader, name)
        for name, one in contract.data.context.items()
    }
    opened = {**contexts, DECISIONS: decisions}
    return Sources(decisions, contexts, stretched(contract, reader, opened))


def stretched(contract: Contract, reader: Reader, opened: dict[str, Source]) -> dict[str, ir.Table]:
    """By the name of its promise, each source of which something is agreed by its stretches."""
    tables = {name: one.table for name, one in opened.items()}
    return {
        one.table: _beside(contract, one, tables)
        if one.sla.beside
        else by_stretch(contract, reader, one.source, opened[one.source])
        for one in promises.promises(contract)
        if one.table != one.source and {one.source, one.sla.beside or one.source} <= tables.keys()
    }


def _beside(contract: Contract, one: Promise, tables: dict[str, ir.Table]) -> ir.Table:
    """Rows of a source and of the one that it is held against."""
    other = str(one.sla.beside)
    seen = contract.data.context[other].available_at or ""
    return overlaps.beside(one, tables[one.source], tables[other], seen)


def by_stretch(contract: Contract, reader: Reader, name: str, opened: Source) -> ir.Table:
    """A source that is open, each row with the stretch it is of."""
    return source.stretched(reader, opened, _address(contract, name)[1])


def named(contract: Contract, reader: Reader, name: str) -> Source:
    """The table of one source by its name."""
    return source.opened(reader, *_address(contract, name))


def shape(contract: Contract, reader: Reader, name: str) -> tuple[Column, ...]:
    """The columns that `named` would give, whatever their values."""
    return source.shape(reader, *_address(contract, name))


def _address(contract: Contract, name: str) -> tuple[str, tuple[Moment, ...]]:
    """Where a source lies, and its columns that are times."""
    stated = contract.data
    clause = stated.decisions if name == DECISIONS else stated.context[name]
    own = (clause.time,) if isinstance(clause, Clause) else (clause.as_of, clause.available_at)
    timed = [one.element or () for one in clause.sla if KINDS[one.name].element in ("time", "seen")]
    names = dict.fromkeys((*filter(None, own), *itertools.chain.from_iterable(timed)))
    layout, zone = clause.format or "", clause.zone or ""
    return clause.source, tuple(Moment(one, layout, zone) for one in names)


def joined(
    contract: Contract,
    sources: Sources,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    now: datetime,
) -> Rows:
    """The same from tables that are open, as they came: here they are cleaned."""
    clause = contract.data.decisions
    opened = (sources.decisions, *sources.contexts.values())
    sources = cleaned(contract, sources)
    table, left_out = _expressible(sources.decisions.table)
    whole = Decisions(table, clause.key, clause.time)
    keys.refuse(whole, "data.decisions")
    check_label(whole.table, contract, "data.decisions")
    decided = _cut(whole, since, until, now)
    contexts = tuple(context_of(contract, sources, name) for name in contract.data.context)
    _refuse_early_labels(contract, sources)
    made = context.joined(decided, contexts, now)
    labelled = _with_known_label(made, contract, now)
    columns = schema.columns(labelled)
    return Rows(
        table=labelled,
        datasets=tuple(_dataset(one) for one in dict.fromkeys(opened)),
        columns=columns,
        visible=tuple(one for one in columns if one.name != contract.data.label.column),
        notes=(*filter(None, map(context.note, contexts)), *left_out),
    )


def prepared(contract: Contract, reader: Reader, now: datetime) -> Sources:
    """The sources as training sees them: without rows that are set aside, values set right."""
    found = opened(contract, reader)
    stated = [contract.data.decisions.sla, *(one.sla for one in contract.data.context.values())]
    if any(each.on_breach == "quarantine" for some in stated for each in some):
        found = kept(contract, found, now=now).sources
    return cleaned(contract, found)


def cleaned(contract: Contract, sources: Sources) -> Sources:
    """The same tables, their values set right."""
    for name in (DECISIONS, *contract.data.context):
        some = clauses.of_source(contract, name) if name in sources.tables else ()
        if some:
            sources = sources.with_table(name, cleaning.cleaned(sources.tables[name], some, name))
    return sources


def _counted(contract: Contract, sources: Sources) -> tuple[Cleaned, ...]:
    """Once for each table."""
    own = [name for name, one in contract.data.context.items() if one.source != DECISIONS]
    return tuple(
        one
        for name in (DECISIONS, *own)
        if name in sources.tables
        for one in cleaning.counts(sources.tables[name], clauses.of_source(contract, name), name)
    )


def _expressible(table: ir.Table) -> tuple[ir.Table, tuple[str, ...]]:
    """The columns of types that all engines share, and a note for each of the others."""
    found = schema.columns(table)
    reserved = [column.name for column in found if column.name.startswith(_RESERVED)]
    if reserved:
        raise Mistake(f"{reserved[0]}: names in {_RESERVED}… are taken", "rename the column")
    others = [column for column in found if column.type not in TYPES]
    notes = tuple(f"{one.name} is left out: nothing takes {one.type}" for one in others)
    return table.drop(*(one.name for one in others)), notes


def _cut(
    decisions: Decisions, since: datetime | None, until: datetime | None, now: datetime
) -> Decisions:
    time = decisions.table[decisions.time]
    kept = [time <= _moment(now)]
    kept += [time >= _moment(since)] if since else []
    kept += [time < _moment(until)] if until else []
    return decisions._replace(table=decisions.table.filter(kept))


def context_of(contract: Contract, sources: Sources, name: str) -> Context:
    clause, decisions = contract.data.context[name], contract.data.decisions
    own = clause.source == DECISIONS
    return Context(
        name=name,
        table=sources.contexts[name].table,
        on=clause.on,
        take=tuple(Taken(one.name, one.column, one.function or "") for one in clause.take),
        as_of=clause.as_of or (decisions.time if own else ""),
        within=clause.within,
        available_at=clause.available_at or "",
        over=clause.over,
        known_after=clause.known_after or timedelta(),
    )


def _refuse_early_labels(contract: Contract, sources: Sources) -> None:
    """A label read as context from the decisions' own file must wait until it is known."""
    label = contract.data.label
    for name, clause in contract.data.context.items():
        waits = clause.known_after if clause.over else timedelta()
        takes = label.column in (one.column for one in clause.take)
        same = sources.contexts[name].digest == sources.decisions.digest
        if takes and same and (waits or timedelta()) < label.known_after:
            raise Mistake(
                f"{name} takes the label {label.column} before it is known",
                "take an aggregate over time with the known_after of the label",
            )


def _with_known_label(table: ir.Table, contract: Contract, now: datetime) -> ir.Table:
    label = contract.data.label
    known = table[contract.data.decisions.time] <= _moment(now - label.known_after)
    value = table[label.column]
    return table.mutate(**{label.column: ibis.ifelse(known, value, ibis.null(value.type()))})


def _dataset(source: Source) -> Dataset:
    rows = source.table.count().to_pyarrow().as_py()
    return Dataset(source.address, source.digest, source.columns, rows)


def _moment(time: datetime) -> ir.TimestampScalar:
    return constant(time.isoformat(), TIME)
