"""Coming in and going out."""

from pathlib import Path

import pytest
from asking import FORM, OWN, Control, control, given, ledger

from mainstay.control import admission
from mainstay.core import clock
from mainstay.web.attempts import MOST

PASSWORD = "correct horse battery"


@pytest.fixture
def code(folder: Path) -> str:
    with ledger(folder) as there:
        found = admission.opened(there, clock.machine())
    assert found
    return found


def set_up(asked: Control, code: str, **changes: str) -> str:
    """The cookie of the first person; empty where it was not done."""
    usual = {"name": "ada", "password": PASSWORD, "again": PASSWORD}
    return asked.form(f"/invitation/{code}", **{**usual, **changes}).cookie


def test_the_first_person_comes_in_once_and_manages_people(asked: Control, code: str) -> None:
    form = asked.ask("GET", f"/invitation/{code}")

    cookie = set_up(asked, code)

    assert "Set up Mainstay" in form.text
    assert "ada" in asked.ask("GET", "/", cookie=cookie).text
    assert asked.ask("GET", f"/invitation/{code}").status == 404
    assert set_up(asked, code, name="eve") == ""


def test_the_set_up_is_over_as_soon_as_somebody_can_sign_in(
    asked: Control, code: str, folder: Path
) -> None:
    given(folder, "ada", "admin")

    assert set_up(asked, code, name="eve") == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"password": "short", "again": "short"},
        {"again": "correct horse batterz"},
        {"name": "Ada Lovelace"},
        {"name": ""},
    ],
)
def test_a_set_up_that_is_not_whole_uses_nothing_up(
    asked: Control, code: str, changes: dict[str, str]
) -> None:
    assert set_up(asked, code, **changes) == ""
    assert set_up(asked, code) != ""


def test_name_and_password_let_in_and_nothing_else_does(asked: Control, code: str) -> None:
    set_up(asked, code)

    right = asked.form("/sign-in", name="ada", password=PASSWORD)
    wrong = asked.form("/sign-in", name="ada", password="correct horse batterz")
    nobody = asked.form("/sign-in", name="eve", password=PASSWORD)

    assert (right.status, right.header("location")) == (303, "/")
    assert (wrong.status, wrong.cookie) == (403, "")
    assert (nobody.status, nobody.body) == (wrong.status, wrong.body)


def test_a_session_is_a_new_one_and_the_one_before_is_over(asked: Control, code: str) -> None:
    first = set_up(asked, code)

    second = asked.form("/sign-in", name="ada", password=PASSWORD, headers={"cookie": first}).cookie

    assert second != first
    assert asked.ask("GET", "/", cookie=second).status == 200
    assert asked.ask("GET", "/", cookie=first).status == 303


def test_a_session_that_somebody_planted_is_never_used(asked: Control, code: str) -> None:
    planted = "mainstay_session=planted"

    cookie = set_up(asked, code)
    again = asked.form(
        "/sign-in", name="ada", password=PASSWORD, headers={"cookie": planted}
    ).cookie

    assert planted not in (cookie, again)
    assert asked.ask("GET", "/", cookie=planted).status == 303


def test_the_cookie_cannot_be_read_by_a_script_nor_sent_by_another_site(
    folder: Path, code: str
) -> None:
    secure = control(folder, secure=True)
    headers = {**OWN, **FORM, "origin": "https://127.0.0.1:8090"}
    body = f"name=ada&password={PASSWORD}&again={PASSWORD}".encode()

    said = secure.ask("POST", f"/invitation/{code}", body, **headers).header("set-cookie")

    assert said.startswith("__Host-mainstay_session=")
    assert {"HttpOnly", "SameSite=lax", "Secure", "Path=/"} <= set(said.split("; "))


def test_a_token_signs_in_with_its_scopes_and_ends_with_it(asked: Control, folder: Path) -> None:
    token = given(folder, "ada", "admin", scopes="read")
    cookie = asked.form("/sign-in", token=token).cookie
    carried = asked.ask("GET", "/", cookie=cookie).text.partition('name="csrf" value="')[2][:43]
    headers = {"cookie": cookie, "content-type": "application/json", "x-csrf-token": carried}
    body = b'{"type": "people_grant", "name": "vera", "role": "viewer"}'

    narrowed = asked.ask("POST", "/api/commands", body, **headers, **OWN)
    with ledger(folder) as there, there.transaction():
        there.change("UPDATE credential SET digest = digest WHERE kind = ?", "token")
        one = admission.credentials.found(there, token, "token", clock.machine().timestamp())
        admission.credentials.dropped(there, one)

    assert narrowed.status == 403
    assert asked.ask("GET", "/", cookie=cookie).status == 303


def test_signing_out_ends_the_session_and_needs_its_own_form(asked: Control, code: str) -> None:
    cookie = set_up(asked, code)
    carried = asked.ask("GET", "/", cookie=cookie).text.partition('name="csrf" value="')[2][:43]

    forged = asked.form("/sign-out", csrf="", headers={"cookie": cookie})
    done = asked.form("/sign-out", csrf=carried, headers={"cookie": cookie})

    assert (forged.status, done.status) == (403, 303)
    assert asked.ask("GET", "/", cookie=cookie).status == 303


def test_after_so_many_failures_even_the_right_password_waits(
    asked: Control, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mainstay.web.entry.admission.by_password", lambda *_: False)
    found = [asked.form("/sign-in", name="ada", password="x").status for _ in range(MOST)]
    monkeypatch.setattr("mainstay.web.entry.admission.by_password", lambda *_: True)

    assert found == [403] * MOST
    assert asked.form("/sign-in", name="ada", password=PASSWORD).status == 429


@pytest.mark.parametrize(
    ("there", "found"),
    [
        ("/models/m/versions/v1/certificate", "/models/m/versions/v1/certificate"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\tx", "/"),
        ("", "/"),
    ],
)
def test_after_signing_in_nobody_is_led_away(
    asked: Control, folder: Path, there: str, found: str
) -> None:
    token = given(folder, "vera", "viewer")

    assert asked.form("/sign-in", token=token, next=there).header("location") == found


def test_what_is_no_form_is_a_mistake(asked: Control) -> None:
    for body, kind in (
        (b"{}", "application/json"),
        (b"=%", FORM["content-type"]),
        (b"\xff=1", FORM["content-type"]),
    ):
        said = asked.ask("POST", "/sign-in", body, **OWN, content_type=kind)

        assert said.status in (400, 403)
