"""Signing in at a provider: a real one, in a process of its own, and tokens that must not count."""

import base64
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler as Redirects
from urllib.request import Request, build_opener, urlopen

import msgspec
import pytest
from asking import HOST, Control, Reply, control, given

from mainstay.core.errors import Mistake, Refused
from mainstay.web import provider
from mainstay.web.pending import Pending
from mainstay.web.provider import Registered

NOW = 1_700_000_000


class There(NamedTuple):
    """A provider that runs, and what this control plane knows of it."""

    url: str
    known: Registered


class Held(Redirects):
    """Redirects are looked at and not followed."""

    def redirect_request(self, *_: Any) -> None:
        return None


@pytest.fixture(scope="module")
def there() -> Iterator[There]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        url = f"http://127.0.0.1:{port}"
        _wait(f"{url}/.well-known/openid-configuration")
        issuer = _issuer(url)
        yield There(url, Registered(issuer, "mainstay", "secret", "sub"))
        process.terminate()


def _wait(address: str) -> None:
    for _ in range(600):
        try:
            urlopen(address).close()
        except (URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the provider does not start")


def _issuer(url: str) -> str:
    with urlopen(f"{url}/.well-known/openid-configuration") as said:
        return str(msgspec.json.decode(said.read())["issuer"])


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


GOOD = {"iss": "https://p", "aud": "mainstay", "exp": NOW + 60, "iat": NOW, "nonce": "n"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"iss": "https://q"}, "another issuer"),
        ({"aud": "other"}, "another client"),
        ({"aud": ["mainstay", "other"]}, "several clients"),
        ({"exp": NOW - 61}, "past its end"),
        ({"exp": None}, "past its end"),
        ({"iat": NOW + 61}, "from the future"),
        ({"nonce": "m"}, "another sign-in"),
    ],
)
def test_a_token_that_is_not_for_this_sign_in_does_not_count(
    change: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider.clock, "machine", lambda: datetime.fromtimestamp(NOW, UTC))
    known = Registered("https://p", "mainstay", "s")

    assert provider._checked(known, GOOD, "n") == GOOD
    with pytest.raises(Refused, match=said):
        provider._checked(known, {**GOOD, **change}, "n")


def test_a_token_signed_by_nobody_or_by_the_shared_secret_does_not_count(
    there: There, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, form = provider.places(there.known), {"code": "x"}
    before = provider._asked
    for head in (b'{"alg":"none"}', b'{"alg":"HS256"}'):
        parts = [base64.urlsafe_b64encode(one).decode().rstrip("=") for one in (head, b"{}", b"s")]
        body = f'{{"id_token": "{".".join(parts)}"}}'.encode()
        monkeypatch.setattr(
            provider, "_asked",
            lambda address, *rest, body=body: body if rest else before(address),
        )  # fmt: skip
        with pytest.raises(Refused, match="does not hold"):
            provider.claims(there.known, found, form, "n")


def test_a_claim_names_somebody_of_the_domain_only() -> None:
    known = Registered("https://p", "mainstay", "s", "email", "example.org")
    verified = {"email": "Ana@example.org", "email_verified": True}

    assert provider.name(known, verified) == "ana"
    for said in (
        {**verified, "email": "ana@example.com"},
        {**verified, "email": "ana@sub.example.org"},
        {**verified, "email_verified": False},
        {"email": "ana@example.org"},
        {},
    ):
        with pytest.raises(Refused):
            provider.name(known, said)


def test_what_is_known_of_it_is_read_strictly_and_from_a_private_file(tmp_path: Path) -> None:
    path = tmp_path / "provider.toml"
    path.write_text('issuer = "https://p"\nclient = "m"\nsecret = "s"\n')
    path.chmod(0o644)
    with pytest.raises(Refused, match="others may read"):
        provider.read(path)
    path.chmod(0o600)

    assert provider.read(path).claim == "preferred_username"
    path.write_text('issuer = "https://p"\nclient = "m"\nsecret = "s"\nroles = "all"\n')
    with pytest.raises(Mistake):
        provider.read(path)
    path.write_text('issuer = "http://p.example"\nclient = "m"\nsecret = "s"\n')
    with pytest.raises(Refused, match="without TLS"):
        provider.read(path)


def _session(said: Reply) -> str:
    """Of several cookies the one of the session."""
    every = [value for key, value in said.headers if key == "set-cookie"]
    one = next(value for value in every if value.startswith("mainstay_session="))
    return one.partition("=")[2].partition(";")[0]
