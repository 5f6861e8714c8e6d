"""A door's word that it dropped a canary, to be put on record."""

from mainstay.control import publish
from mainstay.control.project import Project
from mainstay.core import notices
from mainstay.core.errors import MainstayError
from mainstay.core.notices import Notice


def recalled(project: Project) -> Notice | None:
    """Of the newest deployment, where it has a canary and a door dropped it.

    The word of a door is not signed. It can only take a canary back to what was before it.
    """
    events = publish.history(project)
    said = publish.said(events[-1]) if events else None
    if said is None or not 0 < said.shares[-1].share < 1:
        return None
    try:
        found = notices.recalled(project.places.door, said.sequence)
    except (MainstayError, ValueError) as error:
        project.tell(f"the notices of the door cannot be read: {error}")
        return None
    return found if found and found.version == f"v{said.shares[-1].version}" else None


def because(notice: Notice) -> str:
    """The reason, as a rollback states it."""
    return f"the door dropped {notice.version} at {notice.at:%Y-%m-%d %H:%M} UTC: {notice.why}"
