"""`assess`: what the training rows say before anything is trained, on record."""

import msgspec

from mainstay.control import accepting, foretelling, papers
from mainstay.control.commands import Assess
from mainstay.control.foreseeing import foreseeing
from mainstay.control.project import Project
from mainstay.core import clock, digest
from mainstay.core.answers import Answer
from mainstay.core.nouns import Verdict
from mainstay.data import rows as rows_of
from mainstay.data import timing
from mainstay.data.timing import Timing
from mainstay.ledger import blobs, steps
from mainstay.life.assess.assess import Joins, assessed
from mainstay.life.assess.assessment import Assessment, beside, headline
from mainstay.life.assess.foreseen import Foreseen
from mainstay.life.build import build as life
from mainstay.life.build.build import Order, Started
from mainstay.trainer import training

ASKS = 4
"""Counted up whenever an assessment asks more, so that what was asked before is asked again."""


def assess(project: Project, command: Assess) -> Answer:
    """Looks at the training rows; the hold-out stays closed. Raises what life.assess raises.

    Nothing is fitted where something has to be fixed first.
    """
    document = project.document
    order = Order(document, project.places, command.since, command.until, clock.now(), project.tell)
    started = life.started(order)
    sources = [one.evidence for one in started.rows.judged]
    plain, foreseen = (
        steps.key(
            "assess", asks=ASKS, contract=document.digest, sla=sources, **asked, **started.inputs
        )
        for asked in ({}, {"foresee": True})
    )
    if command.accept:  # both propose the same
        read = steps.result(project.ledger, plain) or steps.result(project.ledger, foreseen)
        return accepting.accepted(project, read, command.accept)
    key = foreseen if command.foresee else plain
    if earlier := steps.result(project.ledger, key):
        return msgspec.convert(earlier, Answer, strict=False)
    project.tell("looking at the training rows")
    assessment = _assessment(project, started)
    found = Foreseen((), None)
    if command.foresee and assessment.verdict is not Verdict.FAIL:
        found = foreseeing(project, order, started)
    assessment = beside(assessment, found.evidence)
    answer = papers.reported(
        project, project.places.assessed, f"{project.model}, assessed", _answer(assessment)
    )
    with project.ledger.transaction():
        if found.foresight:
            code = msgspec.convert(started.inputs["code"], dict[str, str])
            foretelling.foreseen(project, document.digest, code, found.foresight)
        _recorded(project, assessment, key, answer)
    return answer


def _assessment(project: Project, started: Started) -> Assessment:
    document, rows = project.document, started.rows
    outputs = training.checked_outputs(document, project.places, rows)
    found = assessed(
        document.contract,
        rows.table,
        outputs,
        train=started.periods.train,
        hold_out=started.periods.hold_out,
        joins=Joins(rows.notes, _timings(project, started)),
    )
    found = accepting.without_accepted(found, project.places)
    return beside(found, tuple(one.evidence for one in rows.judged))


def _timings(project: Project, started: Started) -> dict[str, Timing]:
    contract = project.document.contract
    sources = rows_of.cleaned(contract, rows_of.opened(contract, started.reader))
    return timing.timings(contract, sources, started.periods.train, clock.now())


def _recorded(project: Project, assessment: Assessment, key: str, answer: Answer) -> None:
    ledger, actor = project.ledger, project.actor
    evidence = blobs.stored(ledger.blobs, digest.canonical(assessment))
    payload = {"verdict": assessment.verdict, "blobs": [evidence]}
    ledger.append("Assessed", assessment.model, actor, payload)
    result = msgspec.to_builtins(answer)
    steps.done(ledger, key, result, subject=assessment.model, actor=actor)


def _answer(assessment: Assessment) -> Answer:
    broken = assessment.verdict is Verdict.FAIL
    return Answer(
        headline(assessment),
        assessment.verdict,
        assessment.evidence,
        (*assessment.lines, *accepting.lines(assessment.proposals)),
        next="fix what is broken, then  mainstay assess" if broken else "mainstay build",
        facts={
            "model": assessment.model,
            "proposals": [msgspec.to_builtins(one) for one in assessment.proposals],
        },
    )
