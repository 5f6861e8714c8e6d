"""A form that brings a file: labels, as somebody has them on their own machine."""

import re
from typing import NamedTuple

from starlette.responses import RedirectResponse, Response

from mainstay.control.commands import SendLabels
from mainstay.control.pages.answers import card
from mainstay.control.pages.markup import Html, tag
from mainstay.core.errors import Mistake
from mainstay.web import forms, guard
from mainstay.web.visit import Visit, aside, body

LARGEST = 32_000_000
"""Bytes of a request, as for commands."""
PATH, FILE = "/data/labels", "file"
_BOUNDARY = re.compile(r"multipart/form-data; *boundary=\"?([0-9A-Za-z'()+_,./:=?-]{1,70})\"?")
_NAMED = re.compile(rb'; *(name|filename)="([^"\r\n]*)"')
_MOST = 20


class Part(NamedTuple):
    """One field; file: the name it had where it came from, empty for none."""

    content: bytes
    file: str = ""


async def labels(visit: Visit) -> Response:
    """Takes the file in. Raises Mistake for no file, and what the command raises."""
    parts = await read(visit)
    guard.refuse_forged(visit, parts.get(forms.FIELD, Part(b"")).content.decode(errors="replace"))
    sent = parts.get(FILE)
    if sent is None or not sent.file:
        raise Mistake("there is no file of labels in the form", hint="choose one: .csv, .parquet")
    command = SendLabels(sent.file, sent.content)
    await aside(visit.place.act, visit.folder, command, visit.asker)
    return RedirectResponse(f"{visit.here}/data", 303)


def form(visit: Visit) -> Html:
    """For whoever may send labels; nothing for others."""
    if "labels" not in visit.permissions:
        return Html()
    file = forms.field(FILE, "CSV, Parquet or JSON lines: key, label, known_at", "file")
    words = "What became of decisions. What was received before is not counted twice."
    sent = forms.opened(visit.here + PATH, "Send labels", file, carried=visit.form)
    return card("Labels", "kept on record", tag("p", words), sent)


async def read(visit: Visit) -> dict[str, Part]:
    """Every part by its name, the last of each. Raises Mistake for another body, or too much."""
    kind = visit.request.headers.get("content-type", "")
    known = _BOUNDARY.fullmatch(kind)
    if known is None:
        raise Mistake("this is no form with a file", hint="multipart/form-data")
    return parsed(await body(visit.request, LARGEST), known[1].encode())


def parsed(content: bytes, boundary: bytes) -> dict[str, Part]:
    """What stands between the boundaries (RFC 7578). Raises Mistake where it cannot be read."""
    first, *rest = (b"\r\n" + content).split(b"\r\n--" + boundary)
    if first or not rest or not rest[-1].startswith(b"--") or len(rest) > _MOST:
        raise Mistake("this form cannot be read")
    return dict(map(_part, rest[:-1]))


def _part(raw: bytes) -> tuple[str, Part]:
    head, gap, content = raw.partition(b"\r\n\r\n")
    line = next((one for one in head.split(b"\r\n") if _is_disposition(one)), b"")
    said = {name.decode(): value.decode(errors="replace") for name, value in _NAMED.findall(line)}
    if not gap or "name" not in said:
        raise Mistake("this form cannot be read")
    return said["name"], Part(content, said.get("filename", ""))


def _is_disposition(line: bytes) -> bool:
    return line.lower().startswith(b"content-disposition: form-data")
