"""An append-only feed over HTTP, after http-feeds.org: `GET URL?lastEventId=ID` gives a JSON array

of CloudEvents, oldest first; an empty one says that there is no more. The rows are their `data`.
"""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from typing import Any

from mainstay.core.addresses import shown
from mainstay.core.errors import Mistake, Unavailable
from mainstay.data.silos import landed
from mainstay.data.silos.access import Access, access, refuse_clear
from mainstay.data.silos.found import Files, Place, said
from mainstay.data.silos.landed import Offsets, Pulled

_BEGIN = "feed+"
_SECONDS = 30
_LARGEST = 64_000_000  # bytes of one answer
_LAST = "lastEventId"
_REMOVED = "DELETE"


def found(address: str, place: Place) -> Files:
    """`feed+https://HOST/PATH`. Raises Mistake for what is no feed, Unavailable, Refused."""
    url, stated = address.removeprefix(_BEGIN), access(address)
    if url.startswith("http://"):
        refuse_clear(url, stated, "write https://")

    def pull(begin: Offsets) -> Iterator[Pulled]:
        last = str(begin.get(_LAST, ""))
        while events := _events(url, last, stated):
            last = str(events[-1]["id"])
            yield Pulled(tuple(map(_row, filter(_kept, events))), {_LAST: last})

    return landed.found(address, place, pull)


def _kept(event: dict[str, Any]) -> bool:
    if event.get("method") == _REMOVED:
        hint = "append a row that says what holds now"
        raise Mistake(f"event {event['id']} deletes: rows of a stream are only ever added", hint)
    return True


def _row(event: dict[str, Any]) -> bytes:
    data = event.get("data")
    if not isinstance(data, dict):
        raise Mistake(f"event {event['id']} has no data that is an object", "one row an event")
    return json.dumps(data, ensure_ascii=False).encode()


def _events(url: str, last: str, stated: Access) -> list[dict[str, Any]]:
    text = _answered(url, last, stated)
    try:
        events = json.loads(text)
    except ValueError as error:
        raise Mistake(f"{shown(url)} answers no JSON: {error}") from None
    if not isinstance(events, list) or not all(
        isinstance(one, dict) and one.get("id") for one in events
    ):
        raise Mistake(f"{shown(url)} is no feed", "a JSON array of events, each with an id")
    if last and any(str(one["id"]) == last for one in events):
        raise Mistake(f"{shown(url)} repeats {last}", f"after {_LAST} only later events come")
    return events


def _answered(url: str, last: str, stated: Access) -> bytes:
    mark = "&" if urllib.parse.urlsplit(url).query else "?"
    asked = f"{url}{mark}{urllib.parse.urlencode({_LAST: last})}" if last else url
    headers = {"accept": "application/cloudevents-batch+json, application/json"}
    if stated.token:
        headers["authorization"] = f"Bearer {stated.bearer}"
    request = urllib.request.Request(asked, headers=headers)  # noqa: S310 - the scheme is stated
    try:
        with _OPENER.open(request, timeout=_SECONDS) as answer:
            text: bytes = answer.read(_LARGEST + 1)
    except urllib.error.HTTPError as error:
        error.close()
        kind = Unavailable if error.code >= 500 or error.code == 429 else Mistake
        raise kind(f"{shown(url)} answers {error.code}: {said(error, stated)}") from None
    except (OSError, HTTPException) as error:
        raise Unavailable(f"{shown(url)} does not answer: {said(error, stated)}") from None
    if len(text) > _LARGEST:
        raise Mistake(f"{shown(url)} answers more than {_LARGEST:,} bytes at once")
    return text


class _Stay(urllib.request.HTTPRedirectHandler):
    """A token goes where the operator sent it, and nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        """None: the redirect is the answer, and no feed."""


_OPENER = urllib.request.build_opener(_Stay)
