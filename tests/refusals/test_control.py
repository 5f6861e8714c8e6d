"""What a control plane must not do, whoever asks: paths, forms of others, sessions of others."""

from pathlib import Path

import pytest
from asking import FORM, OWN, Control, control, given, ledger

from mainstay.control import admission
from mainstay.control.commands import GiveToken, Grant, Invite
from mainstay.control.queries import Explain, Paper, Review, VerifyBundle
from mainstay.core import clock
from mainstay.ledger.verify import verify
from mainstay.seal.keys import NAME

PASSWORD = "correct horse battery"
PATHS = [
    "..", "../contract.yaml", "..%2fcontract.yaml", "%2e%2e/contract.yaml", "....//contract.yaml",
    "/etc/passwd", "//etc/passwd", "..\\contract.yaml", "v1/../../contract.yaml", "v1%00.html",
    "app.css/../../certificate.py", "~", "file:///etc/passwd", "C:\\boot.ini", "\u2025/x", "v1\n",
    "fonts/../certificate.py", "v9999999999999999999999", "-1", "v0", "*",
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "p"
    made.mkdir()
    (made / "contract.yaml").write_text("mainstay: 1\nmodel: no-show\n# canary-of-the-contract\n")
    (tmp_path / "contract.yaml").write_text("canary-outside")
    return made


@pytest.fixture
def asked(folder: Path) -> Control:
    return control(folder)


@pytest.mark.parametrize("path", PATHS)
def test_no_address_leads_to_a_file(asked: Control, folder: Path, path: str) -> None:
    shown = {"authorization": f"Bearer {given(folder, 'vera', 'viewer')}"}

    for address in (
        f"/static/{path}",
        f"/models/no-show/versions/{path}/certificate",
        f"/models/{path}/versions/v1/certificate",
        f"/invitation/{path}",
        f"/{path}",
    ):
        said = asked.ask("GET", address, **shown)

        assert said.status in (303, 400, 404), address
        assert b"canary" not in said.body
        assert b"root:" not in said.body


@pytest.mark.parametrize("path", [one for one in PATHS if not NAME.fullmatch(one)])
def test_no_value_leads_to_a_file(asked: Control, folder: Path, path: str) -> None:
    token = given(folder, "vera", "viewer", "admin", "data-engineer")

    for address, value in (
        ("/api/queries", Review(path)),
        ("/api/queries", Explain(path)),
        ("/api/queries", Paper(path)),
        ("/api/queries", VerifyBundle(path)),
        ("/api/commands", Grant(path, "viewer")),
        ("/api/commands", Invite(path)),
        ("/api/commands", GiveToken("vera", path)),
    ):
        said = asked.send(address, value, token)

        assert said.status in (400, 404), said.text
        assert "canary" not in said.text


def test_a_planted_session_is_worth_nothing_before_and_after_signing_in(
    asked: Control, folder: Path
) -> None:
    token = given(folder, "ada", "admin")
    planted = {"cookie": "mainstay_session=chosen-by-somebody-else"}

    before = asked.ask("GET", "/index.json", **planted)
    made = asked.form("/sign-in", token=token, headers=planted).cookie
    after = asked.ask("GET", "/index.json", **planted)

    assert (before.status, after.status) == (401, 401)
    assert made != planted["cookie"]


@pytest.mark.parametrize(
    ("path", "body", "kind"),
    [
        ("/sign-in", b"name=ada&password=x", FORM["content-type"]),
        ("/sign-out", b"", FORM["content-type"]),
        ("/api/commands", b'{"type":"people_grant","name":"eve","role":"admin"}', "text/plain"),
        (
            "/api/commands",
            b'{"type":"people_grant","name":"eve","role":"admin"}',
            "application/json",
        ),
    ],
)
def test_nothing_that_another_site_sends_is_done(
    asked: Control, folder: Path, path: str, body: bytes, kind: str
) -> None:
    cookie = asked.form("/sign-in", token=given(folder, "ada", "admin")).cookie
    evil = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}

    said = asked.ask("POST", path, body, cookie=cookie, content_type=kind, **evil)

    assert said.status == 403
    with ledger(folder) as there:
        assert not any(event.payload.get("name") == "eve" for event in there.events())


def test_what_was_shown_stands_nowhere(
    asked: Control, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    token = given(folder, "ada", "admin")
    with ledger(folder) as there:
        code = admission.opened(there, clock.machine()) or ""
    invited = asked.send("/api/commands", Invite("ada"), token).json["facts"]["path"]
    fields = {"password": PASSWORD, "again": PASSWORD}
    cookie = asked.form(invited, **fields).cookie
    asked.form("/sign-in", name="ada", password=f"{PASSWORD}!")
    asked.form(f"/sign-in?token={token}", token=f"{token}x")
    asked.ask("GET", f"/{token}", authorization=f"Bearer {token}")
    asked.ask("GET", "/", cookie=cookie)

    out, err = capsys.readouterr()
    written = "\n".join([*asked.said, out, err])
    files = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    secrets = [token, invited.rpartition("/")[2], PASSWORD, cookie.partition("=")[2]]
    assert code == ""
    assert len(asked.said) == 5
    assert [one for one in secrets if len(one) < 12 or one in written] == []
    assert [one for one in secrets if one.encode() in files] == []
    with ledger(folder) as there:
        assert verify(there) == ()


def test_an_error_page_repeats_no_markup(asked: Control, folder: Path) -> None:
    shown = {"authorization": f"Bearer {given(folder, 'vera', 'viewer')}"}
    address = "/models/no-show/versions/<script>alert(1)</script>/certificate"

    said = asked.ask("GET", address, **shown)

    assert b"<script>" not in said.body


def test_a_form_of_ours_is_taken(asked: Control, folder: Path) -> None:
    said = asked.form("/sign-in", token=given(folder, "ada", "admin"), headers=OWN)

    assert said.status == 303
