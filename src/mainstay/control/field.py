"""What is on record of a model in the field: who answers since when, windows, open incidents."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from mainstay.bundle import manifest
from mainstay.contract.model import Contract
from mainstay.control import (
    foretelling,
    labelling,
    looks,
    papers,
    publish,
    shadowing,
    versions,
    vouching,
)
from mainstay.control.incidents import Held
from mainstay.control.looks import Asked
from mainstay.control.project import Project
from mainstay.core.errors import Missing, Unavailable
from mainstay.core.nouns import Column, Estimate, Event, Window
from mainstay.data import cleaning, journal, reading
from mainstay.data import labels as truths
from mainstay.data.source import Reader
from mainstay.ledger.state import Version
from mainstay.life.build import build
from mainstay.life.watch import earned
from mainstay.life.watch import event as unforeseen
from mainstay.life.watch.design import Ask
from mainstay.life.watch.order import Awaited, Balance, Earned, Order, Profiled, Serving
from mainstay.seal import certificate as seal
from mainstay.seal import dsse

RECENT = 60
"""Looks: where none of them knew what is earned, nothing is known of it now."""


def champions(project: Project) -> tuple[Serving, ...]:
    """The live versions in turn, oldest first, each from when it answered first on its own."""
    found: list[Serving] = []
    for event in publish.history(project):
        share = publish.said(event).shares[0]
        name = f"v{share.version}"
        if not found or found[-1].name != name:
            found.append(Serving(name, share.bundle, event.time))
    return tuple(found)


def order(project: Project, now: datetime, held: tuple[Held, ...]) -> Order:
    """Everything that a look at the field needs. held: its open incidents.

    Raises Missing before a deployment.
    """
    lived = champions(project)
    if not lived:
        raise Missing(f"{project.model} answers nobody yet", hint="mainstay deploy")
    document, places = project.document, project.places
    engine, stated = build.opened(places), labelling.shape(project)
    columns = requested(project, (one.bundle for one in lived))
    texts = read_from_text(project, (one.bundle for one in lived))
    journal.brought(places.door, places.journal, columns, texts)
    shadowing.brought(project, columns, texts)
    bundle = manifest.read(places.bundle(lived[-1].bundle))
    version = versions.found(project, lived[-1].name)
    issued = seal.opened(papers.envelope(project, version), project.trust)
    seen = looks.past(project, Asked(lived[-1].name, document.contract.watch.window))
    labelled = labelling.kept(project, stated)
    findings = (one.finding for one in held)
    event = next((one for one in findings if one.clause == unforeseen.CLAUSE), None)
    return Order(
        document=document,
        places=places,
        engine=engine,
        table=cleaning.marked(
            journal.read(engine, places.journal, columns), bundle.clean, "requests"
        ),
        labels=truths.visible(engine, stated, labelled, now),
        said=truths.said(engine, stated, labelled, now) if labelled.files else None,
        champion=lived[-1],
        previous=lived[-2] if len(lived) > 1 else None,
        certified=issued.gates,
        not_after=issued.not_after,
        since=_since(lived, seen.windows),
        first=_since(lived, ()),
        now=now,
        earlier=seen.windows,
        paired=seen.paired,
        earned=seen.earned,
        audited=seen.audited,
        event=event,
        born=versions.born(project, version),
        asks=asks(project),
        vouched=vouching.vouched(project),
        awaited=_awaited(project, version, now),
        silos=_silos(project),
        looks_up=_looks_up(project, version),
        hidden=frozenset(bundle.private),
        tell=project.tell,
    )


def _silos(project: Project) -> Reader | None:
    """A look goes on without an engine elsewhere: it finds that sources there cannot be read."""
    try:
        return reading.elsewhere(project.document.contract, project.places)
    except Unavailable as error:
        project.tell(str(error))
        return None


def _looks_up(project: Project, version: Version) -> Contract | None:
    contract = versions.contract(project, version)
    return contract if contract.serve.context == "lookup" else None


def _awaited(project: Project, version: Version, now: datetime) -> Awaited | None:
    one = foretelling.standing(project, version)
    return foretelling.awaited(project, one, now) if one else None


def asks(project: Project) -> tuple[Ask, ...]:
    """What was asked for of labels, oldest first."""
    events = project.ledger.events(kind="LabelsAsked", subject=project.model)
    return tuple(ask(project, event) for event in events)


def ask(project: Project, event: Event) -> Ask:
    """The rows of one, and how they were drawn."""
    (sha,) = event.payload["blobs"]
    return msgspec.json.decode(versions.blob(project, sha), type=Ask)


def decided(project: Project) -> dict[str, Any] | None:
    """The latest decision on the live version; None where it was not looked at yet."""
    lived = champions(project)
    for event in project.ledger.newest(1, "Decided", project.model):
        if lived and event.payload["version"] == lived[-1].name:
            return event.payload
    return None


def balance(project: Project, order: Order, now: tuple[Earned, ...]) -> Balance | None:
    """Money above the rule since the first answer, and what it cost; None where none is stated."""
    stated = project.document.contract.objective.value
    if stated is None:
        return None
    return earned.balance(
        (*order.earned, *now),
        retraining=retrained(project) * stated.per_retrain,
        currency=stated.currency,
        seed=project.document.contract.train.seed,
    )


def retrained(project: Project) -> int:
    """Versions built since the first one answered, also those that were refused: each costs.

    What is rolled back to was paid for already.
    """
    first = publish.history(project)[0].seq
    built = project.ledger.events(kind="Built", subject=project.model)
    return sum(event.seq > first for event in built)


def earning(found: Balance | None) -> Estimate | None:
    """Money above the rule per 1,000 answers by decisions alone; None while it is not known."""
    if found is None or found.decided is None or not found.spoken:
        return None
    one, each = found.decided, 1000 / found.spoken
    return Estimate(one.value * each, one.low * each, one.high * each, one.n, one.unit)


def last_balance(project: Project) -> Balance | None:
    """Of the newest look that knew one, of RECENT; None where the contract states no money."""
    if project.document.contract.objective.value is None:
        return None
    events = project.ledger.backwards("WindowJudged", project.model, page=20)
    said = (event.payload.get("balance") for event in islice(events, RECENT))
    newest = next(filter(None, said), None)
    return msgspec.convert(newest, Balance, strict=False) if newest else None


def told(found: Balance | None) -> tuple[str, ...]:
    """The money since the first answer and what it cost, as a line; none while it is not known."""
    if found is None or found.worth is None:
        return ()
    costs = {"serving": found.serving, "labels": found.labelling, "retraining": found.retraining}
    said = [f"{name} {cost:,.0f}" for name, cost in costs.items() if cost]
    stand = found.answers is not None and round(found.answers) != found.labels
    for_ = f" that stand for {found.answers:,.0f}" if stand else ""
    return ("; ".join((f"worth it: {money(found.worth)}{for_}", *said)),)


def money(found: Estimate) -> str:
    """For a person: `USD 12,300 above the rule (9,100 to 15,600), 4,100 labelled answers`."""
    side = "above" if found.value >= 0 else "below"
    sign = 1 if found.value >= 0 else -1
    low, high = sorted((sign * found.low, sign * found.high))
    return (
        f"{found.unit} {abs(found.value):,.0f} {side} the rule ({low:,.0f} to {high:,.0f}),"
        f" {found.n:,} labelled answers"
    )


def requested(project: Project, bundles: Iterable[str]) -> tuple[Column, ...]:
    """Of the requests that any of these versions takes."""
    found: dict[str, Column] = {}
    for one in dict.fromkeys(bundles):
        for column in manifest.read(project.places.bundle(one), one).requested:
            found.setdefault(column.name, column)
    return tuple(found.values())


def read_from_text(project: Project, bundles: Iterable[str]) -> frozenset[str]:
    """The columns that any of these versions takes as text too."""
    stated = (manifest.read(project.places.bundle(one), one) for one in dict.fromkeys(bundles))
    return frozenset(one.name for each in stated for one in each.clean if one.type)


def _since(lived: tuple[Serving, ...], seen: tuple[Profiled, ...]) -> datetime:
    """Where the windows go on; the first begins at the midnight before the first answer."""
    known = [one.window.until for one in seen]
    first = lived[0].since.replace(hour=0, minute=0, second=0, microsecond=0)
    return max(known, default=first)


def span(windows: tuple[Profiled, ...], width: timedelta, now: datetime) -> Window:
    """From the first to the last window, the present where there is none."""
    if not windows:
        return Window(now - width, now)
    return Window(windows[0].window.since, windows[-1].window.until)


class Term(NamedTuple):
    """The certificate that the live version answers with: when it ends, and what comes after it.

    renewed: a newer one is approved. waiting: a newer one waits for its approval.
    """

    not_after: datetime
    renewed: bool
    waiting: bool


def term(project: Project) -> Term:
    """Of the live version. Raises Missing before a deployment."""
    share = publish.said(publish.history(project)[-1]).shares[0]
    envelope = dsse.decoded(versions.blob(project, share.certificate))
    version = versions.found(project, f"v{share.version}")
    newer = version.certificate != share.certificate
    return Term(
        seal.opened(envelope, project.trust).not_after,
        renewed=newer and version.status == "approved",
        waiting=newer and version.status == "certified",
    )
