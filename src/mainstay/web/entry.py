"""Coming in and going out: sign-in, the invitation that sets a password, sign-out."""

import asyncio
from typing import NamedTuple
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from mainstay.control import admission
from mainstay.control.admission import Session
from mainstay.control.pages.markup import Html, tag
from mainstay.control.project import Project
from mainstay.core import clock, settings
from mainstay.core.errors import Mistake, Refused
from mainstay.ledger.store import Ledger
from mainstay.web import forms, guard, layout, provider
from mainstay.web.visit import Visit, aside

_HASHING = asyncio.Semaphore(2)
"""Argon2id takes 64 MB of memory each time."""


class Shown(NamedTuple):
    """What somebody signs in with: a name and its password, or a token."""

    name: str
    password: str
    token: str


async def sign_in_form(visit: Visit) -> Response:
    """The form; nobody is made or asked for a default password."""
    there = path(visit.request.query_params.get("next", ""))
    fields = (
        forms.field("name", "Name", complete="username"),
        forms.field("password", "Password", "password", "current-password"),
        tag("p", "or, instead of both:", class_="mute"),
        forms.field("token", "Token", "password"),
        tag("input", type="hidden", name="next", value=there),
    )
    form = forms.form("/sign-in", "Sign in", *fields)
    return layout.page("Sign in", layout.sheet("Sign in", *_elsewhere(visit, there), form))


async def sign_in(visit: Visit) -> Response:
    """A session of its own for whoever proves who they are. Raises Refused, Crowded."""
    said = await forms.read(visit)
    shown = Shown(said.get("name", ""), said.get("password", ""), said.get("token", "").strip())
    async with _HASHING:
        session = await run_in_threadpool(_begun, visit, shown)
    return into(visit, session, path(said.get("next", "")))


async def sign_out(visit: Visit) -> Response:
    """Ends the session. Raises Refused for a form that is not its own."""
    guard.refuse_forged(visit, (await forms.read(visit)).get(forms.FIELD, ""))
    await aside(_ended, visit)
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(visit.place.cookie, secure=visit.place.secure, httponly=True)
    return response


async def invitation_form(visit: Visit) -> Response:
    """Where a password is set, once. Raises Missing where the code is none."""
    first = await aside(_invited, visit)
    named = (forms.field("name", "Your name, in small letters", complete="username"),)
    fields = (
        *(named if first else ()),
        forms.field("password", "A password of 12 characters or more", "password", "new-password"),
        forms.field("again", "The same again", "password", "new-password"),
    )
    title = "Set up Mainstay" if first else "Set your password"
    words = "You will manage people. You neither approve nor deploy." if first else ""
    form = forms.form(visit.request.url.path, "Set it", *fields)
    return layout.page(title, layout.sheet(title, *_words(words), form))


async def invitation(visit: Visit) -> Response:
    """Sets the password and signs in. Raises Missing, Mistake, Conflict."""
    said = await forms.read(visit)
    if said.get("password", "") != said.get("again", ""):
        raise Mistake("the two passwords are not the same", hint="go back and write them again")
    async with _HASHING:
        session = await run_in_threadpool(_accepted, visit, said)
    return into(visit, session, "/")


async def password(visit: Visit) -> Response:
    """Another password; all other sessions end. Raises Refused for a wrong one, Crowded."""
    said = await forms.read(visit)
    guard.refuse_forged(visit, said.get(forms.FIELD, ""))
    if said.get("password", "") != said.get("again", ""):
        raise Mistake("the two passwords are not the same", hint="go back and write them again")
    async with _HASHING:
        session = await run_in_threadpool(_changed, visit, said)
    return into(visit, session, "/settings")


def _changed(visit: Visit, said: dict[str, str]) -> Session:
    now, attempts, name = clock.machine(), visit.place.attempts, visit.asker.name
    attempts.refuse(name, now)
    with Ledger(visit.place.places.ledger, settings.ledger()) as ledger:
        if not admission.by_password(ledger, name, said.get("before", "")):
            attempts.failed(name, now)
            raise Refused("this is not your password", hint="/settings")
        attempts.succeeded(name)
        admission.changed(ledger, name, said.get("password", ""), now)
        return admission.begun(ledger, name, now)


def _begun(visit: Visit, shown: Shown) -> Session:
    now, attempts = clock.machine(), visit.place.attempts
    before = visit.request.cookies.get(visit.place.cookie, "")
    with Ledger(visit.place.places.ledger, settings.ledger()) as ledger:
        if shown.token:
            return admission.begun(ledger, "", now, token=shown.token, before=before)
        attempts.refuse(shown.name, now)
        if not admission.by_password(ledger, shown.name, shown.password):
            attempts.failed(shown.name, now)
            raise Refused("name and password do not belong together", hint="/sign-in")
        attempts.succeeded(shown.name)
        return admission.begun(ledger, shown.name, now, before=before)


def _accepted(visit: Visit, said: dict[str, str]) -> Session:
    now, code = clock.machine(), visit.request.path_params["code"]
    before = visit.request.cookies.get(visit.place.cookie, "")
    with Ledger(visit.place.places.ledger, settings.ledger()) as ledger:
        project = Project(visit.place.places, ledger)
        name = admission.accepted(
            project, code, said.get("name", ""), said.get("password", ""), now
        )
        return admission.begun(ledger, name, now, before=before)


def _invited(visit: Visit) -> bool:
    """Whether it is the first person's."""
    code = visit.request.path_params["code"]
    with Ledger(visit.place.places.ledger, settings.ledger()) as ledger:
        return admission.invitation(ledger, code, clock.machine()).label == admission.SETUP


def _ended(visit: Visit) -> None:
    with Ledger(visit.place.places.ledger, settings.ledger()) as ledger:
        secret = visit.request.cookies.get(visit.place.cookie, "")
        admission.ended(ledger, secret, clock.machine())


def into(visit: Visit, session: Session, there: str) -> Response:
    """On to a page, with the cookie of a session."""
    response = RedirectResponse(there, 303)
    response.set_cookie(
        visit.place.cookie, session.secret, httponly=True, samesite="lax",
        secure=visit.place.secure, path="/", max_age=int(admission.LONGEST.total_seconds()),
    )  # fmt: skip
    return response


def path(there: str) -> str:
    """A place of ours to go on to: never an address elsewhere."""
    plain = there.isascii() and there.isprintable() and "\\" not in there
    return there if plain and there.startswith("/") and not there.startswith("//") else "/"


def _elsewhere(visit: Visit, there: str) -> tuple[Html, ...]:
    """The way to a provider, where there is one."""
    host = provider.host(visit.place.provider)
    if not host:
        return ()
    way = f"/sign-in/provider?{urlencode({'next': there})}"
    return (
        tag("p", tag("a", f"Sign in with {host}", href=way)),
        tag("p", "or here:", class_="mute"),
    )


def _words(words: str) -> tuple[Html, ...]:
    return (tag("p", words),) if words else ()
