"""What to do about what was watched: facts in, one decision out, nothing else."""

import math
from datetime import timedelta
from typing import Literal, NamedTuple

from mainstay.contract.model import Contract
from mainstay.core.answers import worst
from mainstay.core.nouns import Estimate, Evidence, Verdict
from mainstay.data.labels import CONTRADICTED, CORRECTED
from mainstay.life.watch import beats, faults
from mainstay.life.watch.flow import NOTICE
from mainstay.life.watch.order import LABELS, POOLED, Comparison, Finding
from mainstay.stats import enough

Act = Literal["keep", "retrain", "propose", "freeze", "wait", "roll back", "ask"]
SOURCE = ("unit", "stopped")
"""Findings that are an error of a source: a model that learned from it would learn the error, as it
would from a source that blocks."""

DOUBTED = (faults.TURNED, faults.ALIKE, beats.RATE, CORRECTED, CONTRADICTED)
"""What may be wrong with labels such that a model that learned from them would learn it."""
MANY = 1e9
"""Answers beyond which nobody waits."""


class Facts(NamedTuple):
    """One look at a live model.

    event: the unforeseen one that is open. weighted: why a version that learns other weights may
    help, empty where nothing says so. left: until the certificate ends, None where that is far.
    """

    contract: Contract
    evidence: tuple[Evidence, ...]
    findings: tuple[Finding, ...]
    comparison: Comparison | None
    event: Finding | None = None
    weighted: str = ""
    left: timedelta | None = None

    @property
    def ends(self) -> bool:
        """Whether a certificate must be renewed or replaced now."""
        return self.left is not None and self.left < NOTICE

    @property
    def realised(self) -> Verdict:
        """The worst of the goals on live labels."""
        return worst(tuple(one for one in self.evidence if one.clause.startswith("realised, ")))


class Decision(NamedTuple):
    """What to do and why, in one sentence; verdict: of everything, unsure is never pass."""

    act: Act
    because: str
    verdict: Verdict
    owner: str


def decided(facts: Facts) -> Decision:
    """The first that holds: an error of a source, labels in doubt, a worse new version, ageing that
    pays, something unforeseen, patience.

    Total: any facts have a decision. What an event forbids is forbidden whatever is decided, see
    control.frozen, so whoever can clear it up is asked first.
    """
    for judged in (_asks, _doubts, _rolls_back, _retrains, _freezes, _waits):
        found = judged(facts)
        if found:
            return found
    return _decision(facts, "keep", _kept(facts))


def _decision(facts: Facts, act: Act, because: str, owner: str = "") -> Decision:
    broken = any(one.verdict is Verdict.FAIL and one.open for one in facts.findings)
    verdict = Verdict.FAIL if broken else worst(facts.evidence)
    return Decision(act, because, verdict, owner or facts.contract.owner)


def _asks(facts: Facts) -> Decision | None:
    """Who owns the source must say what changed."""
    wrong = (one for one in facts.findings if one.clause in SOURCE or one.blocks)
    found = next((one for one in wrong if one.open), None)
    if found is None:
        return None
    because = f"{found.what}; retraining would learn the error, {found.action}{_beside(facts)}"
    return _decision(facts, "ask", because, found.owner)


def _beside(facts: Facts) -> str:
    """An event goes on, and so does what it forbids, while somebody is asked something first."""
    if facts.event is None:
        return ""
    return f"; beside it {facts.event.what}: no version is promoted"


def _doubts(facts: Facts) -> Decision | None:
    """While labels may be wrong nothing is called ageing and nothing is learned from them."""
    found = next((one for one in facts.findings if _is_doubt(one)), None)
    if found is None:
        return None
    because = f"{found.what}: until that is known no loss is called ageing, nothing is retrained"
    return _decision(facts, "wait", f"{because}; {found.action}{_beside(facts)}", found.owner)


def _is_doubt(found: Finding) -> bool:
    return found.clause == LABELS and found.open and any(one in DOUBTED for one in found.columns)


def _rolls_back(facts: Facts) -> Decision | None:
    """A young version that is worse than the one before by the whole interval."""
    seen = facts.comparison
    if seen is None or seen.age >= POOLED or not seen.before:
        return None
    better = seen.money_before or seen.before
    if better.low <= 0:
        return None
    because = (
        f"{seen.previous} is better than the live version on the same {seen.rows:,} answers:"
        f" {_difference(seen, better)}"
    )
    return _decision(facts, "roll back", because)


def _retrains(facts: Facts) -> Decision | None:
    """Fresh is better by more than a new version costs; or other weights may help in an event."""
    seen, because = facts.comparison, ""
    gain = _gain(seen)
    if seen is not None and gain is not None and _pays(facts, seen, gain):
        because = (
            f"a fresh model is better on the same {seen.rows:,} answers, {_difference(seen, gain)}:"
            f" ageing{_worth(facts, seen)}{_split(seen)}{_ending(facts)}"
        )
    elif facts.event and facts.weighted:
        because = f"{facts.event.what}; {facts.weighted}"
    if not because:
        return None
    asked = facts.contract.watch.retrain == "on_request"
    left = "; a new version is built on request" if asked else ""
    return _decision(facts, "propose" if asked else "retrain", f"{because}{left}")


