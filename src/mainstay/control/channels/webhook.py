"""A CloudEvent 1.0 in structured JSON, signed."""

import msgspec

from mainstay.control.channels import address, signature
from mainstay.control.channels.config import Webhook
from mainstay.control.channels.message import Message, title
from mainstay.core import clock
from mainstay.core.errors import Mistake
from mainstay.core.secret import revealed


def send(channel: Webhook, message: Message) -> None:
    """Raises Mistake without a secret, and as `address.posted` does."""
    secret = revealed(channel.secret)
    if not secret:
        raise Mistake("the webhook has no secret to sign with", hint="secret = {env = ...}")
    body = event(message)
    address.posted(
        channel.url,
        body,
        {
            "content-type": "application/cloudevents+json; charset=utf-8",
            "idempotency-key": message.id,
            signature.HEADER: signature.signed(secret, body, clock.machine().timestamp()),
        },
        private=channel.private,
        authority=channel.authority,
    )


def event(message: Message) -> bytes:
    """Source and id together tell repeats: they are the same each time it is sent."""
    return msgspec.json.encode(
        {
            "specversion": "1.0",
            "id": message.id,
            "source": f"/mainstay/{message.models[0]}",
            "type": f"mainstay.incident.{message.kind}",
            "subject": f"incident/{message.incident}",
            "time": message.time,
            "datacontenttype": "application/json",
            "data": {**msgspec.to_builtins(message), "title": title(message)},
        }
    )
