"""Any service that Apprise knows."""

from mainstay.control.channels.config import Apprise
from mainstay.control.channels.message import Message, text, title
from mainstay.control.channels.note import Note, whole
from mainstay.core.errors import MissingExtra, Mistake, Unavailable
from mainstay.core.secret import revealed

TYPES = {"now": "failure", "today": "warning", "this week": "info"}


def send(channel: Apprise, message: Message) -> None:
    """Raises MissingExtra, Mistake, Unavailable; never with the address, which holds secrets."""
    kind = "success" if message.kind == "closed" else TYPES[message.urgency]
    _notified(channel, title(message), text(message), kind)


def noted(channel: Apprise, note: Note) -> None:
    """The same, of a note."""
    _notified(channel, note.title, whole(note), "info")


def _notified(channel: Apprise, first: str, words: str, kind: str) -> None:
    try:
        import apprise  # noqa: PLC0415 - an optional engine
    except ImportError as error:
        raise MissingExtra("apprise") from error
    service = apprise.Apprise()
    if not service.add(revealed(channel.url)):
        raise Mistake("Apprise does not know this address", hint="see its documentation")
    if not service.notify(title=first, body=words, notify_type=kind):
        raise Unavailable("Apprise could not deliver it")
