"""Certificates as files for people: the signed envelope and its page, by version."""

from pathlib import Path

import msgspec

from mainstay.control import versions
from mainstay.control.pages import certificate as sheet
from mainstay.control.pages import report
from mainstay.control.project import Project
from mainstay.core import clock, durable
from mainstay.core.answers import Answer
from mainstay.core.errors import Missing
from mainstay.core.nouns import Event, Evidence
from mainstay.ledger.state import Version
from mainstay.life.certify.details import Details
from mainstay.seal import certificate as seal
from mainstay.seal import checks, dsse
from mainstay.seal.dsse import Envelope

ISSUED, REFUSED = ("Certified", "Renewed"), "CertificateRefused"
"""How a judgement ended, as events."""


class Record(msgspec.Struct, frozen=True):
    """What certify keeps of a judgement, as a blob; details: None of an older refusal."""

    evidence: tuple[Evidence, ...]
    not_covered: tuple[str, ...]
    details: Details | None


def written(project: Project, envelope: Envelope, details: Details | None) -> Path:
    """The envelope as NAME.json and its page as NAME.html; the path of the page."""
    trust = project.trust
    assert details is not None, "a certificate was judged with its details"
    certificate = seal.opened(envelope, trust)
    checks.waived(certificate, trust)
    folder = project.places.certificates
    folder.mkdir(parents=True, exist_ok=True)
    name = certificate.version.name
    durable.write(folder / f"{name}.json", dsse.encoded(envelope))
    shown = sheet.page(certificate, dsse.signers(envelope, trust), details, at=clock.now())
    durable.write(folder / f"{name}.html", shown.encode())
    for kind in ("json", "html"):
        (folder / f"{name}.{kind}").chmod(0o644)  # made to be passed on
    return folder / f"{name}.html"


def reported(
    project: Project, place: Path, title: str, said: Answer, details: Details | None = None
) -> Answer:
    """The same answer with a line that says where its evidence lies as one file, written here.

    details: of a judgement, whose tables stand there too.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    durable.write(place, report.page(title, said, details, at=clock.now()).encode())
    place.chmod(0o644)  # made to be passed on
    shown = place.relative_to(project.places.folder)
    return msgspec.structs.replace(
        said,
        lines=(*said.lines, f"Evidence: {shown}"),
        facts={**said.facts, "report": str(place)},
    )


def page(project: Project, version: Version) -> str:
    """The certificate of a version as HTML, as of now. Raises Missing where it has none."""
    signed, details = envelope(project, version), behind(project, version).details
    if details is None:
        raise Missing(f"v{version.number} was not judged to a certificate")
    certificate = seal.opened(signed, project.trust)
    checks.waived(certificate, project.trust)
    return sheet.page(certificate, dsse.signers(signed, project.trust), details, at=clock.now())


def envelope(project: Project, version: Version) -> Envelope:
    """The newest certificate of a version, from the ledger's blobs. Raises Missing."""
    if not version.certificate:
        name = f"v{version.number}"
        raise Missing(f"{name} has no certificate", hint=f"mainstay certify {name}")
    return dsse.decoded(versions.blob(project, version.certificate))


def record(project: Project, version: Version) -> Record:
    """The newest judgement of a version. Raises Missing where it was never judged."""
    return _record(project, version, (*ISSUED, REFUSED))


def behind(project: Project, version: Version) -> Record:
    """The judgement that its certificate stands on, also where a later renewal was refused.

    Raises Missing where it was never judged good enough.
    """
    return _record(project, version, ISSUED)


def refused_since(project: Project, version: Version) -> Event | None:
    """The refusal of a renewal that came after its certificate; None without one."""
    kinds = (*ISSUED, REFUSED)
    judged = versions.events(project, version, kinds)
    refused = judged and judged[-1].kind == REFUSED and version.status == "approved"
    return judged[-1] if refused else None


def evidence(project: Project, event: Event) -> tuple[Evidence, ...]:
    """Of the judgement that an event tells of."""
    sha = event.payload["blobs"][0]
    return msgspec.json.decode(versions.blob(project, sha), type=Record).evidence


def _record(project: Project, version: Version, kinds: tuple[str, ...]) -> Record:
    judged = versions.events(project, version, kinds)
    if not judged:
        name = f"v{version.number}"
        raise Missing(f"{name} was not judged yet", hint=f"mainstay certify {name}")
    return msgspec.json.decode(versions.blob(project, judged[-1].payload["blobs"][0]), type=Record)
