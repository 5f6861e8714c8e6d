"""An alert of the Prometheus Alertmanager, API v2: it stands until it is ended or not renewed."""

import msgspec

from mainstay.control.channels import address, config
from mainstay.control.channels.config import Alertmanager
from mainstay.control.channels.message import Message, cost
from mainstay.core import clock

SEVERITY = {"now": "critical", "today": "warning", "this week": "info"}
"""As its users call them, beside our own words."""


def send(channel: Alertmanager, message: Message) -> None:
    """Raises as `address.posted` does."""
    token = config.secret(channel.token)
    address.posted(
        f"{channel.url.rstrip('/')}/api/v2/alerts",
        msgspec.json.encode([alert(message)]),
        {
            "content-type": "application/json",
            **({"authorization": f"Bearer {token}"} if token else {}),
        },
        private=channel.private,
        authority=channel.authority,
    )


def alert(message: Message) -> dict[str, object]:
    """Labels tell alerts apart and never change while one lasts; the rest stands in annotations."""
    ended = clock.machine() if message.kind in ("closed", "test") else message.stands
    return {
        "labels": {
            "alertname": f"mainstay_{message.clause}".replace(" ", "_"),
            "incident": f"{message.models[0]}/{message.incident}",
            "model": message.models[0],
            "severity": SEVERITY[message.urgency],
            "owner": message.owner,
        },
        "annotations": {
            "summary": message.what,
            "description": f"{message.cause}; {message.action}",
            "act": f"{message.urgency}: {message.why}",
            "cost": cost(message.cost),
            "models": ", ".join(message.models),
        },
        "startsAt": min(message.since, ended),
        "endsAt": ended,
    }
