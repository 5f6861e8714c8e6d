"""Labels bet against the estimates as they arrive, each once; what a look leaves to the next."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from mainstay.core.columns import Columns, Text
from mainstay.stats import audit
from mainstay.stats.audit import Terms, Wealth
from mainstay.stats.blocks import Blocks, Floats

ENOUGH = 300.0
"""Independent labels without a refutation that verify: as many find a 10-point loss, see bench."""
Names = NDArray[np.int64]


class Audit(msgspec.Struct, frozen=True):
    """Of one metric. refuted: when labels refuted it last, until ENOUGH agree again."""

    metric: str
    wealth: Wealth = Wealth()
    refuted: datetime | None = None

    @property
    def verified(self) -> bool:
        """Whether enough labels agree."""
        return self.refuted is None and self.wealth.worth >= ENOUGH


class Audited(msgspec.Struct, frozen=True):
    """After one look at a version. newest: when the last label of all was known.

    names: int64 little-endian, of the decisions whose labels this look bet.
    """

    version: str
    audits: tuple[Audit, ...]
    names: bytes = b""
    newest: datetime | None = None

    def of(self, metric: str) -> Audit:
        return next((one for one in self.audits if one.metric == metric), Audit(metric))


class Labels(NamedTuple):
    """What the labels of one look say of a metric, in the order they came.

    surprise, terms: see stats.audit; day: block of each; rows: labels of each day in all; known:
    when each was known, microseconds since 1970.
    """

    surprise: Floats
    day: Blocks
    rows: Floats
    known: Floats
    terms: Terms


def before(earlier: tuple[Audited, ...], version: str) -> Audited:
    """Where the looks at a version stand: the last one, with the names of them all."""
    ours = [one for one in earlier if one.version == version]
    names = b"".join(one.names for one in ours)
    last = ours[-1] if ours else Audited(version, ())
    return msgspec.structs.replace(last, names=names)


def betted(before: Audit, labels: Labels) -> Audit:
    """After these labels; from the one that refutes on, another audit begins."""
    weight = audit.weights(labels.day, labels.rows, labels.terms.share)
    wealth, refuted, at = before.wealth, before.refuted, 0
    while at < len(weight):
        bet = audit.bet(wealth, labels.surprise[at:], weight[at:], labels.terms)
        if bet.at is None:
            wealth, at = bet.wealth, len(weight)
        else:
            at += bet.at
            wealth, refuted = Wealth(), moment(labels.known[at - 1])
    agrees = refuted is not None and wealth.worth >= ENOUGH
    return Audit(before.metric, wealth, None if agrees else refuted)


def moment(microseconds: float) -> datetime:
    """Of microseconds since 1970."""
    return datetime.fromtimestamp(float(microseconds) / 1e6, UTC)


def names(columns: Columns, key: str) -> Names:
    """A number for each decision, the same in every look."""
    values = columns[key]
    if not isinstance(values, Text):
        return np.asarray(values).astype(np.int64)
    return np.array([*map(_number, values.levels), -1], dtype=np.int64)[values.codes]


def unknown(mine: Names, seen: bytes) -> NDArray[np.bool_]:
    """Which of these no look has bet on."""
    return ~np.isin(mine, np.frombuffer(seen, "<i8"))


def refuted(found: Audited) -> Iterator[Audit]:
    """Those that are."""
    return (one for one in found.audits if one.refuted is not None)


def _number(text: str) -> int:
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)
