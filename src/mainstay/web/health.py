"""Whether the process lives, and whether it could do what it is asked."""

import msgspec
from starlette.responses import Response

from mainstay.control import several
from mainstay.core.errors import MainstayError
from mainstay.core.progress import nothing
from mainstay.web.api import JSON, replied
from mainstay.web.visit import Visit, aside


async def livez(_: Visit) -> Response:
    """The loop turns."""
    return replied({"alive": True})


async def readyz(visit: Visit) -> Response:
    """503 with the kind of what stands in the way; what it is, is nothing for strangers."""
    found = await aside(_reasons, visit)
    body = msgspec.json.encode({"ready": not found, "reasons": found})
    return Response(body, 503 if found else 200, media_type=JSON)


def _reasons(visit: Visit) -> list[str]:
    try:
        with several.opened(visit.place.folder, nothing, None) as opened:
            opened.ledger.head()
            assert opened.places.is_team or opened.model
    except MainstayError as error:
        return [error.kind]
    return []
