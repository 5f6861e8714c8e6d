"""The same rows as several versions decide them, kept in numbers: stretches can be pooled."""

import zlib
from functools import reduce
from typing import NamedTuple

import msgspec
import numpy as np

from mainstay.contract.sources import Decisions
from mainstay.core.columns import Columns, Text
from mainstay.core.nouns import Window
from mainstay.stats.blocks import Floats
from mainstay.trainer.scored import MICROSECONDS_A_DAY, Codes, Scored, numbers

OWN = 4
"""Columns of a row before its money and its versions."""


class Said(NamedTuple):
    """What one version says: scores (rows,) or (rows, classes), and what it decides (rows,)."""

    score: Floats
    decided: Floats


class Paired(msgspec.Struct, frozen=True):
    """A stretch of labelled decisions that the model answered, by versions of known names.

    The fresh version learned from what was known before the stretch. content: float64 of `shape`,
    little-endian: label, ruled, day, entity, money by so many kinds where it hangs on the row, then
    for each version its decision and its scores. previous: "" where there was none.
    """

    window: Window
    live: str
    previous: str
    shape: tuple[int, int]
    content: bytes
    kinds: int = 0


class Rows(NamedTuple):
    """Pooled stretches. day, entity: block codes from 0. previous: None where one has none."""

    label: Floats
    ruled: Floats
    day: Codes
    entity: Codes
    live: Said
    fresh: Said
    previous: Said | None
    payoffs: Floats | None = None

    @property
    def blocks(self) -> tuple[Codes, ...]:
        return self.day, self.entity

    def by(self, said: Said) -> "Version":
        """The rows as one of the versions decides them."""
        return Version(self.label, said.score, said.decided, self.ruled, self.payoffs)


class Version(NamedTuple):
    """What trainer.measures takes."""

    label: Floats
    score: Floats
    decided: Floats
    ruled: Floats
    payoffs: Floats | None = None


def paired(
    window: Window, names: tuple[str, str], rows: Scored, said: tuple[Said, ...], clause: Decisions
) -> Paired:
    """names: of the live and the previous version; said: by live, fresh and, if any, previous."""
    day = numbers(rows.columns[clause.time]) // MICROSECONDS_A_DAY
    entity = entities(rows.columns, tuple(filter(None, (clause.entity, clause.key))))
    money = [] if rows.payoffs is None else list(rows.payoffs.T)
    parts = [part for one in said for part in (one.decided, one.score)]
    found = np.column_stack([rows.label, rows.ruled, day, entity, *money, *parts]).astype("<f8")
    shape = (found.shape[0], found.shape[1])
    return Paired(window, *names, shape, found.tobytes(), len(money))


def pooled(stretches: tuple[Paired, ...]) -> Rows:
    """All rows together; the previous version only where every stretch has the same one."""
    found = [np.frombuffer(one.content, "<f8").reshape(one.shape) for one in stretches]
    versions, kinds = {(one.previous, one.shape[1]) for one in stretches}, stretches[0].kinds
    own = OWN + kinds
    count = 3 if len(versions) == 1 and stretches[0].previous else 2
    width = (found[0].shape[1] - own) // (3 if stretches[0].previous else 2)
    table = np.concatenate([one[:, : own + count * width] for one in found]).astype(np.float64)
    said = [_said(table[:, at : at + width]) for at in range(own, table.shape[1], width)]
    day, entity = (np.unique(table[:, at], return_inverse=True)[1] for at in (2, 3))
    money = table[:, OWN:own] if kinds else None
    return Rows(table[:, 0], table[:, 1], day, entity, said[0], said[1], (*said, None)[2], money)


def days(stretch: Paired) -> Floats:
    """Of each row, counted from 1970."""
    return np.frombuffer(stretch.content, "<f8").reshape(stretch.shape)[:, 2].astype(np.float64)


def entities(columns: Columns, names: tuple[str, ...]) -> Floats:
    """A number for each row, the same in every stretch: of the first column that is not missing.

    names: the entity before the key.
    """
    found = [_hashed(columns, name) for name in names]
    return reduce(lambda one, other: np.where(np.isnan(one), other, one), found)


def _hashed(columns: Columns, name: str) -> Floats:
    """Texts by checksum; NaN where missing."""
    values = columns[name]
    if not isinstance(values, Text):
        return numbers(values)
    sums = [float(zlib.crc32(level.encode())) for level in values.levels]
    return np.array([*sums, np.nan])[values.codes]


def _said(part: Floats) -> Said:
    score = part[:, 1:]
    return Said(score[:, 0] if score.shape[1] == 1 else score, part[:, 0])
