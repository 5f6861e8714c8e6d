"""`assess`: what the training rows say before anything is trained, on record."""

from typing import Any

import msgspec

from mainstay.control import accepting, foretelling, hopes, papers
from mainstay.control.commands import Assess
from mainstay.control.foreseeing import foreseeing
from mainstay.control.project import Project
from mainstay.core import clock, digest
from mainstay.core.answers import Answer
from mainstay.core.nouns import Verdict
from mainstay.data import doubled, timing
from mainstay.data import rows as rows_of
from mainstay.ledger import blobs, steps
from mainstay.life.assess.assess import Joins, assessed
from mainstay.life.assess.assessment import Assessment, beside, headline
from mainstay.life.build import build as life
from mainstay.life.build.build import Order, Started
from mainstay.trainer import training

ASKS = 5
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
        return _hoped(project, started, msgspec.convert(earlier, Answer, strict=False))
    project.tell("looking at the training rows")
    assessment = _assessment(project, started)
    told: dict[str, Any] = {}
    found = None
    if command.foresee and assessment.verdict is not Verdict.FAIL:
        found = foreseeing(project, order, started)
        told = hopes.said(document.digest, started.inputs["code"], found)
        assessment = beside(assessment, found.evidence)
        assessment = msgspec.structs.replace(assessment, foreseen=found.said)
    answer = papers.reported(
        project, project.places.assessed, f"{project.model}, assessed", _answer(assessment)
    )
    with project.ledger.transaction():
        if found and found.foresight:
            code = msgspec.convert(started.inputs["code"], dict[str, str])
            foretelling.foreseen(project, document.digest, code, found.foresight)
        _recorded(project, assessment, key, answer, told)
    return _hoped(project, started, answer)


def _hoped(project: Project, started: Started, answer: Answer) -> Answer:
    """With what is on record of models of this contract and code, by whichever assessment."""
    known = hopes.newest(project, project.document.digest, started.inputs["code"])
    told = msgspec.to_builtins(known)
    return msgspec.structs.replace(answer, facts={**answer.facts, hopes.FORESEEN: told})


def _assessment(project: Project, started: Started) -> Assessment:
    document, rows = project.document, started.rows
    outputs = training.checked_outputs(document, project.places, rows)
    found = assessed(
        document.contract,
        rows.table,
        outputs,
        train=started.periods.train,
        hold_out=started.periods.hold_out,
        joins=_joins(project, started),
    )
    found = accepting.without_accepted(found, project.places)
    return beside(found, tuple(one.evidence for one in rows.judged))


def _joins(project: Project, started: Started) -> Joins:
    """What is known of contexts: of rows that are as old as the training period at least."""
    contract, train, reader = project.document.contract, started.periods.train, started.reader
    sources = rows_of.cleaned(contract, rows_of.opened(contract, reader))
    timings = timing.timings(contract, sources, train, clock.now())
    twice = doubled.doubled(contract, reader, sources, train.until)
    return Joins(started.rows.notes, timings, twice)


def _recorded(
    project: Project, assessment: Assessment, key: str, answer: Answer, told: dict[str, Any]
) -> None:
    ledger, actor = project.ledger, project.actor
    evidence = blobs.stored(ledger.blobs, digest.canonical(assessment))
    payload = {"verdict": assessment.verdict, "blobs": [evidence], **told}
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
