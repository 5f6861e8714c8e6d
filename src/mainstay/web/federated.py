"""Signing in at a provider: led there, and back with a code that this browser alone asked for."""

import base64
import hashlib

from starlette.responses import RedirectResponse, Response

from mainstay.control import admission
from mainstay.control.admission import Session
from mainstay.core import clock, settings
from mainstay.core.errors import Missing, Refused
from mainstay.ledger import state
from mainstay.ledger.store import Ledger
from mainstay.web import entry, provider
from mainstay.web.pending import SPAN, Under
from mainstay.web.provider import Registered
from mainstay.web.visit import Visit, aside

BACK = "/sign-in/return"
_COOKIE = "mainstay_state"


async def leave(visit: Visit) -> Response:
    """To the provider; the browser keeps which sign-in it began. Raises Missing without one."""
    known = _registered(visit)
    there = entry.path(visit.request.query_params.get("next", ""))
    mark, under = visit.place.pending.begun(there, clock.machine())
    challenge = hashlib.sha256(under.verifier.encode()).digest()
    asked = {
        "state": mark, "nonce": under.nonce, "redirect_uri": _back(visit),
        "code_challenge": base64.urlsafe_b64encode(challenge).decode().rstrip("="),
    }  # fmt: skip
    found = await aside(provider.places, known)
    response = RedirectResponse(provider.address(known, found, asked), 303)
    response.set_cookie(
        _cookie(visit), mark, httponly=True, samesite="lax", secure=visit.place.secure, path="/",
        max_age=int(SPAN.total_seconds()),
    )  # fmt: skip
    return response


async def arrive(visit: Visit) -> Response:
    """Back with a code: a session for whom the provider names, where they have a role here."""
    known, said = _registered(visit), visit.request.query_params
    mark = said.get("state", "")
    if not mark or not admission.same(visit.request.cookies.get(_cookie(visit), ""), mark):
        raise Refused("another browser began this sign-in", hint="/sign-in")
    under = visit.place.pending.taken(mark, clock.machine())
    if "code" not in said:
        raise Refused("the provider did not let you in", hint="/sign-in")
    session = await aside(_begun, visit, known, said["code"], under)
    response = entry.into(visit, session, under.there)
    response.delete_cookie(_cookie(visit), secure=visit.place.secure, httponly=True)
    return response


def _begun(visit: Visit, known: Registered, code: str, under: Under) -> Session:
    form = {"code": code, "redirect_uri": _back(visit), "code_verifier": under.verifier}
    found = provider.places(known)
    name = provider.name(known, provider.claims(known, found, form, under.nonce))
    before = visit.request.cookies.get(visit.place.cookie, "")
    with Ledger(visit.place.places.ledger, settings.ledger()) as ledger:
        if not state.grants(ledger, name):
            raise Refused(f"{name} has no role here", hint="an admin gives roles: people grant")
        return admission.begun(ledger, name, clock.machine(), before=before)


def _registered(visit: Visit) -> Registered:
    if visit.place.provider is None:
        raise Missing("no provider is known to sign in at", hint="/sign-in")
    return visit.place.provider


def _back(visit: Visit) -> str:
    scheme = "https" if visit.place.secure else "http"
    own = visit.place.address or f"{scheme}://{visit.request.headers.get('host', '')}"
    return f"{own}{BACK}"


def _cookie(visit: Visit) -> str:
    return f"__Host-{_COOKIE}" if visit.place.secure else _COOKIE
