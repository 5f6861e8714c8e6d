"""Coming in and going out: sign-in, the invitation that sets a password, sign-out."""

import asyncio
from typing import NamedTuple
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from mainstay.control import admission
from mainstay.control.admission import Session
from mainstay.control.pages.markup import Html, tag
from mainstay.control.project import Project
from mainstay.core import clock, settings
from mainstay.core.errors import Mistake, Refused
from mainstay.ledger.store import Ledger
from mainstay.web import guard, layout
from mainstay.web.visit import Visit, aside, body

_MOST = 65_536
_HASHING = asyncio.Semaphore(2)
"""Argon2id takes 64 MB of memory each time."""


class Shown(NamedTuple):
    """What somebody signs in with: a name and its password, or a token."""

    name: str
    password: str
    token: str


async def sign_in_form(visit: Visit) -> Response:
    """The form; nobody is made or asked for a default password."""
    there = _path(visit.request.query_params.get("next", ""))
    fields = (
        layout.field("name", "Name", complete="username"),
        layout.field("password", "Password", "password", "current-password"),
        tag("p", "or, instead of both:", class_="mute"),
        layout.field("token", "Token", "password"),
        tag("input", type="hidden", name="next", value=there),
    )
    return layout.page(
        "Sign in", layout.sheet("Sign in", layout.form("/sign-in", "Sign in", *fields))
    )


async def sign_in(visit: Visit) -> Response:
    """A session of its own for whoever proves who they are. Raises Refused, Crowded."""
    said = await _form(visit)
    shown = Shown(said.get("name", ""), said.get("password", ""), said.get("token", "").strip())
    async with _HASHING:
        session = await run_in_threadpool(_begun, visit, shown)
    return _into(visit, session, _path(said.get("next", "")))


async def sign_out(visit: Visit) -> Response:
    """Ends the session. Raises Refused for a form that is not its own."""
    guard.refuse_forged(visit, (await _form(visit)).get(layout.FIELD, ""))
    await aside(_ended, visit)
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(visit.place.cookie, secure=visit.place.secure, httponly=True)
    return response


async def invitation_form(visit: Visit) -> Response:
    """Where a password is set, once. Raises Missing where the code is none."""
    first = await aside(_invited, visit)
    named = (layout.field("name", "Your name, in small letters", complete="username"),)
    fields = (
        *(named if first else ()),
        layout.field("password", "A password of 12 characters or more", "password", "new-password"),
        layout.field("again", "The same again", "password", "new-password"),
    )
    title = "Set up Mainstay" if first else "Set your password"
    words = "You will manage people. You neither approve nor deploy." if first else ""
    form = layout.form(visit.request.url.path, "Set it", *fields)
    return layout.page(title, layout.sheet(title, *_words(words), form))


async def invitation(visit: Visit) -> Response:
    """Sets the password and signs in. Raises Missing, Mistake, Conflict."""
    said = await _form(visit)
    if said.get("password", "") != said.get("again", ""):
        raise Mistake("the two passwords are not the same", hint="go back and write them again")
    async with _HASHING:
        session = await run_in_threadpool(_accepted, visit, said)
    return _into(visit, session, "/")


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


def _into(visit: Visit, session: Session, there: str) -> Response:
    response = RedirectResponse(there, 303)
    response.set_cookie(
        visit.place.cookie, session.secret, httponly=True, samesite="lax",
        secure=visit.place.secure, path="/", max_age=int(admission.LONGEST.total_seconds()),
    )  # fmt: skip
    return response


async def _form(visit: Visit) -> dict[str, str]:
    """The last value of each field. Raises Mistake for another kind of body."""
    kind = visit.request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/x-www-form-urlencoded":
        raise Mistake("this is no form", hint="application/x-www-form-urlencoded")
    try:
        text = (await body(visit.request, _MOST)).decode()
        found = parse_qs(text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=20)
    except ValueError as error:
        raise Mistake("this form cannot be read") from error
    return {name: values[-1] for name, values in found.items()}


def _path(there: str) -> str:
    """A place of ours to go on to: never an address elsewhere."""
    plain = there.isascii() and there.isprintable() and "\\" not in there
    return there if plain and there.startswith("/") and not there.startswith("//") else "/"


def _words(words: str) -> tuple[Html, ...]:
    return (tag("p", words),) if words else ()
