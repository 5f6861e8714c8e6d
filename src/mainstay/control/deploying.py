"""`deploy` and `rollback`: who answers which share, on record, then at the doors."""

from typing import NamedTuple, get_args

import msgspec

from mainstay.bundle import manifest
from mainstay.control import blocking, frozen, publish, recalls, refreshing, versions
from mainstay.control.commands import Deploy, Rollback
from mainstay.control.project import Project
from mainstay.core.answers import Answer
from mainstay.core.errors import Conflict, Mistake, Refused
from mainstay.core.nouns import Verdict
from mainstay.ledger import state
from mainstay.ledger.state import Version
from mainstay.life.deploy import shares
from mainstay.life.deploy.shares import Part, Parts, Step
from mainstay.seal.certificate import Environment
from mainstay.seal.routing import Routing, Share


class Why(NamedTuple):
    """A person's reason, or that of a decision. unforeseen: see publish.Said."""

    because: str = ""
    unforeseen: str = ""


def routed(project: Project, command: Deploy | Rollback) -> Answer:
    """Changes who answers."""
    if isinstance(command, Deploy):
        return deploy(project, command) if command.shadow is None else aside(project, command)
    return rollback(project, command)


def deploy(project: Project, command: Deploy) -> Answer:
    """Gives a version its share. Raises Refused unless it is approved and its certificate holds,

    and for more than it has while an unforeseen event freezes it or a source blocks it, unless that
    is overruled.
    """
    publish.trusted_signer(project)
    environment = _environment(command.environment)
    version = versions.found(project, command.version)
    _refuse_unless_approved(version)
    given_shares(project, (Part(version.number, 0.0),), environment)  # before sources are read
    blocks = () if command.because.strip() else blocking.blocked(project, version)
    with project.ledger.transaction():
        steps = history(project)
        now = steps[-1].parts if steps else ()
        canary = project.document.contract.serve.canary
        parts = shares.deployed(now, version.number, command.share, canary)
        if _rises(now, parts, version.number):
            frozen.refuse(project, version, command.because)
            blocking.refuse(blocks)
        given = given_shares(project, parts, environment)
        unchanged = _stands(project, given, environment)
        if not unchanged:
            recorded(project, "Deployed", parts, environment, Why(command.because))
    routing = _published(project)
    said = told(parts)
    return _answer(routing, parts, f"Nothing changed: {said}" if unchanged else said)


def aside(project: Project, command: Deploy) -> Answer:
    """Lets a built version score what others answer, or ends that.

    It decides nothing, so it needs no certificate and no approval. Raises Conflict where nobody
    answers yet, the version does, or a door dropped a canary that the record still has; Refused
    for one that a person rejected.
    """
    publish.trusted_signer(project)
    version, share = versions.found(project, command.version), command.shadow or 0.0
    if not 0 <= share <= 1:
        raise Mistake(f"a share of {share:g} is none", hint="0 to end the shadow, at most 1")
    if version.status == "rejected":
        raise Refused(f"v{version.number} was rejected: nothing follows that")
    dropped = recalls.recalled(project)
    if dropped:
        raise Conflict(f"not before it is on record: {recalls.because(dropped)}", "mainstay run")
    with project.ledger.transaction():
        parts = live(project)
        if not parts or version.number in {part.version for part in parts}:
            what = f"v{version.number} answers itself" if parts else "nobody answers yet"
            raise Conflict(f"{what}: a shadow stands beside who answers", hint="mainstay status")
        said = publish.said(publish.history(project)[-1])
        shadow = publish.Aside(version.number, version.bundle, share) if share else None
        recorded(
            project, "Deployed", parts, said.environment,
            Why(unforeseen=said.unforeseen), shadow=shadow,
        )  # fmt: skip
    routing = _published(project)
    what = f"is a shadow for {share:.0%}" if share else "is no shadow any more"
    found = _answer(routing, parts, f"v{version.number} {what}: {told(parts)}")
    return msgspec.structs.replace(found, next="mainstay status")


def rollback(project: Project, command: Rollback) -> Answer:
    """One step back, under a higher sequence. Raises Conflict where nothing was before."""
    if not command.because.strip():
        raise Mistake("a rollback needs its reason", hint='--because "..."')
    publish.trusted_signer(project)
    with project.ledger.transaction():
        parts = shares.rolled_back(history(project))
        environment = publish.said(publish.history(project)[-1]).environment
        for part in parts:
            _refuse_unless_approved(versions.found(project, f"v{part.version}"))
        recorded(project, "RolledBack", parts, environment, Why(command.because))
    routing = _published(project)
    return _answer(routing, parts, f"Rolled back: {told(parts)}")


def _published(project: Project) -> Routing | None:
    """Context that a version looks up is there before the version is."""
    refreshing.attempted(project)
    return publish.published(project)


def live(project: Project) -> Parts:
    """Who answers now, the champion first, by the record."""
    steps = history(project)
    return steps[-1].parts if steps else ()


def history(project: Project) -> tuple[Step, ...]:
    """Every deployment and rollback, oldest first, in shares."""
    return tuple(
        Step(
            tuple(Part(one.version, one.share) for one in publish.said(event).shares),
            back=event.kind == "RolledBack",
        )
        for event in publish.history(project)
    )


