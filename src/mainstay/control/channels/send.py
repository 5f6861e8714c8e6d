"""One message to one channel."""

from mainstay.control.channels import alertmanager, log, mail, relay, webhook
from mainstay.control.channels.config import Alertmanager, Apprise, Channel, Log, Mail, Webhook
from mainstay.control.channels.message import Message


def send(channel: Channel, message: Message) -> None:
    """Raises MainstayError where it was not taken; then nobody may have read it, or somebody."""
    match channel:
        case Log():
            log.send(channel, message)
        case Mail():
            mail.send(channel, message)
        case Webhook():
            webhook.send(channel, message)
        case Alertmanager():
            alertmanager.send(channel, message)
        case Apprise():
            relay.send(channel, message)
