"""Signing in at a provider: there, and back with a code that counts here and once."""

from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler as Redirects
from urllib.request import Request, build_opener

import pytest
from asking import HOST, Control, Reply, control, given
from signing_in_elsewhere import There

from mainstay.web.pending import Pending


class Held(Redirects):
    """Redirects are looked at and not followed."""

    def redirect_request(self, *_: Any) -> None:
        return None


@pytest.fixture
def asked(folder: Path, there: There) -> Control:
    return control(folder, provider=there.known, pending=Pending())


def left(asked: Control) -> tuple[str, str]:
    """Where the provider is asked, and the cookie that the browser keeps."""
    said = asked.ask("GET", "/sign-in/provider?next=/contract")
    assert said.status == 303
    return said.header("location"), said.cookie


def signed_in_there(address: str, name: str) -> str:
    """The way back, after somebody signed in at the provider."""
    form = urlencode({"sub": name, "action": "authorize"}).encode()
    try:
        build_opener(Held).open(Request(address, form, method="POST"))
    except URLError as answer:
        back = str(answer.headers["location"])  # type: ignore[attr-defined]  # an HTTPError
        return back.partition(HOST)[2]
    raise AssertionError("the provider did not lead back")


def arrived(asked: Control, name: str) -> Reply:
    address, cookie = left(asked)
    return asked.ask("GET", signed_in_there(address, name), cookie=cookie)


def test_somebody_with_a_role_comes_in_and_goes_on_to_where_they_were(
    asked: Control, folder: Path
) -> None:
    given(folder, "vera", "viewer")

    said = arrived(asked, "vera")

    assert (said.status, said.header("location")) == (303, "/contract")
    page = asked.ask("GET", "/contract", cookie=f"mainstay_session={_session(said)}")
    assert page.status == 200
    assert "<b>vera</b>" in page.text


def test_somebody_without_a_role_stays_outside(asked: Control, folder: Path) -> None:
    given(folder, "vera", "viewer")

    said = arrived(asked, "nobody")

    assert said.status == 403
    assert "nobody has no role here" in said.text


def test_a_code_counts_only_in_the_browser_that_asked_and_once(
    asked: Control, folder: Path
) -> None:
    given(folder, "vera", "viewer")
    address, cookie = left(asked)
    back = signed_in_there(address, "vera")

    assert asked.ask("GET", back).status == 403
    assert asked.ask("GET", back, cookie=left(asked)[1]).status == 403
    assert asked.ask("GET", back, cookie=cookie).status == 303
    assert asked.ask("GET", back, cookie=cookie).status == 403


def test_without_a_provider_there_is_no_such_page(folder: Path) -> None:
    alone = control(folder)

    assert alone.ask("GET", "/sign-in/provider").status == 404
    assert alone.ask("GET", "/sign-in/return?state=a&code=b").status == 404


def test_the_form_names_the_provider(asked: Control, there: There) -> None:
    assert f"Sign in with {urlsplit(there.url).netloc}" in asked.ask("GET", "/sign-in").text


def _session(said: Reply) -> str:
    """Of several cookies the one of the session."""
    every = [value for key, value in said.headers if key == "set-cookie"]
    one = next(value for value in every if value.startswith("mainstay_session="))
    return one.partition("=")[2].partition(";")[0]
