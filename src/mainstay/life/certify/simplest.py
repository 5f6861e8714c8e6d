"""The simplest that does: what a version is better by than models that anybody can read.

The ladder: the rule that it must beat anyway, a linear model, a small tree. Each is fitted on the
version's own training rows, at most ROWS of them drawn at random, its threshold chosen there too,
and held against the version on the same held-out rows.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import ibis.expr.types as ir
import msgspec
import numpy as np
from numpy.typing import NDArray

from mainstay.bundle import baseline, runtime, stakes
from mainstay.bundle.baseline import Commonest, Rates
from mainstay.bundle.manifest import Manifest
from mainstay.bundle.runtime import Runtime
from mainstay.contract.metrics import MEASURES, Metric
from mainstay.core import clock
from mainstay.core.columns import Columns, Numbers, Text
from mainstay.core.inputs import inputs as inputs_of
from mainstay.core.inputs import matrix
from mainstay.core.nouns import Estimate, Evidence, Limit, known
from mainstay.data import columns as memory
from mainstay.data import features
from mainstay.data import rules as data_rules
from mainstay.life.certify import rungs
from mainstay.life.certify.differences import Both, differences
from mainstay.life.certify.gates import Asked, judged
from mainstay.life.certify.held_out import HeldOut
from mainstay.life.certify.rungs import Matrix, Vector
from mainstay.stats import bootstrap, value
from mainstay.trainer import payoffs
from mainstay.trainer.measures import statistic, worth
from mainstay.trainer.scored import Floats, numbers, placed

CLAUSE = "simplest"
ROWS, TRIES, TIMED = 10_000, 3, 5000
MODELS = (runtime.BOOSTER, runtime.FORM, runtime.GRAPH, runtime.ORIGINAL)
"""Roles of files that hold what was learned."""
METHOD = (
    f"gain on the same rows, max-|t| block bootstrap over the ladder, 95 %; each fitted on at most"
    f" {ROWS:,} training rows"
)


class Rung(msgspec.Struct, frozen=True):
    """One simpler model. gain: what the version is better by; reaches: what it comes to alone.

    numbers: of which it consists; seconds: for a row, None where that is too little to tell.
    """

    name: str
    gain: Estimate | None
    reaches: Estimate | None
    numbers: int
    seconds: float | None


class Ladder(msgspec.Struct, frozen=True):
    """All of them by one metric. size: bytes of what the version learned; seconds: its own for a

    row.
    """

    metric: Metric
    rungs: tuple[Rung, ...]
    size: int
    seconds: float


class Seen(NamedTuple):
    """Rows as the rungs see them: inputs, labels, the columns that the rule looks at, and what it

    says of each; payoffs: see payoffs.
    """

    rows: Matrix
    label: Vector
    groups: Columns
    rule: Floats
    payoffs: Floats | None = None

    def leaning(self, score: Floats) -> Floats:
        """What is held against a threshold, where money hangs on the row."""
        return score if self.payoffs is None else stakes.leanings(score, self.payoffs)


class Reached(NamedTuple):
    """What one rung says of the held-out rows, of how many numbers it is, seconds for a row."""

    name: str
    score: Matrix | Floats
    decided: Floats
    numbers: int
    seconds: float


def compared(asked: Asked, opened: Runtime, learned: ir.Table, held: ir.Table) -> Ladder:
    """The version against every rung, all intervals together; its size is left to say.

    learned, held: training and held-out rows, the latter in their order.
    """
    stated = opened.manifest
    train, test = (_seen(one, stated, asked) for one in (learned, held))
    train = _some(train, asked.seed)
    taken = _a_row(opened.scores, test.rows)
    return against(asked, list(_ladder(asked, stated, train, test)), taken)


def size(bundle: Path, stated: Manifest) -> int:
    """Bytes of what was learned, in whichever form the bundle holds it first."""
    files = stated.engine.files
    held = next(files[role] for role in MODELS if role in files)
    return (bundle / held).stat().st_size


def against(asked: Asked, ladder: list[Reached], seconds: float) -> Ladder:
    """seconds: of the version, for a row."""
    metric = _metric(asked)
    rows = np.flatnonzero(asked.held.told_by(metric))
    ours = asked.held.of(rows)
    both = [Both(ours, _rival(asked.held, one).of(rows)) for one in ladder]
    gains = differences(asked, metric, both)
    found = [
        Rung(one.name, known(gain), _reaches(asked, pair.theirs), one.numbers, one.seconds or None)
        for one, pair, gain in zip(ladder, both, gains, strict=True)
    ]
    return Ladder(metric, tuple(found), 0, seconds)


def evidence(asked: Asked, found: Ladder) -> Iterator[Evidence]:
    """One gate a rung where `certify.simplest.margin` is stated, else a finding."""
    margin = asked.contract.certify.simplest.margin
    for one in found.rungs:
        clause, note = f"{CLAUSE}, {one.name}", _told(one, found)
        gain = one.gain or Estimate(np.nan, np.nan, np.nan, len(asked.held.label))
        if margin is not None:
            yield judged(asked, clause, gain, Limit("at_least", margin), METHOD, note)
            continue
        limited = judged(asked, clause, gain, Limit("at_least", 0), METHOD, note)
        yield msgspec.structs.replace(limited, limit=None, verdict=None)


def _metric(asked: Asked) -> Metric:
    return asked.contract.objective.good_enough[0].metric


def _reaches(asked: Asked, theirs: HeldOut) -> Estimate | None:
    measure, unit = statistic(_metric(asked), theirs, asked.contract)
    found = bootstrap.estimate(measure, theirs.blocks, seed=asked.seed, repeats=300, unit=unit)
    reach = MEASURES[_metric(asked)]
    return known(bootstrap.within(found, reach.low, reach.high))


def _told(one: Rung, ladder: Ladder) -> str:
    """`it reaches 0.671 (0.664 to 0.678) with 61 numbers, 40 times cheaper`"""
    found, form = one.reaches, ".3f" if MEASURES[ladder.metric].high == 1 else ",.4g"
    reaches = f"{found.value:{form}} ({found.low:{form}} to {found.high:{form}})" if found else "?"
    cheaper = (
        f", about {ladder.seconds / one.seconds:.2g} times cheaper to score" if one.seconds else ""
    )
    return f"it reaches {reaches} with {one.numbers:,} numbers{cheaper}"


def _ladder(asked: Asked, stated: Manifest, train: Seen, test: Seen) -> Iterator[Reached]:
    classes = len(stated.classes) if stated.task == "multiclass" else 0
    yield _ruled(asked, stated, train, test, classes)
    rows, label, inputs = train.rows, train.label, stated.inputs
    if classes:
        straight = rungs.softmax(rows, label, inputs, classes)
    else:
        straight = rungs.linear(rows, label, inputs, binary=stated.task == "binary")
    yield _reached(asked, "linear", straight, train, test)
    asks = rungs.tree(rows, label, inputs, classes=classes, binary=stated.task == "binary")
    yield _reached(asked, "small tree", asks, train, test)


def _ruled(asked: Asked, stated: Manifest, train: Seen, test: Seen, classes: int) -> Reached:
    """What the version must beat anyway; of several classes by the rates of its groups."""
    if not classes:
        return Reached("the rule", test.rule, asked.held.ruled, _size(stated), 0.0)
    seen = inputs_of(train.groups)
    learned, asks = (
        matrix(one.groups, seen) if seen else np.zeros((len(one.label), 1)) for one in (train, test)
    )
    rule = rungs.rates(learned, train.label, classes)
    score = rule.says(asks)
    decided = asked.held.ruled if stated.rules_a_class else _likeliest(asked, score)
    return Reached("the rule", score, decided, rule.numbers, 0.0)


def _reached(asked: Asked, name: str, rung: rungs.Rung, train: Seen, test: Seen) -> Reached:
    score, seconds = rung.says(test.rows), _a_row(rung.says, test.rows)
    if asked.contract.objective.task == "multiclass":
        return Reached(name, score, _likeliest(asked, score), rung.numbers, seconds)
    if asked.contract.objective.task == "regression":
        return Reached(name, score, score, rung.numbers, seconds)
    cut = 0.5
    if asked.contract.objective.value is not None:
        money = worth(asked.contract, train.payoffs)
        cut = value.best_threshold(train.label, train.leaning(rung.says(train.rows)), money)
    decided = np.where(test.leaning(score) >= cut, 1.0, 0.0)
    return Reached(name, score, decided, rung.numbers, seconds)


def _likeliest(asked: Asked, score: Matrix) -> Floats:
    return stakes.likeliest(score, payoffs.by_class(asked.contract)).astype(np.float64)


def _a_row(work: Callable[[Matrix], Matrix | Floats], rows: Matrix) -> float:
    """The shortest of a few tries on some of the rows: what else runs only makes one longer."""
    some = rows[:TIMED]
    return min(_timed(lambda: work(some)) for _ in range(TRIES)) / len(some)


def _timed(work: Callable[[], Matrix | Floats]) -> float:
    began = clock.stopwatch()
    work()
    return clock.stopwatch() - began


def _size(stated: Manifest) -> int:
    """Rates of the rule, and its default."""
    rule = stated.baseline
    return len(rule.cells) + 1 if isinstance(rule, Rates | Commonest) else 1


def _rival(held: HeldOut, one: Reached) -> HeldOut:
    return held._replace(score=one.score, decided=one.decided)


def _seen(table: ir.Table, stated: Manifest, asked: Asked) -> Seen:
    label, classes = asked.contract.data.label.column, tuple(map(str, stated.classes))
    rows = data_rules.imputed(table, stated.rules)
    came = memory.fetched(rows, {label: classes} if stated.task == "multiclass" else {})
    inputs = memory.fetched(features.inputs(rows, stated.outputs, ()))
    rule = stated.baseline
    groups = {name: came[name] for name in rule.by} if isinstance(rule, Rates | Commonest) else {}
    by_row = payoffs.by_row(asked.contract, came) if stated.stakes else None
    said = baseline.rates(rule, came)
    return Seen(
        matrix(inputs, stated.inputs), numbers(placed(came[label], stated)), groups, said, by_row
    )


def _some(seen: Seen, seed: int) -> Seen:
    count = len(seen.label)
    if count <= ROWS:
        return seen
    drawn = np.random.default_rng(seed).choice(count, ROWS, replace=False)
    places = np.sort(drawn)
    groups = {name: _at(values, places) for name, values in seen.groups.items()}
    by_row = None if seen.payoffs is None else seen.payoffs[places]
    return Seen(seen.rows[places], seen.label[places], groups, seen.rule[places], by_row)


def _at(values: Numbers | Text, places: NDArray[np.integer]) -> Numbers | Text:
    if isinstance(values, Text):
        return Text(values.codes[places], values.levels)
    chosen: Numbers = values[places]
    return chosen
