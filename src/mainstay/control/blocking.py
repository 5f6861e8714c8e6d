"""What the sources forbid now: promotion of anything, while one that blocks is not as agreed."""

from mainstay.control import versions
from mainstay.control.project import Project
from mainstay.core import clock
from mainstay.core.errors import Refused
from mainstay.data import observation
from mainstay.data.source import Reader
from mainstay.ledger.state import Version
from mainstay.life.build import build


def blocked(project: Project, version: Version) -> tuple[str, ...]:
    """Why a version may not get more than it has: its sources as they are at this moment.

    Columns are held against those it was built of; what came is that of the newest window.
    """
    places, now = project.places, clock.now()
    contract = project.document.contract
    engine = build.opened(places)
    reader = Reader(engine, places.folder, places.staged)
    born = versions.born(project, version)
    try:
        return observation.observed(contract, reader, born, now - contract.watch.window, now).blocks
    finally:
        engine.disconnect()


def refuse(why: tuple[str, ...]) -> None:
    """Raises Refused where there is anything."""
    if why:
        more = f", and {len(why) - 1} more" if why[1:] else ""
        hint = 'ask the owner of the source, or overrule it: --because "..."'
        raise Refused(f"promotion is stopped: {why[0]}{more}", hint=hint)
