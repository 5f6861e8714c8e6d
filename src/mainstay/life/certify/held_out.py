"""Held-out decisions as they were, and as the version would have decided them."""

from typing import NamedTuple

import ibis.expr.types as ir
import msgspec
import numpy as np
from ibis.backends.duckdb import Backend

from mainstay.bundle.manifest import Manifest
from mainstay.bundle.runtime import Runtime
from mainstay.contract.model import Contract
from mainstay.core.columns import Columns, Text
from mainstay.core.errors import Unsure
from mainstay.core.nouns import Dataset, Window
from mainstay.core.places import Places
from mainstay.core.typed import FLAG, INTEGER, NUMBER, TEXT
from mainstay.data import batch, snapshot
from mainstay.data import rows as data_rows
from mainstay.data import rules as data_rules
from mainstay.data.rows import Rows
from mainstay.life.certify import searched
from mainstay.trainer import payoffs
from mainstay.trainer.measures import of_scores
from mainstay.trainer.scored import Abstained, Codes, Floats, abstained, leaning, scored

HELD_OUT = "hold-out"
DESCRIBING = (FLAG, INTEGER, NUMBER, TEXT)
RECORDS = 2000
"""Requests that latency is measured on."""


class HeldOut(NamedTuple):
    """Decisions of the hold-out with known labels that the guard lets through to the model.

    label: as number, shape (rows,); score: (rows,), multiclass (rows, classes); decided: what the
    version decides, by the baseline where it abstains; ruled: what the baseline decides; abstained:
    where it does, for `to` to decide; day and entity: block codes from 0; slices: text of each
    declared column; columns: all that describes a decision, as it came and as the model sees it;
    inputs: names of the latter. in_all: every decision with a label; stopped: those a rule stops;
    unlabelled: decisions of the window without a label so far. payoffs: see trainer.payoffs;
    leaning: what is held against the threshold, where that is not the score.
    """

    dataset: Dataset
    window: Window
    label: Floats
    score: Floats
    decided: Floats
    ruled: Floats
    day: Codes
    entity: Codes
    abstained: Abstained
    to: str
    slices: dict[str, Text]
    columns: Columns
    inputs: tuple[str, ...]
    records: tuple[bytes, ...]
    in_all: int
    stopped: int
    unlabelled: int
    payoffs: Floats | None = None
    leaning: Floats | None = None

    @property
    def blocks(self) -> tuple[Codes, ...]:
        """What the bootstrap draws: days, and entities."""
        return self.day, self.entity

    def of(self, rows: Codes) -> "HeldOut":
        """Some of the rows; block codes stay those of all."""
        parts = ("label", "score", "decided", "ruled", "day", "entity", "abstained")
        some = {name: getattr(self, name)[rows] for name in parts}
        for name in ("payoffs", "leaning"):
            values = getattr(self, name)
            some[name] = None if values is None else values[rows]
        return self._replace(**some)

    @property
    def weighed(self) -> Floats:
        """What is held against the threshold, shape (rows,)."""
        return self.score if self.leaning is None else self.leaning

    def told_by(self, metric: str) -> Abstained:
        """Which rows a metric speaks of, shape (rows,).

        What a person decides is not known, so decisions and money are those of the other rows. The
        baseline's answer holds no score of the model, so scores are those of the other rows.
        """
        hidden = "baseline" if of_scores(metric) else "person"
        return ~self.abstained | (self.to != hidden)

    def measured(self, metric: str) -> "HeldOut":
        """Those rows."""
        told = self.told_by(metric)
        return self if told.all() else self.of(np.flatnonzero(told))

    def population(self, metric: str) -> str:
        """In words, with the share that the model does not decide."""
        if not self.abstained.any():
            return HELD_OUT
        who = "the baseline" if self.to == "baseline" else "a person"
        left = f"{self.abstained.mean():.1%} left to {who}"
        return f"{HELD_OUT}, {left}" if self.told_by(metric).all() else f"{HELD_OUT} but {left}"


