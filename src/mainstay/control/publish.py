"""What the doors read: bundles, environments, certificates by digest, the signed routing last.

Everything follows from the newest deployment on record, so after a crash it is done again.
"""

import os
import shutil
import tempfile
from pathlib import Path

import msgspec

from mainstay.bundle import environment, manifest
from mainstay.bundle.runtime import LOCK
from mainstay.control.project import Project
from mainstay.core import clock, durable
from mainstay.core.errors import Broken, MainstayError, Missing, Refused
from mainstay.core.nouns import Event
from mainstay.ledger import blobs, state
from mainstay.ledger.projections import Share as Row
from mainstay.seal import checks, dsse, routing
from mainstay.seal.certificate import Environment
from mainstay.seal.keys import Key, short
from mainstay.seal.routing import Routing, Shadow, Share

KINDS = ("Deployed", "RolledBack")


class Said(msgspec.Struct, frozen=True):
    """What a deployment says; the tables keep less, and not which version is the champion.

    unforeseen: who answers because of an event, as the contract names it; empty without one.
    """

    sequence: int
    environment: Environment
    shares: tuple["Given", ...]
    previous: "Given | None" = None
    shadow: "Aside | None" = None
    unforeseen: str = ""


class Given(msgspec.Struct, frozen=True):
    """One share: version by number, bundle and certificate by digest."""

    version: int
    share: float
    bundle: str
    certificate: str


class Aside(msgspec.Struct, frozen=True):
    """A shadow: version by number, bundle by digest."""

    version: int
    bundle: str
    share: float


def history(project: Project) -> tuple[Event, ...]:
    """Every deployment and rollback on record, oldest first."""
    return tuple(project.ledger.events(kind=KINDS, subject=project.model))


def said(event: Event) -> Said:
    """The payload of a deployment or rollback."""
    return msgspec.convert(event.payload, Said)


def wanted(project: Project) -> Routing | None:
    """The routing that follows from the record. Raises Broken where the tables say otherwise."""
    events = history(project)
    if not events:
        return None
    newest = said(events[-1])
    rows = state.deployments(project.ledger, project.model)[-1]
    recorded = {Row(one.version, one.share) for one in newest.shares}
    if rows.sequence != newest.sequence or set(rows.shares) != recorded:
        raise Broken(
            f"the table of deployments was changed by hand: event {events[-1].seq} says otherwise",
            hint="mainstay verify ledger",
        )
    shares = tuple(map(_share, newest.shares))
    previous = _share(newest.previous) if newest.previous else None
    aside = newest.shadow
    shadow = Shadow(f"v{aside.version}", aside.bundle, aside.share) if aside else None
    event = events[-1]
    return Routing(
        event.subject, newest.sequence, newest.environment, event.time, shares, previous, shadow,
        person=newest.unforeseen == "person",
    )  # fmt: skip


def _share(given: Given) -> Share:
    return Share(f"v{given.version}", given.bundle, given.certificate, given.share)


def present(project: Project) -> Routing | None:
    """What the doors are told now; None where nothing that they would believe."""
    try:
        return routing.read(project.places.serving / routing.FILE, project.trust)
    except (Missing, Refused):
        return None


def published(project: Project) -> Routing | None:
    """Brings the serving folder to the newest deployment; what stands there then.

    Safe to repeat, from any state a crash leaves. Raises Refused for a version whose certificate
    does not hold now, or a key that is not trusted; the doors then keep what they had.
    """
    asked = wanted(project)
    if asked is None or _stands(project, asked):
        return asked
    key = trusted_signer(project)
    for share in asked.shares:
        verified(project, share, asked.environment)
    for bundle in _bundles(asked):
        _environment(project, bundle)
        _bundle(project, bundle)
    for share in _everyone(asked):
        _certificate(project, share.certificate)
    with project.ledger.transaction():  # one at a time: an older routing never overwrites
        before = present(project)
        if before is None or before.sequence <= asked.sequence:
            content = dsse.encoded(routing.signed(asked, key))
            durable.write(project.places.serving / routing.FILE, content)
            durable.sync(project.places.serving)
    return asked


def healed(project: Project) -> None:
    """The same before any other command; what stops it is told and stops nothing else."""
    try:
        if project.places.serving.is_dir() or state.deployments(project.ledger, project.model):
            published(project)
    except MainstayError as error:
        project.tell(f"the serving folder is behind the ledger: {error}")


