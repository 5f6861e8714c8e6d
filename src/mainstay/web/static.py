"""Style, fonts and scripts: the files that are named here, and no other."""

from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from starlette.responses import Response

from mainstay.core.errors import Missing
from mainstay.web.visit import Visit

_PAGES, _WEB = resources.files("mainstay.control.pages"), resources.files("mainstay.web")
_FONTS = ("inter-latin-wght-normal.woff2", "jetbrains-mono-latin-wght-normal.woff2")
FILES: dict[str, tuple[Traversable, str]] = {
    "app.css": (_PAGES / "app.css", "text/css"),
    "shell.css": (_WEB / "shell.css", "text/css"),
    "shell.js": (_WEB / "shell.js", "text/javascript"),
    "live.js": (_WEB / "live.js", "text/javascript"),
    "signing.js": (_WEB / "signing.js", "text/javascript"),
    **{f"fonts/{name}": (_PAGES / "fonts" / name, "font/woff2") for name in _FONTS},
}


async def file(visit: Visit) -> Response:
    """Raises Missing for a name that is not in the table."""
    name = visit.request.path_params["name"]
    if name not in FILES:
        raise Missing("there is nothing here")
    content, kind = _content(name), FILES[name][1]
    return Response(content, media_type=kind, headers={"cache-control": "max-age=3600"})


@cache
def _content(name: str) -> bytes:
    return FILES[name][0].read_bytes()
