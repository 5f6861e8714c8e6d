"""Answers to a batch of rows, as the door gives them one by one."""

from typing import Any, NamedTuple, Protocol

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mainstay.bundle import baseline, slices, stakes
from mainstay.bundle.manifest import Manifest
from mainstay.bundle.runtime import Runtime
from mainstay.core.columns import Columns, level
from mainstay.core.entries import ABSTAINED, ENGINE, EXPIRED
from mainstay.core.errors import Unavailable
from mainstay.data import columns as memory
from mainstay.data.stream import Batch, Flags
from mainstay.life.score.asked import Asks, matrix
from mainstay.life.score.judged import REJECT, SCORE, Judged, judged
from mainstay.seal.certificate import Certificate

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
BY = ("model", "baseline", "person")
MODEL, BASELINE, PERSON = range(3)
_ADDED = ("", ABSTAINED, EXPIRED, ENGINE)
"""What marks an answer beside rules; at most one of them does."""
_PLAIN, _ABSTAINED, _EXPIRED, _ENGINE = range(len(_ADDED))


class Standing(NamedTuple):
    """A version that answers. certificate: None where none holds; short: how answers name it."""

    runtime: Runtime
    certificate: Certificate | None
    short: str

    @property
    def levels(self) -> dict[str, frozenset[str]] | None:
        """The slices that are covered, by column; None where nobody is."""
        return levels(self.certificate, self.runtime.manifest)


def levels(certificate: Certificate | None, stated: Manifest) -> dict[str, frozenset[str]] | None:
    """See Standing."""
    if certificate is None:
        return None
    found = slices.judged(certificate)
    return found if slices.known(stated, found) else None


class Said(Protocol):
    """What is said of each row of a batch, wherever that was found out: see Answers.

    flagged: whether a rule marks it.
    """

    @property
    def score(self) -> Floats: ...
    @property
    def decided(self) -> Floats: ...
    @property
    def by(self) -> Codes: ...
    @property
    def covered(self) -> Flags: ...
    @property
    def rejected(self) -> Flags: ...
    @property
    def flagged(self) -> Flags: ...
    @property
    def flags(self) -> pa.Array: ...
    @property
    def breaches(self) -> pa.Array: ...
    @property
    def outcome(self) -> pa.Array: ...


class Answers(NamedTuple):
    """Of each row of a batch; a rejected one has none, and NaN for a score.

    by: place in BY; decided: 1 or 0, the value, the place of the class; NaN where nothing was
    decided. added: place in _ADDED.
    """

    judged: Judged
    score: Floats
    decided: Floats
    by: Codes
    added: Codes
    covered: Flags

    @property
    def rejected(self) -> Flags:
        """Which rows have no answer."""
        found: Flags = self.judged.outcome == REJECT
        return found

    @property
    def flagged(self) -> Flags:
        """Which rows a rule marks."""
        judged = self.judged
        found: Flags = np.array([bool(one.flags) for one in judged.kinds])[judged.kind]
        return found

    @property
    def flags(self) -> pa.Array:
        """Names of rules that mark an answer and what else does, one a line."""
        texts = [
            "\n".join(filter(None, (*kind.flags, added)))
            for kind in self.judged.kinds
            for added in _ADDED
        ]
        return coded(self.judged.kind * len(_ADDED) + self.added, texts)

    @property
    def breaches(self) -> pa.Array:
        """Names of rules for which no model answered, one a line."""
        kinds = self.judged.kinds
        texts = [text for kind in kinds for text in ("", "\n".join(kind.names))]
        kept = (self.by != BASELINE) | (self.added == _ABSTAINED)
        told = np.where(self.rejected, 1, ~kept)
        return coded(self.judged.kind * 2 + told, texts)

    @property
    def outcome(self) -> pa.Array:
        """Who decided; `rejected` where nobody did."""
        return who(self)


