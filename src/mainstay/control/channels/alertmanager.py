"""An alert of the Prometheus Alertmanager, API v2: it stands until it is ended or not renewed."""

from datetime import datetime

import msgspec

from mainstay.control.channels import address
from mainstay.control.channels.config import Alertmanager
from mainstay.control.channels.message import Message, cost
from mainstay.control.urgency import Urgency
from mainstay.core import clock
from mainstay.core.secret import revealed

SEVERITY: dict[Urgency, str] = {"now": "critical", "today": "warning", "this week": "info"}
"""As its users call them, beside our own words."""


def send(channel: Alertmanager, message: Message) -> None:
    """Raises as `address.posted` does."""
    token = revealed(channel.token)
    address.posted(
        f"{channel.url.rstrip('/')}/api/v2/alerts",
        msgspec.json.encode(alerts(message)),
        {
            "content-type": "application/json",
            **({"authorization": f"Bearer {token}"} if token else {}),
        },
        private=channel.private,
        authority=channel.authority,
    )


def alerts(message: Message) -> list[dict[str, object]]:
    """The one that stands or ends now, and where its urgency may have changed, the end of others.

    Labels tell alerts apart: of another severity it is another alert, which nobody would end.
    """
    now = clock.machine()
    until = now if message.kind in ("closed", "test") else message.stands
    before = [] if message.kind in ("opened", "test") else [*SEVERITY]
    others = [one for one in before if one != message.urgency]
    return [_alert(message, message.urgency, until), *(_alert(message, one, now) for one in others)]


def _alert(message: Message, urgency: Urgency, until: datetime) -> dict[str, object]:
    """Who it is stands in labels, what is known of it in annotations."""
    return {
        "labels": {
            "alertname": f"mainstay_{message.clause}".replace(" ", "_"),
            "incident": f"{message.models[0]}/{message.incident}",
            "model": message.models[0],
            "severity": SEVERITY[urgency],
            "owner": message.owner,
        },
        "annotations": {
            "summary": message.what,
            "description": f"{message.cause}; {message.action}",
            "act": f"{message.urgency}: {message.why}",
            "cost": cost(message.cost),
            "models": ", ".join(message.models),
            **({"link": message.link} if message.link else {}),
        },
        **({"generatorURL": message.link} if message.link else {}),
        "startsAt": min(message.since, until),
        "endsAt": until,
    }
