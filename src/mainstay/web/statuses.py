"""Errors as HTTP tells them: one table of statuses, one form of body."""

import msgspec
from starlette.responses import Response

from mainstay.core import errors
from mainstay.core.errors import Crowded, Kind, MainstayError

STATUSES: dict[Kind, int] = {
    "mistake": 400, "missing": 404, "refused": 403, "conflict": 409, "broken": 422,
    "unsure": 422, "unavailable": 503, "bug": 500,
}  # fmt: skip
CROWDED, STRANGER = 429, 401
"""Too often; and not a kind of its own: who asks is not known."""


def status(error: MainstayError) -> int:
    """The status that an error has."""
    return CROWDED if isinstance(error, Crowded) else STATUSES[error.kind]


def reply(error: MainstayError, code: int = 0) -> Response:
    """An error as JSON: kind, what, hint, whether to try again, and each mistake with its place."""
    body = msgspec.json.encode({"error": errors.facts(error)})
    return Response(body, code or status(error), media_type="application/json")
