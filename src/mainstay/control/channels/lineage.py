"""An event of OpenLineage, to a server of it or as a line of a file."""

from mainstay.control.channels import address, log
from mainstay.control.channels.config import OpenLineage
from mainstay.core.secret import revealed


def send(channel: OpenLineage, event: bytes) -> None:
    """Raises as `address.posted` and `log.written` do."""
    if channel.file:
        log.written(channel.file, event)
        return
    token = revealed(channel.token)
    address.posted(
        f"{revealed(channel.url).rstrip('/')}{channel.endpoint}",
        event,
        {
            "content-type": "application/json",
            **({"authorization": f"Bearer {token}"} if token else {}),
        },
        private=channel.private,
        authority=channel.authority,
    )
