"""The simplest that does: what a version is better by than models that anybody can read.

The ladder: the rule that it must beat anyway, a linear model, a small tree. Each is fitted on the
version's own training rows, at most ROWS of them drawn at random, its threshold chosen there too,
and held against the version on the same held-out rows.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import ibis.expr.types as ir
import msgspec
import numpy as np

from mainstay.bundle import baseline, stakes
from mainstay.bundle.baseline import Rates
from mainstay.bundle.manifest import Manifest
from mainstay.bundle.runtime import Runtime
from mainstay.contract.metrics import MEASURES, Metric
from mainstay.core import clock
from mainstay.core.inputs import matrix
from mainstay.core.nouns import Estimate, Evidence, Limit, known
from mainstay.data import columns as memory
from mainstay.data import features
from mainstay.data import rules as data_rules
from mainstay.life.certify import rungs
from mainstay.life.certify.differences import Both, differences
from mainstay.life.certify.gates import Asked, judged
from mainstay.life.certify.held_out import HeldOut
from mainstay.life.certify.rungs import Matrix, Rung, Vector
from mainstay.stats import bootstrap, value
from mainstay.trainer import payoffs
from mainstay.trainer.measures import statistic, worth
from mainstay.trainer.scored import Floats, numbers

CLAUSE = "simplest"
ROWS, TRIES = 10_000, 3
METHOD = (
    f"gain on the same rows, max-|t| block bootstrap over the ladder, 95 %; each fitted on at most"
    f" {ROWS:,} training rows"
)


class Seen(NamedTuple):
    """Rows as the rungs see them: inputs, labels, what the rule says of each; see payoffs."""

    rows: Matrix
    label: Vector
    rule: Floats
    payoffs: Floats | None = None

    def leaning(self, score: Floats) -> Floats:
        """What is held against a threshold, where money hangs on the row."""
        return score if self.payoffs is None else stakes.leanings(score, self.payoffs)


class Reached(NamedTuple):
    """What one rung says of the held-out rows, of how many numbers it is, seconds for them."""

    name: str
    score: Floats
    decided: Floats
    numbers: int
    seconds: float


def compared(
    asked: Asked, opened: Runtime, learned: ir.Table, held: ir.Table
) -> Iterator[Evidence]:
    """One gate a rung where `certify.simplest.margin` is stated, else a finding.

    learned, held: training and held-out rows, the latter in their order. Not of several classes.
    """
    stated = opened.manifest
    if stated.task == "multiclass":
        return
    train, test = (_seen(one, stated, asked) for one in (learned, held))
    train = _some(train, asked.seed)
    taken = _seconds(lambda: opened.scores(test.rows))[1]
    yield from against(asked, list(_ladder(asked, stated, train, test)), taken)


def against(asked: Asked, ladder: list[Reached], taken: float) -> Iterator[Evidence]:
    """The version against every rung, all intervals together; taken: its seconds for all rows."""
    metric = _metric(asked)
    rows = np.flatnonzero(asked.held.told_by(metric))
    ours = asked.held.of(rows)
    both = [Both(ours, _rival(asked.held, one).of(rows)) for one in ladder]
    gains = differences(asked, metric, both)
    for one, pair, gain in zip(ladder, both, gains, strict=True):
        yield _evidence(asked, one, gain, _told(asked, one, pair.theirs, taken))


def _metric(asked: Asked) -> Metric:
    return asked.contract.objective.good_enough[0].metric


def _evidence(asked: Asked, one: Reached, gain: Estimate, note: str) -> Evidence:
    margin = asked.contract.certify.simplest.margin
    clause = f"{CLAUSE}, {one.name}"
    if margin is not None:
        return judged(asked, clause, gain, Limit("at_least", margin), METHOD, note)
    limited = judged(asked, clause, gain, Limit("at_least", 0), METHOD, note)
    return msgspec.structs.replace(limited, limit=None, verdict=None)


def _told(asked: Asked, one: Reached, theirs: HeldOut, taken: float) -> str:
    """`it reaches 0.671 (0.664 to 0.678) with 61 numbers, 40 times cheaper`"""
    metric = _metric(asked)
    measure, _ = statistic(metric, theirs, asked.contract)
    found = known(bootstrap.estimate(measure, theirs.blocks, seed=asked.seed, repeats=300))
    form = ".3f" if MEASURES[metric].high == 1 else ",.0f"
    reaches = f"{found.value:{form}} ({found.low:{form}} to {found.high:{form}})" if found else "?"
    cheaper = f", about {taken / one.seconds:.2g} times cheaper to score" if one.seconds else ""
    return f"it reaches {reaches} with {one.numbers:,} numbers{cheaper}"


def _ladder(asked: Asked, stated: Manifest, train: Seen, test: Seen) -> Iterator[Reached]:
    binary = stated.task == "binary"
    yield Reached("the rule", test.rule, asked.held.ruled, _size(stated), 0.0)
    yield _reached(
        asked, "linear", rungs.linear(train.rows, train.label, stated.inputs, binary=binary),
        train, test,
    )  # fmt: skip
    tree = rungs.tree(train.rows, train.label, stated.inputs)
    yield _reached(asked, "small tree", tree, train, test)


def _reached(asked: Asked, name: str, rung: Rung, train: Seen, test: Seen) -> Reached:
    score, seconds = _seconds(lambda: rung.says(test.rows))
    if asked.contract.objective.task != "binary":
        return Reached(name, score, score, rung.numbers, seconds)
    cut = 0.5
    if asked.contract.objective.value is not None:
        money = worth(asked.contract, train.payoffs)
        cut = value.best_threshold(train.label, train.leaning(rung.says(train.rows)), money)
    decided = np.where(test.leaning(score) >= cut, 1.0, 0.0)
    return Reached(name, score, decided, rung.numbers, seconds)


def _seconds(work: Callable[[], Floats]) -> tuple[Floats, float]:
    """The shortest of a few tries: what else runs only makes one longer."""
    found, taken = _timed(work)
    return found, min(taken, *(_timed(work)[1] for _ in range(TRIES - 1)))


def _timed(work: Callable[[], Floats]) -> tuple[Floats, float]:
    began = clock.stopwatch()
    return work(), clock.stopwatch() - began


def _size(stated: Manifest) -> int:
    """Rates of the rule, and its default."""
    rule = stated.baseline
    return len(rule.cells) + 1 if isinstance(rule, Rates) else 1


def _rival(held: HeldOut, one: Reached) -> HeldOut:
    return held._replace(score=one.score, decided=one.decided)


def _seen(table: ir.Table, stated: Manifest, asked: Asked) -> Seen:
    label = asked.contract.data.label.column
    rows = data_rules.imputed(table, stated.rules)
    came = memory.fetched(rows)
    inputs = memory.fetched(features.inputs(rows, stated.outputs, ()))
    rule = baseline.rates(stated.baseline, came)
    by_row = payoffs.by_row(asked.contract, came) if stated.stakes else None
    return Seen(matrix(inputs, stated.inputs), numbers(came[label]), rule, by_row)


def _some(seen: Seen, seed: int) -> Seen:
    count = len(seen.label)
    if count <= ROWS:
        return seen
    places = np.random.default_rng(seed).choice(count, ROWS, replace=False)
    kept = np.sort(places)
    by_row = None if seen.payoffs is None else seen.payoffs[kept]
    return Seen(seen.rows[kept], seen.label[kept], seen.rule[kept], by_row)
