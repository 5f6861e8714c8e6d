"""A mail in plain text."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime

from mainstay.control.channels import address, config
from mainstay.control.channels.address import Place
from mainstay.control.channels.config import Mail
from mainstay.control.channels.message import Message, text, title
from mainstay.control.channels.note import Note, whole
from mainstay.core import clock
from mainstay.core.errors import Mistake, Unavailable
from mainstay.core.secret import revealed


class _Server(smtplib.SMTP):
    """Over a connection that is there already."""

    def __init__(self, place: Place) -> None:
        self._place = place
        super().__init__(
            place.host, place.port, local_hostname="mainstay", timeout=address.PATIENCE
        )

    def _get_socket(self, host: str, port: int, timeout: float) -> ssl.SSLSocket:  # noqa: ARG002 - the name of smtplib's own hook
        plain = address.connected(self._place)
        return address.encrypted(plain, self._place) if self._place.secure else plain  # type: ignore[return-value]  # either is one


def send(channel: Mail, message: Message) -> None:
    """Raises Mistake, Refused, Unavailable; never with what the server or a secret says."""
    _sent(channel, letter(channel, message))


def noted(channel: Mail, note: Note) -> None:
    """The same, of a note: to whom it names, where their addresses are known."""
    _sent(channel, note_of(channel, note))


def _sent(channel: Mail, made: EmailMessage) -> None:
    place = Place(
        channel.host, channel.port, channel.tls == "tls", channel.private, channel.authority
    )
    loopback = {"127.0.0.1", "::1"} >= set(address.resolved(place))
    if channel.tls == "none" and not loopback:
        raise Mistake(f"mail to {channel.host} would be readable on its way", hint='tls = "tls"')
    try:
        with _Server(place) as server:
            _said(server, channel, place, made)
    except smtplib.SMTPResponseException as error:
        raise Unavailable(f"{channel.host} answers {error.smtp_code}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise Unavailable(f"{channel.host}: {type(error).__name__}") from error


def _said(server: smtplib.SMTP, channel: Mail, place: Place, made: EmailMessage) -> None:
    if channel.tls == "starttls":
        server.starttls(context=address.context(place))
    if channel.user:
        server.login(channel.user, revealed(channel.password))
    server.send_message(made)


def letter(channel: Mail, message: Message) -> EmailMessage:
    """Its id is that of the message, so that a repeated one can be told."""
    return _letter(channel, message.id, title(message), text(message))


def note_of(channel: Mail, note: Note) -> EmailMessage:
    """A digest has its page too, for who reads mail as HTML."""
    made = _letter(channel, note.id, note.title, whole(note))
    known = config.told().people
    to = [known[name] for name in note.to if name in known]
    if to:
        made.replace_header("To", ", ".join(to))
    if note.page:
        made.add_alternative(note.page, subtype="html")
    return made


def _letter(channel: Mail, id_: str, first: str, words: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"] = channel.sender, ", ".join(channel.to)
    made["Subject"] = " ".join(first.split())[:200]
    made["Date"] = format_datetime(clock.machine())
    made["Message-ID"] = f"<{id_}@mainstay.invalid>"
    made.set_content(words)
    return made