def abandoned(project: Project, version: int) -> bool:
    """Whether a rollback took a version away, and nobody has deployed it since."""
    return shares.abandoned(history(project), version)


def _environment(name: str) -> Environment:
    for known in get_args(Environment):
        if name == known:
            return known  # type: ignore[no-any-return]  # one of the literals
    known = ", ".join(get_args(Environment))
    raise Mistake(f"{name!r} is no environment", hint=f"known: {known}")


def _refuse_unless_approved(version: Version) -> None:
    name = f"v{version.number}"
    if version.status != "approved":
        waits = version.status == "certified"
        raise Refused(
            f"{name} is {version.status}: only an approved version may be deployed",
            hint=f"mainstay review {name}" if waits else "mainstay status",
        )


def _rises(now: Parts, parts: Parts, version: int) -> bool:
    """Whether a version gets more than it has."""
    before, after = (dict(one).get(version, 0.0) for one in (now, parts))
    return after > before


def given_shares(project: Project, parts: Parts, environment: Environment) -> tuple[Share, ...]:
    """The shares with their newest certificates, each of which holds now."""
    found = [versions.found(project, f"v{part.version}") for part in parts]
    given = tuple(
        Share(f"v{part.version}", one.bundle, one.certificate, part.share)
        for part, one in zip(parts, found, strict=True)
    )
    for one in given:
        publish.verified(project, one, environment)
    return given


def _stands(project: Project, given: tuple[Share, ...], environment: Environment) -> bool:
    wanted = publish.wanted(project)
    return wanted is not None and (wanted.shares, wanted.environment) == (given, environment)


def _previous(
    project: Project, parts: Parts, environment: Environment, *, back: bool
) -> Share | None:
    """The version that was live before, where the champion's contract names it as fallback.

    None where its certificate does not hold now, or it never was.
    """
    champion = versions.found(project, f"v{parts[0].version}").bundle
    stated = manifest.read(project.places.bundle(champion), champion).operation
    number = shares.before((*history(project), Step(parts, back)))
    if stated.fallback != "previous" or number is None:
        return None
    try:
        return given_shares(project, (Part(number, 1.0),), environment)[0]
    except Refused as error:
        project.tell(f"v{number} cannot stand in for v{parts[0].version}: {error}")
        return None


def recorded(
    project: Project,
    kind: str,
    parts: Parts,
    environment: Environment,
    why: Why,
    *,
    shadow: publish.Aside | msgspec.UnsetType | None = msgspec.UNSET,
) -> None:
    """Appends with the next sequence: above the ledger's, and above the folder's if that is ahead.

    Within a transaction. The folder is ahead where the ledger came back from a backup; the doors
    refuse a lower one.
    """
    told = publish.present(project)
    known = state.deployments(project.ledger, project.model)
    sequence = 1 + max(known[-1].sequence if known else 0, told.sequence if told else 0)
    given = given_shares(project, parts, environment)
    previous = _previous(project, parts, environment, back=kind == "RolledBack")
    everyone = (*given, previous) if previous else given
    payload = {
        "sequence": sequence,
        "environment": environment,
        "shares": list(map(_stated, given)),
        "previous": _stated(previous) if previous else None,
        "shadow": msgspec.to_builtins(_shadow(project, parts, shadow)),
        "blobs": [one.certificate for one in everyone],
        **why._asdict(),
    }
    project.ledger.append(kind, project.model, project.actor, payload)


def _shadow(
    project: Project, parts: Parts, asked: publish.Aside | msgspec.UnsetType | None
) -> publish.Aside | None:
    """The one asked for; unasked, the one there is, until its version answers itself."""
    if not isinstance(asked, msgspec.UnsetType):
        return asked
    events = publish.history(project)
    there = publish.said(events[-1]).shadow if events else None
    routed = {part.version for part in parts}
    return None if there is None or there.version in routed else there


def _stated(one: Share) -> dict[str, object]:
    return {
        "version": int(one.version[1:]), "share": one.share, "bundle": one.bundle,
        "certificate": one.certificate,
    }  # fmt: skip


def told(parts: Parts) -> str:
    name, share = f"v{parts[0].version}", parts[0].share
    match parts, share:
        case (_, other), _:
            return f"{name} is live, v{other.version} is canary for {other.share:.0%}."
        case _, 1.0:
            return f"{name} is live and answers everything."
        case _, 0.0:
            return f"The baseline of {name} answers everything."
        case _:
            return f"{name} is canary for {share:.0%}, its baseline answers the rest."


def _answer(routing: Routing | None, parts: Parts, headline: str) -> Answer:
    if routing is None:
        raise Conflict("nothing was deployed")
    last = parts[-1]
    return Answer(
        headline,
        Verdict.PASS,
        lines=(f"sequence {routing.sequence}, in {routing.environment}",),
        next=f"mainstay deploy v{last.version} --live" if last.share < 1 else "mainstay status",
        facts={
            "sequence": routing.sequence,
            "environment": routing.environment,
            "shares": {one.version: one.share for one in routing.shares},
        },
    )
