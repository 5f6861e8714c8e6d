"""What is asked of a record as a whole, and done to it: of a project, or of all of a team."""

from mainstay.control import cataloguing, conflicts, digests, impacting, people
from mainstay.control.commands import (
    OfPeople,
    ProposeConflicts,
    SendDigests,
    SettleConflict,
    TellImpact,
)
from mainstay.control.project import Project
from mainstay.control.queries import Catalogue, Conflicts, DigestOf, Own, People
from mainstay.core.answers import Answer

Done = OfPeople | SendDigests | TellImpact | ProposeConflicts | SettleConflict
Asked = People | Own | DigestOf | Catalogue | Conflicts


def changed(opened: Project, command: Done) -> Answer:
    """What a team does as one."""
    match command:
        case SendDigests():
            return digests.send(opened)
        case TellImpact():
            return impacting.tell(opened, command)
        case ProposeConflicts():
            return conflicts.propose(opened)
        case SettleConflict():
            return conflicts.settle(opened, command)
        case _:
            return people.changed(opened, command)


def asked(opened: Project, query: Asked) -> Answer:
    """What a team is asked as one."""
    match query:
        case DigestOf():
            return digests.asked(opened, query)
        case Catalogue():
            return cataloguing.asked(opened, query)
        case Conflicts():
            return conflicts.asked(opened)
        case _:
            return people.asked(opened, query)
