"""What a hold-out holds, so that rows that were corrected are judged anew, and the same are not."""

import tempfile
from datetime import datetime
from pathlib import Path

from mainstay.bundle import manifest
from mainstay.control.project import Project
from mainstay.core.nouns import Window
from mainstay.data import reading, rows, snapshot
from mainstay.ledger import state
from mainstay.ledger.state import Version


def content(project: Project, version: Version, window: Window, now: datetime) -> str:
    """The digest of the decisions held out as they stand now: requests, groups and labels.

    Raises what data.rows raises.
    """
    contract, places = project.document.contract, project.places
    stated = manifest.read(places.bundle(version.bundle), version.bundle)
    places.work.mkdir(parents=True, exist_ok=True)
    reader = reading.reader(contract, places)
    try:
        found = rows.assembled(contract, reader, since=window.since, until=window.until, now=now)
        decisions, fair = contract.data.decisions, contract.certify.fairness
        held = rows.within(found.table, decisions.time, window)
        names = (*stated.columns, *(fair.groups if fair else ()), contract.data.label.column)
        some = held.select(*(one for one in dict.fromkeys(names) if one in held.columns))
        with tempfile.TemporaryDirectory(dir=places.work) as folder:  # rows stay closed
            return snapshot.written(some, Path(folder), decisions.key).digest
    finally:
        reading.ended(reader)


def note(project: Project, version: Version, window: Window, held: str) -> str:
    """Since when the rows are others than this version was judged on; empty where they are not."""
    looks = [
        one
        for one in project.ledger.events(kind="HoldoutOpened", subject=version.model)
        if one.payload.get("number") == version.number
        and state.moment(one.payload["since"]) == window.since
        and state.moment(one.payload["until"]) == window.until
    ]
    if not looks or looks[-1].payload.get("rows", held) == held:
        return ""
    return f"▲ the held-out rows changed since {looks[-1].time:%Y-%m-%d %H:%M}: judged anew"
