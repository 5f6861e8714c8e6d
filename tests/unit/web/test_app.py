"""Headers on every answer, and only names that are ours."""

from pathlib import Path

import pytest
from asking import Control, control, given

from mainstay.web.process import OWN_NAMES


@pytest.mark.parametrize("path", ["/livez", "/sign-in", "/nothing", "/static/app.css", "/"])
def test_every_answer_forbids_what_no_page_needs(asked: Control, path: str) -> None:
    said = asked.ask("GET", path)

    assert said.header("content-security-policy").startswith("default-src 'none'")
    assert "unsafe" not in said.header("content-security-policy")
    assert said.header("x-content-type-options") == "nosniff"
    assert said.header("x-frame-options") == "DENY"


def test_with_tls_browsers_are_told_to_stay_with_it(folder: Path) -> None:
    assert control(folder, secure=True).ask("GET", "/livez").header("strict-transport-security")
    assert not control(folder).ask("GET", "/livez").header("strict-transport-security")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8090", 200),
        ("localhost", 200),
        ("[::1]:8090", 200),
        ("[::1]", 200),
        ("evil.example", 421),
        ("evil.example:8090", 421),
        ("", 421),
    ],
)
def test_a_name_of_somebody_else_is_not_served(folder: Path, host: str, status: int) -> None:
    local = control(folder, hosts=OWN_NAMES)

    assert local.ask("GET", "/livez", host=host).status == status


def test_what_is_not_there_and_what_is_asked_wrongly_are_told_as_json(asked: Control) -> None:
    assert asked.ask("GET", "/nothing").json["error"]["kind"] == "missing"
    assert asked.ask("POST", "/livez").status == 405
    assert asked.ask("GET", "/sign-in/").status == 404


def test_who_looks_for_a_page_that_is_not_there_gets_one_in_their_shell(
    asked: Control, folder: Path
) -> None:
    token = {"authorization": f"Bearer {given(folder, 'vera', 'viewer')}", "accept": "text/html"}

    page = asked.ask("GET", "/nothing", **token)
    stranger = asked.ask("GET", "/nothing", accept="text/html")

    assert (page.status, stranger.status) == (404, 303)
    assert "<h1>Not here</h1>" in page.text
    assert 'class="rail"' in page.text
    assert asked.said[-2:] == ["GET (nowhere) 404 vera", "GET (nowhere) 303 -"]
