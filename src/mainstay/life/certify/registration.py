"""What must stand in the ledger before held-out rows may be opened."""

import msgspec

from mainstay.core.errors import Conflict, Refused
from mainstay.core.nouns import Window


class Registration(msgspec.Struct, frozen=True):
    """The contract as registered, and the opening of this hold-out for this version.

    position: where in the ledger the contract was registered. look: how often rows of this
    hold-out were opened for this model, this time included. attempt: how many versions were judged
    on them, this one included: whoever is judged again is no other try.
    """

    contract: str
    revision: int
    position: int
    version: str
    hold_out: Window
    look: int
    attempt: int = 1


def checked(registration: Registration | None, *, contract: str, version: str) -> Registration:
    """The registration of just this contract and version.

    Raises Refused where nothing is registered, Conflict where something else is.
    """
    if registration is None:
        raise Refused(
            "the contract is not registered: its promises must be on record before rows are opened",
            hint="mainstay build",
        )
    if registration.contract != contract:
        raise changed(registration.version, registration.revision)
    if registration.version != version:
        raise Refused(f"the hold-out was opened for {registration.version}, not for {version}")
    return registration


def changed(version: str, revision: int) -> Conflict:
    """A version may only be judged by the promises that it was built under."""
    return Conflict(
        f"contract.yaml changed since {version} was built under revision {revision}",
        hint="mainstay build  (a new version under the new contract), or undo the change",
    )
