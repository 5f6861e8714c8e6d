"""A batch as the journal of a door would have it: what was asked and answered, for the watch.

What a contract hides is hidden here too. One file for a partition of an output, in place of the one
before.
"""

import hashlib
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from mainstay.bundle.manifest import Manifest
from mainstay.core import pseudonyms
from mainstay.core.pseudonyms import Act
from mainstay.core.typed import INTEGER, TIME
from mainstay.data import records
from mainstay.data.snapshot import ARROW
from mainstay.data.stream import Batch, Flags
from mainstay.life.score.answers import Said, Standing, coded, decision_text, masked
from mainstay.life.score.asked import Asks

_ANSWERED = 200  # the status of a request of which any record was answered


class Recording(NamedTuple):
    """When it was answered and under which routing; secret: of pseudonyms, empty without one."""

    at: datetime
    sequence: int
    secret: bytes = b""


def first_place(name: str) -> int:
    """Of the rows of one file: below zero, where a journal has none; each file elsewhere."""
    return -(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest()) >> 2) - 1


def table(
    batch: Batch, asks: Asks, answers: Said, standing: Standing, how: Recording, place: int
) -> pa.Table:
    """The rows of a batch, the columns of the request first; place: of the first row."""
    stated, rows = standing.runtime.manifest, batch.rows
    answered = ~answers.rejected
    nothing = np.zeros(rows, np.int64)
    said = {
        records.AT: pa.array(np.full(rows, how.at.replace(tzinfo=None), "M8[us]"), ARROW[TIME]),
        records.PLACE: place + np.arange(rows),
        records.SEQUENCE: np.full(rows, how.sequence),
        records.STATUS: np.full(rows, _ANSWERED),
        records.OUTCOME: answers.outcome,
        records.SCORE: masked(answers.score, np.isnan(answers.score)),
        records.DECISION: decision_text(stated, answers.decided),
        records.VERSION: _where(answered, coded(nothing, [standing.runtime.version])),
        records.CERTIFICATE: _where(
            answered, coded(nothing, [standing.short if standing.certificate else ""])
        ),
        records.FLAGS: _where(answered, answers.flags),
        records.BREACHES: answers.breaches,
        records.COVERED: masked(answers.covered, answers.rejected),
        records.TRACE: coded(nothing, [""]),
        records.CUT: pa.nulls(rows, ARROW[TIME]),
    }  # fmt: skip
    return pa.table({**_request(batch, asks, stated, how.secret), **said})


def _where(answered: Flags, texts: pa.Array) -> pa.Array:
    """Empty where nothing was answered."""
    if answered.all():
        return texts
    codes = np.where(answered, texts.indices.to_numpy(), len(texts.dictionary))
    return coded(codes.astype(np.int64), [*texts.dictionary.to_pylist(), ""])


def _request(batch: Batch, asks: Asks, stated: Manifest, secret: bytes) -> dict[str, Any]:
    kinds = {one.name: one.type for one in stated.request}
    return {
        name: _hidden(batch.column(at), kinds[name], stated.private.get(name), secret)
        for name, at in asks.came.items()
        if _is_written(stated.private.get(name), secret)
    }


def _is_written(act: Act | None, secret: bytes) -> bool:
    return act != "drop" and not (act == "pseudonymise" and not secret)


def _hidden(column: Any, kind: str, act: Act | None, secret: bytes) -> Any:
    if act != "pseudonymise":
        return column
    found = column.dictionary_encode()
    whole = kind == INTEGER
    said = [
        pseudonyms.of_integer(secret, one) if whole else pseudonyms.of_text(secret, one)
        for one in found.dictionary.to_pylist()
    ]
    return pa.array(said, ARROW[kind]).take(found.indices)
