"""What the sources forbid now, while one that blocks is not as agreed: promotion of anything, and

that anything is certified on what they say.
"""

from datetime import datetime

from ibis.backends.duckdb import Backend

from mainstay.control import labelling, versions
from mainstay.control.project import Project
from mainstay.core import clock
from mainstay.core.errors import Refused
from mainstay.core.nouns import Window
from mainstay.data import changes, labels, observation, reading, rows, sla
from mainstay.data.sla import Judged
from mainstay.ledger.state import Version
from mainstay.life.build import build

CERTIFIED = "certification"


def blocked(project: Project, version: Version) -> tuple[str, ...]:
    """Why a version may not get more than it has: its sources as they are at this moment.

    Columns are held against those it was built of; what came is that of the newest window.
    """
    places, now = project.places, clock.now()
    contract, engine = project.document.contract, build.opened(places)
    reader, since = reading.reader(contract, places), now - contract.watch.window
    try:
        found = observation.observed(contract, reader, versions.born(project, version), since, now)
        return (*found.blocks, *observation.blocking(_labels(project, engine, since)))
    finally:
        reading.ended(reader)
        engine.disconnect()


def _labels(project: Project, engine: Backend, since: datetime) -> tuple[Judged, ...]:
    """What who sends labels agreed on; they are read only where that is anything."""
    contract, now = project.document.contract, clock.now()
    if not contract.data.label.sla:
        return ()
    shape = labelling.shape(project)
    known = labels.visible(engine, shape, labelling.kept(project, shape), now)
    return observation.of_labels(contract, known, since, now)


def refuse_to_certify(project: Project, version: Version, window: Window) -> None:
    """Before the rows of a window are opened. Raises Broken or Unsure for a source that blocks:

    its columns are held against those the version was built of, its promises over the window.
    """
    places = project.places
    contract = project.document.contract
    reader = reading.reader(contract, places)
    try:
        born = versions.born(project, version)
        changes.refuse(changes.changes(contract, reader, born), CERTIFIED)
        sources, now = rows.opened(contract, reader), clock.now()
        kept = rows.kept(contract, sources, since=window.since, until=window.until, now=now)
        sla.refuse(kept.judged, CERTIFIED)
    finally:
        reading.ended(reader)


def refuse(why: tuple[str, ...]) -> None:
    """Raises Refused where there is anything."""
    if why:
        more = f", and {len(why) - 1} more" if why[1:] else ""
        hint = 'ask the owner of the source, or overrule it: --because "..."'
        raise Refused(f"promotion is stopped: {why[0]}{more}", hint=hint)
