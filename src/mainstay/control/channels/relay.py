"""Any service that Apprise knows."""

from mainstay.control.channels.config import Apprise
from mainstay.control.channels.message import Message, text, title
from mainstay.core.errors import MissingExtra, Mistake, Unavailable
from mainstay.core.secret import revealed

TYPES = {"now": "failure", "today": "warning", "this week": "info"}


def send(channel: Apprise, message: Message) -> None:
    """Raises MissingExtra, Mistake, Unavailable; never with the address, which holds secrets."""
    try:
        import apprise  # noqa: PLC0415 - an optional engine
    except ImportError as error:
        raise MissingExtra("apprise") from error
    service = apprise.Apprise()
    if not service.add(revealed(channel.url)):
        raise Mistake("Apprise does not know this address", hint="see its documentation")
    kind = "success" if message.kind == "closed" else TYPES[message.urgency]
    if not service.notify(title=title(message), body=text(message), notify_type=kind):
        raise Unavailable("Apprise could not deliver it")
