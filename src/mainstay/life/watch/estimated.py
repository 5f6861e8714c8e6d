"""What answers are worth whose labels are not known yet, and whether labels bear that out.

An estimate says how likely each outcome is by the score and the inputs, as learned from rows that
the model did not learn from. It holds as long as the same rows turn out as they did; whether they
do only labels can say, so every label that arrives is bet against it (watch.audits).
"""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec
import numpy as np

from mainstay.bundle.layout import CHANCES
from mainstay.bundle.runtime import Runtime
from mainstay.contract.durations import text
from mainstay.contract.goals import Goal
from mainstay.core.inputs import matrix
from mainstay.core.nouns import Evidence, Verdict, Window, known
from mainstay.core.typed import TIME
from mainstay.data import live
from mainstay.data.expression import constant
from mainstay.data.labels import KNOWN_AT
from mainstay.data.records import OUTCOME
from mainstay.life.watch import audits, realised
from mainstay.life.watch.audits import ENOUGH, Audit, Audited, Labels
from mainstay.life.watch.order import Finding, Order
from mainstay.life.watch.realised import FEWEST, Answers
from mainstay.stats.blocks import Floats
from mainstay.stats.chances import Chances
from mainstay.trainer import estimates
from mainstay.trainer.estimates import Guess, Unlabelled
from mainstay.trainer.scored import MICROSECONDS_A_DAY, Abstained, numbers, scored

CLAUSE = "estimate"
METHOD = (
    "expected, by chances of each outcome learned out of fold, of what outcomes are like by score"
    " and inputs; 95 %: open outcomes, what was learned from, days that wander"
)
_KNOWN_AT = f"mainstay_{KNOWN_AT}"


class Some(NamedTuple):
    """Answers with the model's inputs, and the day and the moment its label was known of each."""

    answers: Answers
    features: Floats
    day: Floats
    known: Floats


class Estimates(NamedTuple):
    """young: answers whose labels may still come; labelled: those whose labels are known; None for

    none. audited: the audits after the labels that came.
    """

    young: Some | None
    labelled: Some | None
    learned: Chances
    audited: Audited


def estimates_of(order: Order, runtime: Runtime, found: Answers | None) -> Estimates | None:
    """Of the champion; found: its labelled answers of the newest windows.

    None where its bundle was built without chances.
    """
    path = order.places.bundle(order.champion.bundle) / CHANCES
    if not path.is_file():
        return None
    learned = msgspec.json.decode(path.read_bytes(), type=Chances)
    labelled = _some(order, runtime, found) if found else None
    young = _young(order, runtime)
    before = audits.before(order.audited, order.champion.name)
    audited = _audited(order, young, labelled, learned, before) if labelled else before
    return Estimates(young, labelled, learned, audited)


def evidence(order: Order, seen: Estimates) -> Iterator[Evidence]:
    """Every goal, where enough labels are still to come for an estimate."""
    if seen.young is None:
        return
    for goal in order.contract.objective.good_enough:
        rows = rows_of(seen.young, goal.metric)
        if len(rows.score) >= FEWEST:
            guess = estimates.guess(goal.metric, rows, order.contract, seen.learned)
            yield _evidence(order, goal, seen, guess)


def findings(order: Order, seen: Estimates) -> Iterator[Finding]:
    """One incident for all metrics whose estimates labels refute."""
    found = tuple(audits.refuted(seen.audited))
    if not found:
        return
    names = ", ".join(one.metric for one in found)
    since = min(one.refuted for one in found if one.refuted)
    yield Finding(
        clause=CLAUSE,
        columns=(),
        what=f"labels refute the estimate of {names}: it promised more than came true",
        cause="the same rows turn out otherwise than when it was learned",
        owner=order.contract.owner,
        action="count on labels only; see whether a fresh model is better",
        verdict=Verdict.FAIL,
        window=Window(min(since, order.now), order.now),
    )


def _young(order: Order, runtime: Runtime) -> Some | None:
    """None for too few."""
    table = realised.ours(order, order.pooled)
    label, time = order.contract.data.label, order.contract.data.decisions.time
    over = constant((order.now - label.never_after).isoformat(), TIME)
    hopes = table[label.column].isnull() & (table[time] > over)
    open_ = table.filter(hopes, table[OUTCOME] != live.REJECTED)
    if int(open_.count().to_pyarrow().as_py()) < FEWEST:
        return None
    rows = scored(open_, order.contract, runtime)
    first = audits.moment(numbers(rows.columns[time]).min())
    window = Window(first, order.pooled.until)
    return _some(order, runtime, realised.told(window, rows, 0, len(rows.label)))


def _some(order: Order, runtime: Runtime, found: Answers) -> Some:
    columns = found.rows.columns
    day = numbers(columns[order.contract.data.decisions.time]) // MICROSECONDS_A_DAY
    features = matrix(found.rows.seen, runtime.manifest.inputs)
    return Some(found, features, day, numbers(columns[_KNOWN_AT]))