def _pays(facts: Facts, seen: Comparison, gain: Estimate) -> bool:
    """Surely; where the certificate ends, so that something must be done, as far as is expected."""
    return (gain.value if facts.ends else gain.low) > _cost(facts, seen)


def _worth(facts: Facts, seen: Comparison) -> str:
    """What retraining would bring until its certificate ends, with its interval, and its cost."""
    value = facts.contract.objective.value
    if value is None or seen.money is None:
        return ""
    brings, *ends = (
        one * seen.expected / 1000 for one in (seen.money.value, seen.money.low, seen.money.high)
    )
    low, high = (f"{one:,.0f}" for one in ends)
    return (
        f"; over {seen.expected:,.0f} decisions {value.currency} {brings:,.0f} ({low} to {high}),"
        f" retraining costs {value.currency} {abs(value.per_retrain):,.0f}"
    )


def _ending(facts: Facts) -> str:
    if not facts.ends or facts.left is None:
        return ""
    return f"; the certificate ends in {max(facts.left.days, 0)} days, so what is expected decides"


def _split(seen: Comparison) -> str:
    """What was lost since the certificate, in both its parts, where both were measured."""
    if seen.ageing is None or seen.harder is None:
        return ""
    lost = seen.ageing.value + seen.harder.value
    return (
        f"; of {lost:z.3f} {seen.metric} lost since it was certified {_interval(seen.ageing)} is"
        f" ageing, {_interval(seen.harder)} a harder period"
    )


def _freezes(facts: Facts) -> Decision | None:
    """Something unforeseen: nobody is promoted who was not proven on what happens now."""
    if facts.event is None:
        return None
    because = f"{facts.event.what}; {facts.event.action}, and no version is promoted"
    return _decision(facts, "freeze", because)


def _waits(facts: Facts) -> Decision | None:
    """A goal is not met, or not known to be, and retraining is not known to help."""
    if facts.realised is Verdict.PASS:
        return None
    told, seen = _goals(facts), facts.comparison
    gain = _gain(seen)
    if seen is None:
        because = f"{told}; no fresh model could be compared yet"
    elif gain is None:
        because = f"{told}; {seen.rows:,} answers are too few to tell ageing from a harder period"
    elif gain.value > _cost(facts, seen):
        because = (
            f"{told}; a fresh model may be better, {_difference(seen, gain)}:"
            f" {_more(enough.more_rows(gain, _cost(facts, seen)))} would decide"
        )
    else:
        because = (
            f"{told}; a fresh model is no better, {_difference(seen, gain)}:"
            " a harder period, retraining would not help"
        )
    return _decision(facts, "wait", because + (_split(seen) if seen else ""))


def _more(rows: float) -> str:
    return f"about {rows:,.0f} more answers" if rows < MANY else "no number of answers"


def _gain(seen: Comparison | None) -> Estimate | None:
    """What retraining would bring: in money where it is counted, else in the metric."""
    return None if seen is None else seen.money or seen.ageing


def _cost(facts: Facts, seen: Comparison) -> float:
    """What a new version costs, in the measure of the gain."""
    value = facts.contract.objective.value
    if value is None or not seen.money or not value.per_retrain:
        return 0.0
    return 1000 * abs(value.per_retrain) / seen.expected if seen.expected else math.inf


def _goals(facts: Facts) -> str:
    """The goals that do not hold, with their numbers."""
    found = [one for one in facts.evidence if one.clause.startswith("realised, ")]
    open_ = [one for one in found if one.verdict is not Verdict.PASS]
    return "; ".join(map(judged, open_)) or "no goal could be judged"


def judged(one: Evidence) -> str:
    """What was measured of a clause and where that lies, in words."""
    metric = one.clause.removeprefix("realised, ")
    if one.estimate is None:
        return f"{metric} is not known: {one.note}"
    place = {Verdict.FAIL: "beyond", Verdict.PASS: "within"}.get(
        one.verdict or Verdict.UNSURE, "not clear of"
    )
    return f"{metric} {_interval(one.estimate)} is {place} its limit {one.limit}"


def _kept(facts: Facts) -> str:
    found = [one for one in facts.evidence if one.clause.startswith("realised, ")]
    told = "; ".join(map(judged, found))
    seen = facts.comparison
    if seen is None or seen.ageing is None:
        return f"all goals hold: {told}"
    differs = f"a fresh model differs by {_difference(seen, seen.ageing)}"
    return f"all goals hold: {told}; {differs}{_split(seen)}"


def _difference(seen: Comparison, one: Estimate) -> str:
    per = f"{one.unit} per 1,000" if one.unit else seen.metric
    return f"{_interval(one)} {per}"


def _interval(one: Estimate) -> str:
    """`0.691 (0.671 to 0.710)`, money without pence."""
    form = "z,.0f" if max(abs(one.low), abs(one.high)) >= 100 else "z.3f"
    return f"{one.value:{form}} ({one.low:{form}} to {one.high:{form}})"
