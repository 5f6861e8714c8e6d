"""What was foreseen of models of a contract and code: whether the goal is reached, at what upkeep.

Kept with the assessment that fitted them, whatever the grade of its forecast was.
"""

from typing import Any

import msgspec

from mainstay.control.project import Project
from mainstay.core import digest
from mainstay.life.assess.foreseen import Foreseen

FORESEEN = "foreseen"
"""Of the payload of `Assessed`, and of the facts of an assessment."""


class Hopes(msgspec.Struct, frozen=True):
    """chance: that the goal that is least likely is reached with any number of records;
    retrainings: a month, at least cost. None where nobody could tell.
    """

    chance: float | None = None
    retrainings: float | None = None


def said(contract: str, code: object, found: Foreseen) -> dict[str, Any]:
    """As it is put on record. contract: its digest; code: digests of the files."""
    hopes = Hopes(found.chance, found.retrainings)
    told = msgspec.to_builtins(hopes)
    return {FORESEEN: {"contract": contract, "code": digest.of_value(code), **told}}


def newest(project: Project, contract: str, code: object) -> Hopes | None:
    """Of this very contract and code, of whatever rows; None where nobody ever looked."""
    wanted = (contract, digest.of_value(code))
    found = [
        event.payload[FORESEEN]
        for event in project.ledger.events(kind="Assessed", subject=project.model)
        if FORESEEN in event.payload
    ]
    known = [one for one in found if (one["contract"], one["code"]) == wanted]
    return msgspec.convert(known[-1], Hopes, strict=False) if known else None