def who(said: Said) -> pa.Array:
    """Who decided; `rejected` where nobody did."""
    return coded(np.where(said.rejected, len(BY), said.by), [*BY, "rejected"])


def answers(batch: Batch, asks: Asks, standing: Standing) -> Answers:
    """The model's where certificate, slice, rules and score let it, else the baseline's.

    Raises Unavailable where the engine fails: what is written stays, so it is not answered by the
    baseline as at a door.
    """
    stated = standing.runtime.manifest
    found, covered = judged(batch, asks), _covered(batch, asks, standing)
    holds, lenient = standing.certificate is not None, stated.uncovered == "flag"
    asked = (found.outcome == SCORE) & holds & (covered | lenient)
    said = _said(batch, asks, standing.runtime, asked)
    unsaid = np.isnan(said.score)
    away = _away(stated, said.score)
    ruled = (unsaid | (away & _is_of_baseline(stated))) & (found.outcome != REJECT)
    by = np.where(ruled, BASELINE, np.where(away, PERSON, MODEL))
    score, decided = said.score.copy(), np.where(away, np.nan, said.decided)
    if ruled.any():
        rates = _rates(batch, asks, stated, ruled)
        leans = _leanings(batch, asks, stated, rates, np.flatnonzero(ruled))
        score[ruled], decided[ruled] = rates, _by_rate(stated, rates, leans)
    added = np.where(asked & unsaid, _ENGINE, np.where(away, _ABSTAINED, _PLAIN))
    return Answers(found, score, decided, by, added if holds else added * 0 + _EXPIRED, covered)


def decision(stated: Manifest, decided: Floats) -> pa.Array:
    """What was decided as a column: true or false, the value, or the text of the class."""
    none = np.isnan(decided)
    match stated.task:
        case "binary":
            return masked(decided > 0, none)
        case "regression":
            return masked(decided, none)
        case "multiclass":
            texts = [written(one) for one in stated.classes]
            return coded(np.where(none, -1, np.nan_to_num(decided)).astype(np.int64), texts)


def decision_text(stated: Manifest, decided: Floats) -> pa.Array:
    """The same as JSON writes it, text as it is."""
    made = decision(stated, decided)
    match stated.task:
        case "binary":
            said = np.where(np.isnan(decided), -1, decided).astype(np.int64)
            return coded(said, ["false", "true"])
        case "regression":
            return pa.array([None if one is None else written(one) for one in made.to_pylist()])
        case "multiclass":
            return made


