"""A visit of somebody with a role, as pages get it."""

from pathlib import Path

from starlette.requests import Request

from mainstay.control.roles import Principal, Seat
from mainstay.web.attempts import Attempts
from mainstay.web.visit import Place, Visit


def visit(role: str) -> Visit:
    """vera, in a browser whose forms carry `f`."""
    headers = [(b"host", b"127.0.0.1:8090")]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers, "scheme": "http"}
    request = Request({**scope, "server": ("127.0.0.1", 8090), "query_string": b""})
    place = Place(Path(), Attempts(), print)
    return Visit(request, place, Principal("vera", (Seat(role, "*"),)), "f", "no-show")