def verified(project: Project, share: Share, environment: Environment) -> None:
    """Raises Refused unless this very certificate lets this very bundle take the share now."""
    envelope = dsse.decoded(blobs.read(project.places.blobs, share.certificate))
    certificate = checks.verify(
        envelope,
        project.trust,
        at=clock.now(),
        environment=environment,
        bundle=project.places.bundle(share.bundle),
    )
    if (certificate.version.name, certificate.version.model) != (share.version, project.model):
        raise Refused(f"the certificate given for {share.version} is of {certificate.name}")
    if share.share > certificate.scope.traffic:
        raise Refused(
            f"{certificate.name} is certified for {certificate.scope.traffic:.0%} of the traffic,"
            f" not for {share.share:.0%}"
        )


def trusted_signer(project: Project) -> Key:
    """The key that acts. Raises Refused where the trust file does not hold it."""
    key = project.signer
    if project.trust.holder(key.id) is None:
        raise Refused(
            f"the key of {key.name} ({short(key.id)}) is not trusted",
            hint=f"mainstay trust {key.name} --role author",
        )
    return key


def _stands(project: Project, asked: Routing) -> bool:
    places = project.places
    certificates = places.serving / routing.CERTIFICATES
    return (
        present(project) == asked
        and all((certificates / f"{one.certificate}.json").is_file() for one in _everyone(asked))
        and all(
            (places.serving / routing.BUNDLES / bundle).is_dir()
            and _lies(project, bundle, places.serving / routing.ENVIRONMENTS)
            for bundle in _bundles(asked)
        )
    )


def _everyone(asked: Routing) -> tuple[Share, ...]:
    """Those a door may open; whether the version before still holds it sees for itself."""
    return (*asked.shares, asked.previous) if asked.previous else asked.shares


def _bundles(asked: Routing) -> tuple[str, ...]:
    """Those that a door may open, each once."""
    shadow = (asked.shadow.bundle,) if asked.shadow else ()
    return tuple(dict.fromkeys((*(one.bundle for one in _everyone(asked)), *shadow)))


def _bundle(project: Project, sha: str) -> None:
    """The copy is whole before it has its name; one that was changed is made again."""
    folder = project.places.serving / routing.BUNDLES
    target = folder / sha
    folder.mkdir(parents=True, exist_ok=True)
    if _holds(target, sha):
        return
    with tempfile.TemporaryDirectory(dir=folder, prefix=durable.DRAFT) as draft:
        copy = Path(shutil.copytree(project.places.bundle(sha), Path(draft) / sha, symlinks=True))
        manifest.read(copy, sha)
        durable.sync_all(copy)
        if target.exists():
            target.rename(Path(draft) / "changed")
        copy.rename(target)
    durable.sync(folder)


def _holds(folder: Path, sha: str) -> bool:
    try:
        manifest.read(folder, sha)
    except MainstayError:
        return False
    return True


def _environment(project: Project, sha: str) -> None:
    """The Python of a model that no native engine answers: a door makes none, it may lack uv."""
    folder = project.places.serving / routing.ENVIRONMENTS
    if _lies(project, sha, folder):
        return
    lock = project.places.bundle(sha) / LOCK
    python = manifest.read(lock.parent, sha).python
    made = environment.prepared(lock, project.places.environments, python=python).folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=durable.DRAFT) as draft:
        copy = Path(draft) / made.name
        shutil.copytree(made, copy, symlinks=True, copy_function=_linked)
        copy.rename(folder / made.name)
    durable.sync(folder)


def _lies(project: Project, sha: str, folder: Path) -> bool:
    """Whether all that a bundle needs of environments is in a folder."""
    bundle = project.places.bundle(sha)
    stated = manifest.read(bundle, sha)
    native = stated.engine.kind != "worker"
    return native or environment.place(bundle / LOCK, folder, stated.python).is_dir()


def _linked(source: str, target: str) -> None:
    """The same file under a second name, which costs nothing; a copy where that is on its own."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _certificate(project: Project, sha: str) -> None:
    folder = project.places.serving / routing.CERTIFICATES
    folder.mkdir(parents=True, exist_ok=True)
    durable.write(folder / f"{sha}.json", blobs.read(project.places.blobs, sha))
    durable.sync(folder)