def written(value: object) -> str:
    """A class or value as text."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def coded(codes: Codes, texts: list[str]) -> pa.Array:
    """A column of few texts; a code of -1 is null."""
    places = masked(codes.astype(np.int32), codes < 0)
    return pa.DictionaryArray.from_arrays(places, pa.array(texts, pa.string()))


def masked(values: NDArray[Any], nulls: Flags) -> pa.Array:
    """Values as they lie where none is null: a mask costs a copy."""
    return pa.array(values, mask=nulls if nulls.any() else None)


class _Said(NamedTuple):
    """Score and decision of the model, NaN where it was not asked or has no number to say."""

    score: Floats
    decided: Floats


def _said(batch: Batch, asks: Asks, runtime: Runtime, asked: Flags) -> _Said:
    score = np.full(batch.rows, np.nan)
    if not asked.any():
        return _Said(score, score)
    whole = matrix(batch, asks.inputs)
    found = runtime.tried(whole if asked.all() else whole[asked], most=batch.rows)
    if found is None:
        raise Unavailable(str(runtime.failure), hint="run it again: what is written stays")
    decided = score.copy()
    leans = _leanings(batch, asks, runtime.manifest, found, np.flatnonzero(asked))
    score[asked], decided[asked] = _decided(runtime.manifest, found, leans)
    return _Said(score, decided)


def _leanings(batch: Batch, asks: Asks, stated: Manifest, score: Floats, some: Codes) -> Floats:
    """What is held against a threshold; score: of these places."""
    if stated.stakes is None:
        return score
    columns = _columns(batch, asks, stated, stated.stakes.columns, some)
    return stakes.leanings(score, stakes.money(stated.stakes.payoffs, columns))


def _decided(stated: Manifest, found: Floats, leans: Floats) -> tuple[Floats, Floats]:
    """As runtime.Runtime decides."""
    if found.ndim > 1:
        sound: Flags = np.logical_and.reduce(np.isfinite(found), axis=1)
        likeliest = stakes.likeliest(np.where(sound[:, None], found, 0.0), stated.matrix)
        best = found[np.arange(len(found)), likeliest]
        return np.where(sound, best, np.nan), np.where(sound, likeliest, np.nan)
    score = np.where(np.isfinite(found), found, np.nan)
    if stated.threshold is None:
        return score, score
    return score, np.where(np.isnan(score), np.nan, leans >= stated.threshold)


def _away(stated: Manifest, score: Floats) -> Flags:
    """Where the model abstains."""
    band = stated.abstain
    if band is None:
        return np.zeros(len(score), np.bool_)
    inside: Flags = (score >= band.low) & (score <= band.high)
    return inside


def _is_of_baseline(stated: Manifest) -> bool:
    return stated.abstain is not None and stated.abstain.to == "baseline"


def _rates(batch: Batch, asks: Asks, stated: Manifest, some: Flags) -> Floats:
    """What the baseline says of some rows."""
    names = _read(stated.baseline) or stated.columns[:1]  # one says how many rows there are
    found = _columns(batch, asks, stated, names, np.flatnonzero(some))
    return baseline.rates(stated.baseline, found)


def _columns(
    batch: Batch, asks: Asks, stated: Manifest, names: tuple[str, ...], some: Codes
) -> Columns:
    """Request columns at some places, as the model sees them."""
    kinds = {one.name: one.type for one in stated.request}
    rows = pa.array(some)
    return {
        name: memory.values(
            pa.chunked_array([batch.column(asks.seen[name]).take(rows)]), name, kinds[name]
        )
        for name in names
    }


def _read(one: baseline.Baseline) -> tuple[str, ...]:
    match one:
        case baseline.Rates(by=by) | baseline.Commonest(by=by):
            return by
        case baseline.OfColumn(name=name):
            return (name,)
        case baseline.Constant():
            return ()


def _by_rate(stated: Manifest, rates: Floats, leans: Floats) -> Floats:
    """As runtime.Runtime decides by the baseline: its class or none, yes or no, the value."""
    if stated.task == "multiclass":
        return rates if stated.rules_a_class else np.full(len(rates), np.nan)
    yes = stated.baseline_threshold
    return rates if yes is None else (leans >= yes).astype(np.float64)


def _covered(batch: Batch, asks: Asks, standing: Standing) -> Flags:
    found = standing.levels
    covered = np.full(batch.rows, found is not None)
    for name, some in (found or {}).items():
        values = batch.coded(asks.values.get(name) or asks.seen[name])
        known = np.array([*(level(one) in some for one in values.levels), level(None) in some])
        covered &= known[values.codes]
    return covered


def table(answers: Said, standing: Standing, keys: Any, name: str) -> pa.Table:
    """Answers as they are written, without rejected rows; keys: the column of that name."""
    stated, rows = standing.runtime.manifest, len(answers.score)
    nothing = np.zeros(rows, np.int64)
    made = pa.table({
        name: keys,
        "score": answers.score,
        "decision": decision(stated, answers.decided),
        "decided_by": answers.outcome,
        "version": coded(nothing, [standing.runtime.version]),
        "certificate": coded(nothing, [standing.short if standing.certificate else ""]),
        "flags": answers.flags,
        "covered": answers.covered,
    })  # fmt: skip
    rejected = answers.rejected
    return made.filter(pa.array(~rejected)) if rejected.any() else made
