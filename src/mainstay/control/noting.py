"""What a look changes of incidents, on record, and put aside to be told with it.

The ledger keeps every incident. A silence, or a cause that explains it, stops the telling alone.
"""

import msgspec

from mainstay.control import incidents, telling, vouching
from mainstay.control.causes import Case
from mainstay.control.harm import Standing
from mainstay.control.incidents import Held, Known
from mainstay.control.project import Project
from mainstay.control.urgency import ORDER
from mainstay.core import clock
from mainstay.core.nouns import Event
from mainstay.ledger.state import Incident
from mainstay.life.watch.order import Finding

Told = dict[int, Event | None]
"""Incidents that are open, with the event of this look that somebody must hear of, if any."""


def noted(project: Project, found: tuple[Known, ...], closed: tuple[Incident, ...]) -> None:
    """To be called in the transaction of the look."""
    now = clock.now()
    for incident in closed:
        said = {"incident": incident.id}
        event = project.ledger.append("IncidentClosed", project.model, project.actor, said)
        telling.over(project, incident.id, event)
    right = vouching.of(project, project.model)
    lately = tuple(
        one
        for one in incidents.over(incidents.every(project.ledger, project.model), now)
        if one.id not in right
    )
    judged = incidents.judged(project.document.contract, found, lately, now)
    telling.spoken(project, _recorded(project, judged))


def _recorded(project: Project, judged: tuple[tuple[Known, Case | None], ...]) -> Told:
    """Causes come first, so that what they explain can name them."""
    made: Told = {}
    ids: dict[str, int] = {}
    for known, cause in sorted(judged, key=lambda pair: pair[1] is not None):
        by = 0 if cause is None else cause.id or ids[_name(cause.finding)]
        standing = msgspec.structs.replace(known.standing, by=by)
        incident, event = _written(project, known, standing)
        ids[_name(known.finding)] = incident
        made[incident] = None if by else event
    return made


def _written(project: Project, known: Known, standing: Standing) -> tuple[int, Event | None]:
    """The incident, and the event where it begins or is louder than it was."""
    if known.before is None:
        event = _opened(project, known.finding, standing)
        return event.seq, event
    standing = _kept(known.before, standing)
    changed = _changed(project, known.before, known.finding, standing)
    louder = _louder(known.before.standing, standing)
    return known.before.incident.id, changed if louder else None


def _opened(project: Project, finding: Finding, standing: Standing) -> Event:
    said = {**_said(finding, standing), "clause": finding.clause, "what": finding.what}
    return project.ledger.append("IncidentOpened", project.model, project.actor, said)


def _changed(project: Project, before: Held, finding: Finding, standing: Standing) -> Event | None:
    """Costs and numbers differ at every look; what changes what somebody does is on record."""
    known, columns = before.standing, set(before.finding.columns)
    same = (known.urgency, known.harm, known.by) == (standing.urgency, standing.harm, standing.by)
    if same and columns == set(finding.columns):
        return None
    said = {"incident": before.incident.id, **_said(finding, standing)}
    return project.ledger.append("IncidentChanged", project.model, project.actor, said)


def _said(finding: Finding, standing: Standing) -> dict[str, object]:
    return {
        "finding": msgspec.to_builtins(finding),
        "columns": list(finding.columns),
        "standing": msgspec.to_builtins(standing),
    }


def _kept(before: Held, standing: Standing) -> Standing:
    """The last good state is that before it began, not that before this look."""
    return msgspec.structs.replace(standing, good=before.standing.good or standing.good)


def _louder(before: Standing, now: Standing) -> bool:
    """More urgent than it was, or no longer explained by another."""
    return bool(before.by) or ORDER[now.urgency] < ORDER[before.urgency]


def _name(finding: Finding) -> str:
    return f"{finding.clause} {sorted(finding.columns)}"