def rows_of(some: Some, metric: str) -> Unlabelled:
    """The answers that the metric speaks of."""
    at, rows = realised.places(some.answers, metric), some.answers.rows
    return Unlabelled(
        score=rows.score[at],
        decided=rows.decided[at],
        ruled=rows.ruled[at],
        day=np.unique(some.day[at], return_inverse=True)[1],
        features=some.features[at],
        payoffs=None if rows.payoffs is None else rows.payoffs[at],
    )


def _audited(
    order: Order, young: Some | None, labelled: Some, learned: Chances, before: Audited
) -> Audited:
    """Every goal after the labels that no look has bet on; they wait while answers are few."""
    names = audits.names(labelled.answers.rows.columns, order.contract.data.decisions.key)
    fresh = audits.unknown(names, before.names)
    newest = max(filter(None, [before.newest, audits.moment(labelled.known.max())]))
    after = Audited(order.champion.name, before.audits, newest=newest)
    if not fresh.any() or len(names) < FEWEST:
        return after
    made = []
    for goal in order.contract.objective.good_enough:
        labels = _labels(order, goal.metric, (labelled, young), learned, fresh)
        one = before.of(goal.metric)
        made.append(audits.betted(one, labels) if labels else one)
    bet = names[fresh].astype("<i8").tobytes()
    return msgspec.structs.replace(after, audits=tuple(made), names=bet)


def _labels(
    order: Order,
    metric: str,
    both: tuple[Some, Some | None],
    learned: Chances,
    fresh: Abstained,
) -> Labels | None:
    """What new labels say of a metric over all answers, known and young; None where nothing."""
    labelled, young = both
    rows, at = rows_of(labelled, metric), realised.places(labelled.answers, metric)
    everyone = together(rows, rows_of(young, metric)) if young else rows
    if not len(at):
        return None
    guess = estimates.guess(metric, everyone, order.contract, learned)
    if not guess.spread > 0:
        return None
    label = np.zeros(len(everyone.score))
    label[: len(at)] = labelled.answers.rows.label[at]
    held = estimates.held(guess, everyone, label, learned)
    known_at, new = labelled.known[at], fresh[at]
    order_of = np.flatnonzero(new)[np.argsort(known_at[new], kind="stable")]
    return Labels(
        surprise=held.surprise[order_of],
        day=rows.day[order_of],
        rows=np.bincount(rows.day).astype(np.float64),
        known=known_at[order_of],
        terms=held.terms,
    )


def together(one: Unlabelled, other: Unlabelled) -> Unlabelled:
    """Days keep apart: the young answers are of later hours, if of the same day."""
    return Unlabelled(
        score=np.concatenate([one.score, other.score]),
        decided=np.concatenate([one.decided, other.decided]),
        ruled=np.concatenate([one.ruled, other.ruled]),
        day=np.concatenate([one.day, other.day + one.day.max(initial=-1) + 1]),
        features=np.concatenate([one.features, other.features]),
        payoffs=_both(one.payoffs, other.payoffs),
    )


def _both(one: Floats | None, other: Floats | None) -> Floats | None:
    return None if one is None or other is None else np.concatenate([one, other])


# ---- as evidence ----------------------------------------------------------------------------


def _evidence(order: Order, goal: Goal, seen: Estimates, guess: Guess) -> Evidence:
    assert seen.young is not None, "an estimate is of answers"
    audit = seen.audited.of(goal.metric)
    doubt = _doubt(order, seen.audited, audit)
    judged = goal.limit.judge(guess.estimate)
    withdrawn = audit.refuted is not None
    healthy = judged is Verdict.PASS and doubt
    return Evidence(
        clause=f"estimated, {goal.metric}",
        subject=order.champion.name,
        population=f"{guess.estimate.n:,} answers whose labels may still come",
        method=METHOD,
        window=seen.young.answers.window,
        estimate=None if withdrawn else known(guess.estimate),
        limit=goal.limit,
        verdict=Verdict.UNSURE if withdrawn or healthy else judged,
        note=doubt or _agrees(seen.audited, audit),
    )


def _doubt(order: Order, audited: Audited, audit: Audit) -> str:
    """Why the estimate does not count as it stands; empty where labels bear it out."""
    if audit.refuted is not None:
        day = f"{audit.refuted:%Y-%m-%d}"
        return f"refuted on {day}: what labels said was worse than estimated; withdrawn"
    longest, last = order.contract.watch.unverified_after, audited.newest
    if order.now - (last or order.champion.since) > longest:
        since = f"since {last:%Y-%m-%d}" if last else "of this version at all"
        return f"unverified: no label {since}, {text(longest)} are agreed"
    if not audit.verified:
        return f"unverified: {audit.wealth.worth:,.0f} labels so far, {ENOUGH:,.0f} are needed"
    return ""


def _agrees(audited: Audited, audit: Audit) -> str:
    last = f"{audited.newest:%Y-%m-%d}" if audited.newest else ""
    return f"verified with {audit.wealth.labels:,} labels, last on {last}: consistent"
