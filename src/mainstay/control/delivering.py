"""Delivery of what waits to be told: each channel by itself, none longer than a few seconds."""

import queue
import threading
from typing import NamedTuple

import msgspec

from mainstay.control import incidents, telling
from mainstay.control.channels.config import Channel, Channels
from mainstay.control.channels.message import Message
from mainstay.control.channels.send import send
from mainstay.control.project import Project
from mainstay.core import clock
from mainstay.core.answers import Answer
from mainstay.core.errors import MainstayError
from mainstay.core.nouns import Verdict
from mainstay.ledger import outbox, state
from mainstay.ledger.outbox import Waiting
from mainstay.ledger.projections import text

PATIENCE = 15.0
"""Seconds until a channel that says nothing is left to the next time."""
MOST = 200
"""Messages that are tried at a time."""
NO_ANSWER = "no answer in time"


class Outcome(NamedTuple):
    """What became of one try; error empty where it was taken."""

    message: Waiting
    error: str


def deliver(project: Project) -> Answer:
    """Tries everything that is due. Unsure while something waits."""
    known = telling.channels(project)
    tried = delivered(project, known)
    left = outbox.waiting(project.ledger)
    bad = {one.message.channel: one.error for one in tried if one.error}
    told = len(tried) - sum(bool(one.error) for one in tried)
    return Answer(
        f"Told {told:,} of {len(tried):,} that were due; {len(left):,} wait.",
        Verdict.UNSURE if left else Verdict.PASS,
        lines=tuple(f"▲ {name}: {error}" for name, error in sorted(bad.items())),
        next="mainstay incident list",
        facts={
            "channels": sorted(known),
            "told": told,
            "failed": bad,
            "waiting": [_fact(one) for one in left],
        },
    )


def delivered(project: Project, known: Channels) -> tuple[Outcome, ...]:
    """Each due message claimed, sent and settled; what fails is tried again after a pause.

    What was told long ago of incidents that are over is forgotten.
    """
    mine = [one for one in _due(project, known) if outbox.claimed(project.ledger, one)]
    outcomes = tuple(_sent(mine, known))
    for one in outcomes:
        if one.error:
            outbox.failed(project.ledger, one.message, one.error)
        else:
            outbox.settled(project.ledger, one.message, text(clock.now()))
    outbox.pruned(project.ledger)
    return outcomes


def _due(project: Project, known: Channels) -> list[Waiting]:
    """Those to be told now. What was silenced until its end is dropped, or goes on waiting."""
    now = clock.now()
    ready = [one for one in outbox.waiting(project.ledger) if one.due <= now.timestamp()]
    return [one for one in ready if one.channel in known and not _quiet(project, one)][:MOST]


def _quiet(project: Project, waiting: Waiting) -> bool:
    """Whether a silence stands against it; then it is put off, or settled where it is over."""
    silence = state.silences(project.ledger).get(waiting.incident)
    if silence is None or msgspec.json.decode(waiting.body, type=Message).kind == "closed":
        return False
    if not any(one.incident.id == waiting.incident for one in incidents.held(project.ledger)):
        outbox.settled(project.ledger, waiting, "over while it was silenced")
        return True
    until = state.moment(silence.until)
    if until <= clock.now():
        return False
    outbox.postponed(project.ledger, waiting, until.timestamp())
    return True


def _sent(mine: list[Waiting], known: Channels) -> list[Outcome]:
    """Channels side by side in threads that nobody waits for beyond patience."""
    done: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
    by_channel: dict[str, list[Waiting]] = {}
    for one in mine:
        by_channel.setdefault(one.channel, []).append(one)
    for name, some in by_channel.items():
        given = (known[name], tuple(some), done)
        threading.Thread(target=_each, args=given, name=f"tell {name}", daemon=True).start()
    return _collected(mine, done)


def _each(channel: Channel, some: tuple[Waiting, ...], done: "queue.SimpleQueue[Outcome]") -> None:
    """One after the other; after one that fails the rest is not tried now."""
    error = ""
    for one in some:
        error = error or _error(channel, one)
        done.put(Outcome(one, error))


def _error(channel: Channel, waiting: Waiting) -> str:
    try:
        send(channel, waiting.body)
    except MainstayError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - what a channel meets must not stop the others
        return type(error).__name__
    return ""


def _collected(mine: list[Waiting], done: "queue.SimpleQueue[Outcome]") -> list[Outcome]:
    outcomes: dict[str, Outcome] = {}
    end = clock.stopwatch() + PATIENCE
    while len(outcomes) < len(mine):
        try:
            one = done.get(timeout=max(end - clock.stopwatch(), 0.01))
        except queue.Empty:
            break
        outcomes[one.message.id] = one
    return [outcomes.get(one.id, Outcome(one, NO_ANSWER)) for one in mine]


def _fact(one: Waiting) -> dict[str, object]:
    return {
        "id": one.id, "channel": one.channel, "incident": one.incident,
        "attempts": one.attempts, "error": one.error,
    }  # fmt: skip
