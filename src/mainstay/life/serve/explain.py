"""A request that asks for reasons: read here, off the way of all others.

`"explain": true` beside the records wants the largest five of each answer, a number that many;
on other wires it stands among the parameters.
"""

from collections.abc import Mapping

import msgspec

from mainstay.bundle import reading
from mainstay.bundle.guard import Breach, Rejection
from mainstay.bundle.judgement import rejection
from mainstay.life.serve.handle import Asked, Outcome

MEMBER = "explain"
_QUOTED = b'"explain"'
USUAL = 5
"""Reasons of one answer where no number is asked for."""
MOST = 100
"""Records of one request with reasons: a row takes 1 to 6 ms, 100 in the largest forests."""
_PATH = "$.explain"
_SHOWN = 40  # characters of a caller's own text that an answer repeats
_UNREADABLE = (ValueError, RecursionError)
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_WANTED = msgspec.json.Decoder(bool | int).decode
_ENCODE = msgspec.json.Encoder().encode


def overlooked(begun: Asked) -> bool:
    """Whether a request was refused that may be one for reasons."""
    return isinstance(begun.parts, Rejection) and _QUOTED in begun.body


def asked(body: bytes) -> tuple[bytes, int | Rejection]:
    """The request without what it says of reasons, and how many are wanted, 0 for none.

    A body that is no JSON object stays as it is, for the guard to refuse.
    """
    if _QUOTED not in body:
        return body, 0
    try:
        members = _MEMBERS(body)
        repeated = reading.repeated(body)
    except _UNREADABLE:
        return body, 0
    stated = members.pop(MEMBER, None)
    if stated is None:
        return body, 0
    if repeated:
        twice = f"holds a member twice: {', '.join(repeated)}"
        return _ENCODE(members), rejection(422, "$", twice)
    return _ENCODE(members), _wanted(stated)


def explained(begun: Asked | Outcome, wanted: int | Rejection) -> Asked | Outcome:
    """The same request with as many reasons as are wanted, or refused for how it asks."""
    if not wanted or not isinstance(begun, Asked) or isinstance(begun.parts, Rejection):
        return begun
    if isinstance(wanted, Rejection):
        return begun._replace(parts=wanted)
    if len(begun.parts) > MOST:
        what = f"is for {MOST} records at most, here are {len(begun.parts):,}: send fewer"
        return begun._replace(parts=_refusal(what))
    return begun._replace(explain=wanted)


def count(parameters: Mapping[str, object]) -> int | Rejection:
    """How many reasons the parameters of another wire want, 0 for none."""
    return _wanted(msgspec.Raw(_ENCODE(parameters[MEMBER]))) if MEMBER in parameters else 0


def _wanted(stated: msgspec.Raw) -> int | Rejection:
    try:
        found: bool | int = _WANTED(stated)
    except _UNREADABLE:
        found = -1
    if isinstance(found, bool):
        return USUAL if found else 0
    if found > 0:
        return found
    shown = bytes(stated)[:_SHOWN].decode(errors="replace")
    return _refusal(f"is {shown}, not true, false or how many reasons at most")


def _refusal(what: str) -> Rejection:
    return Rejection(422, (Breach(_PATH, MEMBER, what, "reject"),))
