"""What an unforeseen event forbids while it is open: promotion of what was not proven on it."""

from datetime import datetime

from mainstay.control import incidents, papers
from mainstay.control.project import Project
from mainstay.core.errors import Refused
from mainstay.ledger.state import Incident, Version
from mainstay.life.watch.event import CLAUSE
from mainstay.life.watch.order import Finding
from mainstay.seal import certificate as seal


def opened(project: Project) -> tuple[Incident, Finding] | None:
    """The event that is open, with the newest that is known of it."""
    held = incidents.held(project.ledger, project.model)
    return next(((one.incident, one.finding) for one in held if one.finding.clause == CLAUSE), None)


def frozen(project: Project, version: Version) -> str:
    """Why a version may not get more than it has; empty where it may.

    Proven is what passed every gate on held-out decisions all of which are younger than the event.
    """
    event = opened(project)
    if event is None:
        return ""
    found = event[1]
    held = proven_since(project, version)
    if held is not None and held >= found.window.since:
        return ""
    seen = f"on decisions since {held:%Y-%m-%d}" if held else "on none"
    return f"v{version.number} was proven {seen}, but {found.what}"


def proven_since(project: Project, version: Version) -> datetime | None:
    """When the held-out decisions of its newest certificate begin; None without one."""
    if not version.certificate:
        return None
    issued = seal.opened(papers.envelope(project, version), project.trust)
    return min((one.window.since for one in issued.datasets if one.window), default=None)


def refuse(project: Project, version: Version, because: str) -> None:
    """Raises Refused for what is frozen, unless a person says why not."""
    why = frozen(project, version)
    if why and not because.strip():
        hint = f'mainstay certify v{version.number} --renew, or overrule it: --because "..."'
        raise Refused(f"promotion is frozen: {why}", hint=hint)
