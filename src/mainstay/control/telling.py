"""Telling people of incidents: put aside in the transaction that records them, told afterwards.

A message is told at least once to each channel that takes its urgency. Which channels there are is
read where the process runs; one that cannot be reached holds up nothing but itself.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from mainstay.control import incidents
from mainstay.control.channels import config
from mainstay.control.channels.config import Alertmanager, Channel, Channels, OpenLineage
from mainstay.control.channels.message import Kind, Message
from mainstay.control.channels.note import Note
from mainstay.control.incidents import Group, Held
from mainstay.control.project import Project
from mainstay.control.urgency import ORDER, Urgency
from mainstay.core import clock
from mainstay.core.errors import MainstayError
from mainstay.core.nouns import Event
from mainstay.ledger import outbox, state
from mainstay.ledger.outbox import Waiting

SHORTEST = timedelta(hours=1)
"""An alert that is not renewed stands for two windows, at least so long."""


def spoken(project: Project, incidents_now: dict[int, Event | None]) -> None:
    """Put aside what is to be told of open incidents after a look, each with its event if any.

    Channels that hold a state, not messages, are told again of all that stands.
    """
    known = channels(project)
    open_ = incidents.held(project.ledger)
    for incident, event in incidents_now.items():
        group = incidents.group_of(open_, incident)
        if group is None or _explained(group, incident):
            continue
        kind: Kind = "opened" if event and event.seq == group.lead.incident.id else "changed"
        told = message(project, group, kind, event)
        for name, channel in known.items():
            if takes(channel, told.urgency) and (event or isinstance(channel, Alertmanager)):
                _put(project, name, channel, told, _due(group, clock.now()))


def over(project: Project, incident: int, event: Event) -> None:
    """Put aside that one is over, for those who were told of it."""
    known, told = channels(project), outbox.told(project.ledger, incident)
    before = next(
        one for one in incidents.every(project.ledger, project.model) if one.incident.id == incident
    )
    said = message(project, Group(before), "closed", event)
    for name in sorted(told & known.keys()):
        _put(project, name, known[name], said, clock.now())


def again(project: Project, held: Held, event: Event, until: datetime) -> None:
    """Put aside to tell of an incident that still stands when its silence ends."""
    group = incidents.group_of(incidents.held(project.ledger), held.incident.id)
    if group is None:
        return
    said = message(project, group, "changed", event)
    for name, channel in channels(project).items():
        if takes(channel, said.urgency):
            _put(project, name, channel, said, until)


def channels(project: Project) -> Channels:
    """Those configured; none where the file cannot be used, which is said, never in the way."""
    try:
        return {name: _placed(project, one) for name, one in config.configured().items()}
    except MainstayError as error:
        project.tell(f"nobody can be told of incidents: {error}")
        return {}


def _placed(project: Project, channel: Channel) -> Channel:
    """Lineage lies in the folder of its project."""
    if not isinstance(channel, OpenLineage) or not channel.file:
        return channel
    return msgspec.structs.replace(channel, file=str(project.places.folder / channel.file))


def takes(channel: Channel, urgency: Urgency) -> bool:
    """Whether a channel is for what is as urgent as that."""
    if isinstance(channel, OpenLineage):
        return False
    return ORDER[urgency] <= ORDER[channel.least]


def message(project: Project, group: Group, kind: Kind, event: Event | None) -> Message:
    """One matter as it is told; without an event it is a state, renewed."""
    lead, due = group.lead, group.due
    width = project.document.contract.watch.window
    return Message(
        id=f"{lead.incident.model}-{event.seq if event else lead.incident.id}",
        kind=kind,
        incident=lead.incident.id,
        time=event.time if event else clock.now(),
        models=group.models,
        clause=lead.finding.clause,
        what=lead.finding.what,
        cause=lead.finding.cause,
        owner=lead.finding.owner,
        action=lead.finding.action,
        urgency=due.urgency,
        why=due.why,
        since=lead.opened,
        stands=clock.machine() + max(2 * width, SHORTEST),
        source=lead.standing.source,
        cost=lead.standing.cost,
        good=lead.standing.good,
        hides=tuple(one.finding.what for one in group.hides),
        link=link(project, f"/incidents/{lead.incident.id}"),
    )


def link(project: Project, path: str) -> str:
    """To a page of the control plane, where anybody knows its address; else empty."""
    try:
        base = config.told().address or project.places.address.read_text(encoding="utf-8")
    except (MainstayError, OSError):
        return ""
    return f"{base.rstrip('/')}{path}"


def noted(project: Project, note: Note, takes_it: Callable[[Channel], bool]) -> int:
    """Put aside what is no incident, once for each channel that takes it; how many do.

    One with the same id is not told again. To be called in the transaction of what it tells.
    """
    taking = [name for name, one in channels(project).items() if takes_it(one)]
    body, due = msgspec.json.encode(note).decode(), clock.now().timestamp()
    for name in taking:
        row = Waiting(f"{note.id}-{name}", name, outbox.NOBODYS, body, due)
        outbox.put_once(project.ledger, row)
    return len(taking)


def _explained(group: Group, incident: int) -> bool:
    return incident in {one.incident.id for one in group.hides}


def _due(group: Group, now: datetime) -> datetime:
    """Now, or when the silence ends."""
    silence = group.lead.silence
    return state.moment(silence.until) if silence and group.lead.silent(now) else now


def _put(project: Project, name: str, channel: Channel, said: Message, due: datetime) -> None:
    """A channel that holds a state gets the newest one alone."""
    stands = isinstance(channel, Alertmanager)
    key = f"{said.models[0]}-{said.incident}" if stands else said.id
    body = msgspec.json.encode(said).decode()
    row = Waiting(f"{key}-{name}", name, said.incident, body, due.timestamp())
    outbox.put(project.ledger, row)
