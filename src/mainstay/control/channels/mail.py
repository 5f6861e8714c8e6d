"""A mail in plain text."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime

from mainstay.control.channels import address
from mainstay.control.channels.address import Place
from mainstay.control.channels.config import Mail
from mainstay.control.channels.message import Message, text, title
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
    place = Place(
        channel.host, channel.port, channel.tls == "tls", channel.private, channel.authority
    )
    loopback = {"127.0.0.1", "::1"} >= set(address.resolved(place))
    if channel.tls == "none" and not loopback:
        raise Mistake(f"mail to {channel.host} would be readable on its way", hint='tls = "tls"')
    try:
        with _Server(place) as server:
            _said(server, channel, place, message)
    except smtplib.SMTPResponseException as error:
        raise Unavailable(f"{channel.host} answers {error.smtp_code}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise Unavailable(f"{channel.host}: {type(error).__name__}") from error


def _said(server: smtplib.SMTP, channel: Mail, place: Place, message: Message) -> None:
    if channel.tls == "starttls":
        server.starttls(context=address.context(place))
    if channel.user:
        server.login(channel.user, revealed(channel.password))
    server.send_message(letter(channel, message))


def letter(channel: Mail, message: Message) -> EmailMessage:
    """Its id is that of the message, so that a repeated one can be told."""
    made = EmailMessage()
    made["From"], made["To"] = channel.sender, ", ".join(channel.to)
    made["Subject"] = " ".join(title(message).split())[:200]
    made["Date"] = format_datetime(clock.machine())
    made["Message-ID"] = f"<{message.id}@mainstay.invalid>"
    made.set_content(text(message))
    return made
