"""How far the held-out rows are other rows than those the version learned from, and in what."""

from typing import NamedTuple

import msgspec
import numpy as np

from mainstay.core.columns import Columns, Numbers, Text, stacked
from mainstay.core.nouns import Estimate, Evidence, Limit, known
from mainstay.life.certify import searched
from mainstay.life.certify.gates import Asked, judged
from mainstay.life.certify.learned_rows import LearnedRows
from mainstay.stats import apart, telling
from mainstay.stats.blocks import Blocks
from mainstay.trainer.scored import Abstained, Floats

CLAUSE = "representative"
ROWS, NAMED = 10_000, 3
"""Rows of each side that are told apart; columns that are named."""
METHOD = "naive Bayes on halves of the days, a floor of what tells training rows from held-out ones"


class Unlike(NamedTuple):
    """strength: the ROC AUC of telling them apart. weight: of each training row, how much oftener

    its like is held out. differs: the columns that tell most, each with how far it is apart.
    """

    strength: Estimate
    weight: Floats
    differs: tuple[str, ...]


def told(asked: Asked, rows: LearnedRows) -> Unlike:
    """By all columns that describe a decision, as it came and as the model sees it."""
    places = _some(asked)
    both = stacked(rows.columns, _of(asked.held.columns, places))
    count = len(rows.unseen.label)
    there = np.arange(count + len(places)) >= count
    day = _days(rows.unseen.day, asked.held.day[places])
    columns = searched.own(both)
    scores = telling.scores(columns, there, day, seed=asked.seed)
    found = telling.told(scores, there, (day,), seed=asked.seed)
    weight = apart.ratios(np.asarray(np.sum(list(scores.values()), axis=0)), there)
    first = [(name, strength) for name, strength in found.alone if strength > 0.5][:NAMED]
    differs = (f"{name} {strength:.2f} ({_apart(both[name], there)})" for name, strength in first)
    return Unlike(_floor(found.together), weight, tuple(differs))


def evidence(asked: Asked, rows: LearnedRows, found: Unlike) -> Evidence:
    """A gate where `certify.generalises.told` is stated."""
    most = asked.contract.certify.generalises.told
    population = f"held-out rows beside {len(rows.unseen.label):,} training rows"
    limit = Limit("at_most", 1.0 if most is None else most)
    one = judged(asked, CLAUSE, found.strength, limit, METHOD, said(found))
    one = msgspec.structs.replace(one, population=population)
    if most is not None:
        return one
    return msgspec.structs.replace(one, estimate=known(found.strength), limit=None, verdict=None)


def said(found: Unlike) -> str:
    """What tells the rows apart."""
    return f"roc_auc alone: {'; '.join(found.differs)}" if found.differs else "nothing tells them"


def _floor(found: Estimate) -> Estimate:
    """What is told the wrong way round, as days of few weeks are, is not told at all."""
    value, low, high = (max(one, 0.5) for one in (found.value, found.low, found.high))
    return Estimate(value, low, high, found.n, found.unit)


def _some(asked: Asked) -> Blocks:
    count = len(asked.held.label)
    drawn = np.random.default_rng(asked.seed).choice(count, min(ROWS, count), replace=False)
    return np.sort(drawn)


def _of(columns: Columns, places: Blocks) -> Columns:
    return {
        name: Text(one.codes[places], one.levels) if isinstance(one, Text) else one[places]
        for name, one in columns.items()
    }


def _days(learned: Blocks, held: Blocks) -> Blocks:
    """No day is both: the hold-out begins after the last day that was learned from."""
    found = np.concatenate([learned, held + learned.max(initial=-1) + 1])
    return np.asarray(np.unique(found, return_inverse=True)[1])


def _apart(values: Numbers | Text, there: Abstained) -> str:
    """Of numbers how far the mean moved; of texts the level whose share moved most."""
    if not isinstance(values, Text):
        numbers = np.asarray(values, dtype=np.float64)
        moved = apart.standardised(numbers[~there], numbers[there])
        return f"mean {moved:+.2f} standard deviations"
    shares = [
        np.bincount(values.codes[some] + 1, minlength=len(values.levels) + 1) / max(some.sum(), 1)
        for some in (~there, there)
    ]
    at = int(np.argmax(np.abs(shares[1] - shares[0])))
    name = values.levels[at - 1] if at else "missing"
    return f"{name} {shares[0][at]:.0%} -> {shares[1][at]:.0%}"
