"""Before every endpoint: who asks, whether a browser was led there, whether they may."""

import sys
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mainstay.control import admission, project, roles, team
from mainstay.control.admission import Entered
from mainstay.control.roles import Permission, Principal
from mainstay.core import clock, settings
from mainstay.core.errors import Bug, MainstayError, Missing, Refused
from mainstay.ledger import state
from mainstay.ledger.store import Ledger
from mainstay.web import layout, statuses
from mainstay.web.visit import Place, Route, Visit, Waiting, aside

SAFE = ("GET", "HEAD")
FORM_HEADER = "x-csrf-token"
_BEARER = "bearer "


def guarded(route: Route, place: Place) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint of a route, which only who may is led to."""

    async def endpoint(request: Request) -> Response:
        visit: Visit | None = None
        try:
            met = await aside(admitted, route, place, request)
            if isinstance(met, Visit):
                visit = met
                response = await _led(route, met)
            else:
                response = met
        except MainstayError as error:
            response = _told(route, error, visit)
        except Exception as error:  # noqa: BLE001 - the outermost door
            traceback.print_exception(error, file=sys.stderr)
            response = _told(route, Bug("This is our mistake, not yours."), visit)
        name = visit.principal.name if visit and visit.principal else "-"
        place.say(f"{request.method} {route.path} {response.status_code} {name}")
        return response

    return endpoint


def admitted(route: Route, place: Place, request: Request) -> Visit | Response:
    """The visit, or what a stranger is answered. Raises Refused for what another site sent."""
    if route.needs == "public":
        _refuse_foreign(request, place)
        return Visit(request, place)
    with Ledger(place.places.ledger, settings.ledger()) as ledger:
        entered = _entered(ledger, request, place)
        if entered is None:
            return _stranger(route, request)
        principal, form = entered
        if form:
            _refuse_foreign(request, place)
        model, folder = _about(place, ledger, request)
        visit = Visit(request, place, principal, form, model, folder=folder)
        return visit._replace(waiting=_waiting(ledger, visit)) if route.page else visit


async def _led(route: Route, visit: Visit) -> Response:
    """What the endpoint answers. Raises Refused, Missing for who may not be led there."""
    if route.needs not in ("public", "signed in", "as asked"):
        permit(visit, route.needs)  # type: ignore[arg-type]  # what is left are permissions
    return await route.endpoint(visit)


def permit(visit: Visit, needed: Permission, about: str = "") -> None:
    """Raises Refused for what they may not, Missing where they may not even know of it."""
    if visit.of_team and not about and needed in visit.permissions:
        return
    found = roles.ruling(visit.asker, needed, visit.model, clock.machine(), about=about)
    if found == "hidden" and not (visit.of_team and "read" in visit.permissions):
        raise Missing("there is nothing here", hint="ask an admin for a role")
    if found != "allowed":
        raise Refused(
            f"{visit.asker.name} may not do this: it needs the permission {needed!r}",
            hint=f"it belongs to {', '.join(_holders(needed))}",
        )


def refuse_forged(visit: Visit, given: str) -> None:
    """Raises Refused unless what a form carries is what its session gave it."""
    if not visit.form or visit.request.method in SAFE:
        return
    if not admission.same(given, visit.form):
        raise Refused("the form is not of this session", hint="load the page again")


def _holders(needed: Permission) -> list[str]:
    return [role for role, held in roles.ROLES.items() if needed in held]


def _entered(ledger: Ledger, request: Request, place: Place) -> Entered | None:
    """A token that is shown counts alone: a cookie never stands in for a wrong one."""
    now, shown = clock.machine(), request.headers.get("authorization", "")
    if shown:
        token = shown[len(_BEARER) :].strip() if shown.lower().startswith(_BEARER) else ""
        principal: Principal | None = admission.by_token(ledger, token, now)
        return Entered(principal, "") if principal else None
    return admission.by_session(ledger, request.cookies.get(place.cookie, ""), now)


def _refuse_foreign(request: Request, place: Place) -> None:
    """Raises Refused where a browser was led here by another site; it says so in every version."""
    if request.method in SAFE:
        return
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    own = place.address or f"{_scheme(place)}://{request.headers.get('host', '')}"
    foreign = origin != own if origin is not None else site is None
    if foreign or site not in (None, "same-origin"):
        raise Refused("another site sent this", hint="open the page itself and try again")


def _scheme(place: Place) -> str:
    return "https" if place.secure else "http"


def _stranger(route: Route, request: Request) -> Response:
    if route.page and route.method == "GET":
        there = quote(request.url.path)
        return RedirectResponse(f"/sign-in?next={there}", 303)
    error = Refused("who asks is not known", hint="sign in, or send a token: MAINSTAY_TOKEN")
    response = statuses.reply(error, statuses.STRANGER)
    response.headers["www-authenticate"] = "Bearer"
    return response


def _about(place: Place, ledger: Ledger, request: Request) -> tuple[str, Path]:
    """The model that a request is about and its folder; of a team none where it names none.

    Raises Missing for a model or an incident that the team does not have.
    """
    if not place.places.is_team:
        return _model(place, ledger), place.folder
    named = request.path_params.get("model") or request.query_params.get("model", "")
    incident = request.url.path.startswith("/incidents/")
    number = request.path_params.get("number", "") if incident else ""
    if number.isascii() and number.isdigit() and len(number) <= 18:
        found = state.incident(ledger, int(number))
        named = found.model if found else named
    return (named, team.member(place.places, named)) if named else ("", place.folder)


def _model(place: Place, ledger: Ledger) -> str:
    """The project's model, by the record where its contract cannot be read; empty before both."""
    try:
        return project.contract(place.places.contract).contract.model
    except MainstayError:
        known = state.models(ledger)
        return known[-1] if known else ""


def _waiting(ledger: Ledger, visit: Visit) -> Waiting:
    """Of the model, or of all that who asks may read."""
    waits = [one.model for one in state.standing(ledger, "certified")]
    burns = [one.model for one in state.open_incidents(ledger)]
    if not visit.of_team:
        return Waiting(waits.count(visit.model), burns.count(visit.model))
    now, asker = clock.machine(), visit.asker
    may = {name for name in {*waits, *burns} if "read" in roles.permissions(asker, name, now)}
    return Waiting(sum(one in may for one in waits), sum(one in may for one in burns))


def _told(route: Route, error: MainstayError, visit: Visit | None) -> Response:
    if not route.page:
        return statuses.reply(error)
    return layout.failure(error, statuses.status(error), visit)