class Opening(NamedTuple):
    """Whose held-out rows are opened: the contract, the opened bundle, where snapshots go.

    also: columns that another version reads, frozen too where the rows hold them.
    """

    contract: Contract
    runtime: Runtime
    places: Places
    engine: Backend
    also: tuple[str, ...] = ()


def held_out(opening: Opening, rows: Rows, window: Window) -> HeldOut:
    """Reads the rows of a window once, freezes them, scores them.

    Raises Broken where a column has another type than the bundle was built with, Unsure where no
    decision has a label yet.
    """
    stated = opening.runtime.manifest
    batch.refuse_other_types(stated.requested, rows.columns)
    time = opening.contract.data.decisions.time
    decided = data_rows.within(rows.table, time, window).cache()  # joined once, asked three times
    label = opening.contract.data.label.column
    known = decided.filter(decided[label].notnull())
    kept = data_rules.let_through(known, stated.rules)
    in_all = _count(known)
    unlabelled = _count(decided) - in_all
    dataset = _frozen(opening, kept)
    if not dataset.rows:
        raise Unsure(
            f"no decision between {window.since:%Y-%m-%d} and {window.until:%Y-%m-%d} has a label",
            hint="wait until labels are known, or give a period: mainstay build --until DATE",
        )
    table = snapshot.read(opening.engine, dataset.digest, opening.places.snapshots)
    read = scored(table, opening.contract, opening.runtime)
    payoffs.refuse_unknown(opening.contract, read.columns)
    away, to = abstained(stated.abstain, read.score), stated.abstain.to if stated.abstain else ""
    if away.all():
        raise Unsure(
            "the version abstains from every held-out decision",
            hint="narrow serve.abstain.between, and build again",
        )
    return HeldOut(
        dataset=dataset,
        window=window,
        label=read.label,
        score=read.score,
        decided=np.where(away, read.ruled, read.decided),
        ruled=read.ruled,
        day=read.day,
        entity=read.entity,
        abstained=away,
        to=to,
        slices=_slices(opening.contract, {**read.columns, **read.seen}),
        columns={**described(stated, read.columns), **read.seen},
        inputs=tuple(read.seen),
        records=_records(stated, table),
        in_all=in_all,
        stopped=in_all - dataset.rows,
        unlabelled=unlabelled,
        payoffs=read.payoffs,
        leaning=leaning(stated, read.score, read.columns) if stated.stakes else None,
    )


def _frozen(opening: Opening, kept: ir.Table) -> Dataset:
    contract = opening.contract
    beside = (*_groups(contract), *opening.also)
    also = (name for name in dict.fromkeys(beside) if name in kept.columns)
    names = [*opening.runtime.manifest.columns, *also, contract.data.label.column]
    rows = kept.select(*dict.fromkeys(names))
    decisions = contract.data.decisions
    return snapshot.written(rows, opening.places.snapshots, decisions.key, decisions.time)


def _count(table: ir.Table) -> int:
    return int(table.count().to_pyarrow().as_py())


def _records(stated: Manifest, table: ir.Table) -> tuple[bytes, ...]:
    some = table.select(list(stated.columns)).limit(RECORDS).to_pyarrow().to_pylist()
    return tuple(msgspec.json.encode(row) for row in some)


def _slices(contract: Contract, columns: Columns) -> dict[str, Text]:
    slices = contract.certify.slices
    names = (*(slices.by if slices else ()), *_groups(contract))
    return {name: searched.text(columns[name]) for name in names}


def _groups(contract: Contract) -> tuple[str, ...]:
    """Columns that only fairness asks about: no request carries them."""
    stated = contract.certify.fairness
    return stated.groups if stated else ()


def described(stated: Manifest, columns: Columns) -> Columns:
    """What a caller sends that is no key, time or entity, and no moment."""
    sent = [one for one in stated.request if one.role == "field" and one.type in DESCRIBING]
    return {one.name: columns[one.name] for one in sent}
