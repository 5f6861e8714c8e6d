"""Proposals to clean what features() reads; nothing is changed."""

from collections.abc import Iterator

import ibis.expr.types as ir
import numpy as np
from msgspec import structs

from mainstay.contract.fields import OBSERVED, FieldClause
from mainstay.contract.model import Contract
from mainstay.core import expressions
from mainstay.core.columns import Numbers, Text
from mainstay.core.expressions import Output
from mainstay.data import columns, schema
from mainstay.life.assess import odd_numbers, odd_texts
from mainstay.life.assess.arriving import absent
from mainstay.life.assess.drafts import of_row
from mainstay.life.assess.proposals import Oddity, Proposal, source_of
from mainstay.life.assess.sample import sampled
from mainstay.life.assess.survey import kind
from mainstay.stats.blocks import sums

ROWS = 100_000


def proposals(
    contract: Contract, rows: ir.Table, outputs: tuple[Output, ...], *, known: int
) -> tuple[Proposal, ...]:
    """Of every column that features() reads, over about ROWS rows by the hash of the key.

    known: how many rows there are. Of columns that the journal drops or hides no level is told.
    """
    read = dict.fromkeys(name for one in outputs for name in expressions.columns(one.expression))
    names = [name for name in read if kind(rows[name]) in ("integer", "number", "string")]
    if not names:
        return ()
    part = sampled(rows, contract.data.decisions.key, rows=known, most=ROWS)
    found = columns.fetched(schema.widened(part.select(*names)))
    return tuple(
        Proposal(
            name, str(kind(rows[name])), len(absent(found[name])), _fitting(contract, name, oddity),
            source_of(contract, name),
        )
        for name in names
        for oddity in _odd(contract, name, found[name])
    )  # fmt: skip


def _fitting(contract: Contract, name: str, oddity: Oddity) -> Oddity:
    """Without what would make a column another than its clause says, or than rows are found by."""
    field, decisions = contract.data.fields.get(name), contract.data.decisions
    other = field and oddity.clean.get("type") not in (None, field.type)
    if other or name in (decisions.key, decisions.time):
        return structs.replace(oddity, clean={})
    return oddity


def _odd(contract: Contract, name: str, values: Numbers | Text) -> Iterator[Oddity]:
    field = contract.data.fields.get(name)
    nulls = int(absent(values).sum())
    if field and field.nulls == "refused" and nulls:
        yield Oddity("nulls", nulls, "null, which its clause refuses", {}, {"nulls": "allowed"})
    if isinstance(values, Text):
        private = {*contract.serve.journal.drop, *contract.serve.journal.pseudonymise}
        if name not in private and not _agreed(field):
            yield from odd_texts.odd(of_row(name), _counted(values))
        return
    numbers = values.astype(np.float64)
    for oddity in odd_numbers.odd(of_row(name), numbers[np.isfinite(numbers)]):
        if not (oddity.clause and field and _bounded(field)):
            yield oddity


def _agreed(field: FieldClause | None) -> bool:
    """Whether somebody has listed what it can be: what was observed is nobody's word."""
    return field is not None and field.one_of not in (None, OBSERVED)


def _bounded(field: FieldClause) -> bool:
    """Whether somebody has agreed on a range already."""
    return field.between is not None or field.between_by is not None


def _counted(values: Text) -> dict[str, int]:
    held = values.codes[values.codes >= 0]
    rows = sums(held.astype(np.int64), np.ones(len(held)), len(values.levels))
    return {level: int(n) for level, n in zip(values.levels, rows, strict=True) if n}
