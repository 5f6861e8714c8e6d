"""What somebody outside is told of an incident, whichever way it reaches them."""

from datetime import datetime
from typing import Literal

import msgspec

from mainstay.control.urgency import Urgency
from mainstay.core.nouns import Estimate

Kind = Literal["opened", "changed", "closed", "test"]
BEGINS: dict[Kind, str] = {
    "opened": "◆ {urgency}",
    "changed": "◆ {urgency}, changed",
    "closed": "● over",
    "test": "a test of this channel",
}


class Message(msgspec.Struct, frozen=True):
    """One telling. id: the same however often it is sent, so that a receiver can tell repeats.

    time: of the event. models: all that the incident hurts. cost: money lost a day, None: not
    known. good: the last moment known to be right. hides: what it explains, and nobody is told.
    link: the page where one acts, empty where nobody said the address of the control plane.
    stands: without news until then, machine's time, it may be taken for over.
    """

    id: str
    kind: Kind
    incident: int
    time: datetime
    models: tuple[str, ...]
    clause: str
    what: str
    cause: str
    owner: str
    action: str
    urgency: Urgency
    why: str
    since: datetime
    stands: datetime
    source: str = ""
    cost: Estimate | None = None
    good: datetime | None = None
    hides: tuple[str, ...] = ()
    link: str = ""


def title(message: Message) -> str:
    """One line: `◆ today: no-show: weather is 9.0 h old, at most 6 h are agreed`."""
    begins = BEGINS[message.kind].format(urgency=message.urgency)
    return f"{begins}: {', '.join(message.models)}: {message.what}"


def text(message: Message) -> str:
    """All of it, one fact a line, for a person."""
    facts = {
        "what": message.what,
        "why": message.cause,
        "owner": message.owner,
        "do first": message.action,
        "act": f"{message.urgency}: {message.why}",
        "costs": cost(message.cost),
        "since": f"{message.since:%Y-%m-%d %H:%M} UTC",
        "last good": f"{message.good:%Y-%m-%d %H:%M} UTC" if message.good else "not known",
        "hurts": ", ".join(message.models),
        "explains": "; ".join(message.hides),
        "act at": message.link,
        "more": f"mainstay incident show {message.incident}",
    }
    return "\n".join(f"{name + ':':<11}{said}" for name, said in facts.items() if said)


def cost(found: Estimate | None) -> str:
    """`USD 120 a day (80 to 150)`; what nobody measured is said so."""
    if found is None:
        return "not known"
    return f"{found.unit} {found.value:,.0f} a day ({found.low:,.0f} to {found.high:,.0f})"
