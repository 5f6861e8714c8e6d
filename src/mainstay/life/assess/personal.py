"""Columns that seem to say something of a person, by the form of their texts: proposed, never said.

No text is told, and a form proves nothing: a place may be written as a person is.
"""

import re
from collections.abc import Iterator

import ibis.expr.types as ir

from mainstay.contract import odcs
from mainstay.contract.model import Contract
from mainstay.contract.origins import origin
from mainstay.core.columns import Text
from mainstay.data import columns, schema
from mainstay.life.assess.proposals import Oddity, Proposal, source_of
from mainstay.life.assess.sample import sampled
from mainstay.life.assess.survey import kind

ROWS = 5_000
MOSTLY, FEWEST = 0.8, 20
"""Share of the different texts that have a form, and how many of them there must be."""
FORMS = {
    "an e-mail address": re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}"),
    "a telephone number": re.compile(r"(?=(?:\D*\d){7,15}\D*$)(?:\+|00|\(|0)[\d ()./-]+"),
    "a number of an account": re.compile(r"[A-Z]{2}\d{2} ?(?:[A-Z0-9]{4} ?){2,7}[A-Z0-9]{1,4}"),
    "an address of a computer": re.compile(r"\d{1,3}(?:\.\d{1,3}){3}"),
    "first and last name": re.compile(r"[A-Z][^\W\d_]+(?:[ -][A-Z]\.?)?[ ,]+[A-Z][^\W\d_]+"),
}


def proposals(contract: Contract, rows: ir.Table, *, known: int) -> tuple[Proposal, ...]:
    """Of every column of text of which nobody has said whether it is personal.

    known: how many rows there are; about ROWS of them are looked at.
    """
    names = [one for one in rows.columns if kind(rows[one]) == "string" and _open(contract, one)]
    if not names:
        return ()
    part = sampled(rows, contract.data.decisions.key, rows=known, most=ROWS)
    found = columns.fetched(schema.widened(part.select(*names)))
    return tuple(
        Proposal(name, "string", len(values.codes), oddity, source_of(contract, name))
        for name, values in found.items()
        if isinstance(values, Text)
        for oddity in _odd(values)
    )


def _open(contract: Contract, name: str) -> bool:
    """Whether it is a column of a source that says nothing of it."""
    found = origin(contract, name)
    if found is None:
        return False
    clause = odcs.source(contract, found.source)
    stated = (clause.columns.get(found.column), clause.about)
    return all(one is None or one.personal is None for one in stated)


def _odd(values: Text) -> Iterator[Oddity]:
    if len(values.levels) < FEWEST:
        return
    for what, form in FORMS.items():
        share = sum(bool(form.fullmatch(one.strip())) for one in values.levels)
        if share >= MOSTLY * len(values.levels):
            rows = int((values.codes >= 0).sum())
            yield Oddity("personal", rows, f"texts of the form of {what}", about={"personal": True})
            return
