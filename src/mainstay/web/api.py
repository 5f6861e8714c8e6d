"""Commands and queries over HTTP: the same values the terminal makes, as JSON."""

from typing import TypeVar

import msgspec
from starlette.responses import Response

from mainstay.control import roles
from mainstay.control.commands import Command
from mainstay.control.queries import Query
from mainstay.core.answers import Answer
from mainstay.core.errors import Missing, Mistake
from mainstay.web import guard
from mainstay.web.visit import Visit, aside, body

Asked = TypeVar("Asked")

LARGEST = 32_000_000
"""Bytes of a request; labels are the largest."""
JSON = "application/json"
_COMMANDS = msgspec.json.Decoder(Command)
_QUERIES = msgspec.json.Decoder(Query)


async def commands(visit: Visit) -> Response:
    """Does one command as who asks. Raises what it raises."""
    command = await _decoded(visit, _COMMANDS)
    _refuse_unless_permitted(visit, command)
    place = visit.place
    return replied(await aside(place.act, visit.folder, command, visit.asker))


async def queries(visit: Visit) -> Response:
    """Answers one query."""
    query = await _decoded(visit, _QUERIES)
    _refuse_unless_permitted(visit, query)
    return replied(await aside(visit.place.ask, visit.folder, query, visit.asker))


def replied(answer: Answer | dict[str, object]) -> Response:
    """Facts as JSON."""
    return Response(msgspec.json.encode(answer), media_type=JSON)


async def _decoded(visit: Visit, decoder: msgspec.json.Decoder[Asked]) -> Asked:
    """What is asked. Raises Mistake; to who may not read here nothing is explained."""
    guard.refuse_forged(visit, visit.request.headers.get(guard.FORM_HEADER, ""))
    try:
        return decoder.decode(await _json(visit))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        guard.permit(visit, "read")
        raise Mistake(f"this cannot be asked: {error}", hint="/api/openapi.json") from error
    except Mistake:
        guard.permit(visit, "read")
        raise


async def _json(visit: Visit) -> bytes:
    kind = visit.request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != JSON:
        raise Mistake("what is asked comes as JSON", hint=f"content-type: {JSON}")
    return await body(visit.request, LARGEST)


def _refuse_another(visit: Visit) -> None:
    """Raises Missing where the model in the address is not the project's."""
    if visit.request.path_params.get("model", visit.model) != visit.model:
        raise Missing("there is nothing here", hint="/")


def _refuse_unless_permitted(visit: Visit, asked: Command | Query) -> None:
    """Raises Refused, Missing; Mistake for what stays with its files, to those who may read."""
    needed = roles.NEEDS[type(asked)]
    if needed == roles.HERE:
        guard.permit(visit, "read")
        name = str(asked.__struct_config__.tag)
        raise Mistake(
            f"{name} needs files or keys of whoever asks: it does not work over HTTP",
            hint="run it in the project's folder",
        )
    _refuse_another(visit)
    guard.permit(visit, needed, roles.concerned(asked))
