"""What an assessment came to, and the sentence that says it."""

import msgspec

from mainstay.core.answers import worst
from mainstay.core.nouns import Evidence, Verdict
from mainstay.data import sla
from mainstay.life.assess import baselines, leaks, money, prospects, records
from mainstay.life.assess.promised import told
from mainstay.life.assess.proposals import Proposal


class Assessment(msgspec.Struct, frozen=True):
    """What was found; lines: questions for a person and what else is worth one.

    proposals: what would clean the columns that are read; a person accepts them or leaves them.
    foreseen: what to expect of a model, in a clause, empty where nobody asked.
    """

    model: str
    evidence: tuple[Evidence, ...]
    lines: tuple[str, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    foreseen: str = ""

    @property
    def verdict(self) -> Verdict:
        """Of the whole: the worst of the evidence that was judged."""
        return worst(self.evidence)


def beside(assessment: Assessment, sources: tuple[Evidence, ...]) -> Assessment:
    """With what was found of all that the sources agreed on."""
    return msgspec.structs.replace(assessment, evidence=(*assessment.evidence, *sources))


def headline(assessment: Assessment) -> str:
    """The verdict in one sentence."""
    by_clause = {one.clause: one for one in assessment.evidence}
    short = [by_clause[name] for name in (records.ROWS, records.EVENTS) if name in by_clause]
    said = (
        _short(short)
        or _broken(assessment)
        or _leaking(assessment)
        or _worthless(by_clause)
        or _out_of_reach(assessment)
        or _worth(assessment, by_clause)
    )
    return f"{assessment.model}: {said}"


def _short(evidence: list[Evidence]) -> str:
    """How much too few there is, empty where nothing is."""
    words = {records.ROWS: "labelled rows", records.EVENTS: "rows of the rarer class"}
    lacking = [
        f"{one.estimate.value:,.0f} {words[one.clause]}, a first fit needs {one.limit.bound:,.0f}"
        for one in evidence
        if one.verdict is not Verdict.PASS and one.estimate and one.limit
    ]
    return f"not enough data: {'; '.join(lacking)}." if lacking else ""


def _broken(assessment: Assessment) -> str:
    """What sources surely do not keep."""
    found = [
        one.clause
        for one in assessment.evidence
        if one.method == sla.METHOD and one.verdict is Verdict.FAIL
    ]
    return f"to fix first: sources break what was agreed: {'; '.join(found)}." if found else ""


def _leaking(assessment: Assessment) -> str:
    leaking = dict.fromkeys(
        one.subject
        for one in assessment.evidence
        if one.clause.startswith(f"{leaks.CLAUSE}: ") and one.verdict is Verdict.FAIL
    )
    look = "looks" if len(leaking) == 1 else "look"
    names = ", ".join(leaking)
    return f"to fix first: {names} {look} known only after the decision." if leaking else ""


def _worthless(by_clause: dict[str, Evidence]) -> str:
    room = by_clause.get(money.ROOM)
    if not room or room.verdict is not Verdict.FAIL or not room.estimate or not room.limit:
        return ""
    most, asked = room.estimate, room.limit.bound
    return (
        f"not worth it: even perfect decisions earn only {most.value:,.0f} {most.unit} more,"
        f" {asked:,.0f} is asked."
    )


def _out_of_reach(assessment: Assessment) -> str:
    """Of the goals that are not, the first."""
    found = [
        one
        for one in assessment.evidence
        if one.clause == prospects.GOAL and one.verdict is Verdict.FAIL and one.estimate
    ]
    if not found or not found[0].estimate:
        return ""
    best = found[0].estimate
    return (
        f"not in reach: with any number of such records {told(best.value)} {best.unit}"
        f" ({told(best.low)}–{told(best.high)}), asked is {found[0].limit}; better inputs may help."
    )


def _worth(assessment: Assessment, by_clause: dict[str, Evidence]) -> str:
    evidence = assessment.evidence
    unsure = dict.fromkeys(one.clause for one in evidence if one.verdict is Verdict.UNSURE)
    found = f"enough data for a first fit, but unsure: {', '.join(unsure)}"
    said = found if unsure else "worth trying, enough data for a first fit"
    beat = [
        f"{one.estimate.value:,.{digits}f} {one.estimate.unit}"
        for clause, digits in ((baselines.RULE, 3), (money.RULE, 0))
        if (one := by_clause.get(clause)) and one.estimate
    ]
    parts = [said, *([f"to beat: {', '.join(beat)}"] if beat else []), assessment.foreseen]
    return f"{'; '.join(filter(None, parts))}."
