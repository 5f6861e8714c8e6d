"""Who asks, whether a browser was led there, whether they may."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from asking import FORM, OWN, Control, control, given

from mainstay.control.commands import Grant
from mainstay.control.queries import History, Status
from mainstay.core.answers import Answer

PASSWORD = "correct horse battery"


def signed_in(asked: Control, folder: Path) -> str:
    """The cookie of somebody who came in by a token."""
    token = given(folder, "ada", "admin")
    return asked.form("/sign-in", token=token).cookie


def test_a_stranger_is_led_to_sign_in_or_asked_for_a_token(asked: Control) -> None:
    page, twin = asked.ask("GET", "/"), asked.ask("GET", "/index.json")

    assert (page.status, page.header("location")) == (303, "/sign-in?next=/")
    assert (twin.status, twin.header("www-authenticate")) == (401, "Bearer")


def test_a_wrong_token_is_not_made_good_by_a_cookie(asked: Control, folder: Path) -> None:
    cookie = signed_in(asked, folder)

    assert asked.ask("GET", "/index.json", cookie=cookie).status == 200
    for shown in ("Bearer wrong", "Basic YTpi", "Bearer "):
        assert asked.ask("GET", "/index.json", cookie=cookie, authorization=shown).status == 401


def test_a_token_that_ran_out_opens_nothing(
    asked: Control, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = given(folder, "vera", "viewer")
    later = datetime(2100, 1, 1, tzinfo=UTC)
    monkeypatch.setattr("mainstay.web.guard.clock.machine", lambda: later)

    assert asked.send("/api/queries", Status(), token).status == 401


def test_a_role_that_ran_out_opens_nothing(asked: Control, folder: Path) -> None:
    token = given(folder, "vera", "viewer", expires=datetime(2020, 1, 1, tzinfo=UTC))

    assert asked.send("/api/queries", Status(), token).status == 404


def test_what_is_refused_says_which_permission_and_who_has_it(asked: Control, folder: Path) -> None:
    token = given(folder, "vera", "viewer")

    said = asked.send("/api/queries", History(), token)

    assert said.status == 403
    assert "'audit'" in said.json["error"]["what"]
    assert said.json["error"]["hint"] == "it belongs to auditor, admin"


def test_a_cookie_needs_what_its_page_carries(asked: Control, folder: Path) -> None:
    cookie = signed_in(asked, folder)
    carried = asked.ask("GET", "/", cookie=cookie).text.partition('name="csrf" value="')[2][:43]
    headers = {"cookie": cookie, "content-type": "application/json", **OWN}
    body = b'{"type": "people_grant", "name": "vera", "role": "viewer"}'

    without = asked.ask("POST", "/api/commands", body, **headers)
    with_it = asked.ask("POST", "/api/commands", body, x_csrf_token=carried, **headers)
    other = asked.ask("POST", "/api/commands", body, x_csrf_token=carried[::-1], **headers)

    assert (without.status, with_it.status, other.status) == (403, 200, 403)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (OWN, 303),
        ({"origin": OWN["origin"]}, 303),
        ({"sec-fetch-site": "same-origin"}, 303),
        ({}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": OWN["origin"], "sec-fetch-site": "cross-site"}, 403),
        ({"origin": OWN["origin"], "sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({"origin": "http://127.0.0.1:8090.evil.example"}, 403),
        ({"origin": "https://127.0.0.1:8090"}, 403),
    ],
)
def test_a_form_of_another_site_is_refused(
    asked: Control, folder: Path, headers: dict[str, str], status: int
) -> None:
    token = given(folder, "ada", "admin")
    body = f"token={token}".encode()

    assert asked.ask("POST", "/sign-in", body, **FORM, **headers).status == status


def test_what_goes_wrong_inside_is_told_to_nobody_outside(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> Answer:
        raise RuntimeError("the inside")

    token = given(folder, "ada", "admin")

    said = control(folder, act=broken).send("/api/commands", Grant("vera", "viewer"), token)

    assert (said.status, said.json["error"]["kind"]) == (500, "bug")
    assert "the inside" not in said.text
    assert "the inside" in capsys.readouterr().err


def test_each_request_leaves_one_line_without_what_was_shown(asked: Control, folder: Path) -> None:
    token = given(folder, "vera", "viewer")

    asked.send("/api/queries", Status(), token)
    asked.ask("GET", "/invitation/a-secret-code")

    assert asked.said == [
        "POST /api/queries 200 vera", "GET /invitation/{code} 404 -",
    ]  # fmt: skip


def test_a_model_that_has_another_name_is_known_by_it_at_once(asked: Control, folder: Path) -> None:
    token = given(folder, "vera", "viewer", model="no-show")
    path = folder / "contract.yaml"
    before = asked.ask("GET", "/index.json", authorization=f"Bearer {token}").status

    path.write_text(path.read_text().replace("model: no-show", "model: another"))
    after = asked.ask("GET", "/index.json", authorization=f"Bearer {token}").status
    path.unlink()
    without = asked.ask("GET", "/index.json", authorization=f"Bearer {token}").status

    assert (before, after, without) == (200, 404, 404)


def test_a_page_that_may_not_be_seen_stands_in_the_shell_without_what_it_would_say(
    asked: Control, folder: Path
) -> None:
    token = given(folder, "vera", "viewer")

    said = asked.ask("GET", "/audit", authorization=f"Bearer {token}")

    assert said.status == 403
    assert 'class="rail"' in said.text
    assert "Head of the chain" not in said.text
