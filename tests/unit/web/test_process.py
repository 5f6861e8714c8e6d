"""Where it listens, and for whom it must not."""

from pathlib import Path

import pytest
from asking import FORM, Control, Reply, given
from self_signed import made

from mainstay.core.errors import Missing, Mistake, Refused
from mainstay.web import process
from mainstay.web.app import application
from mainstay.web.process import Opening


def run(opening: Opening) -> None:
    process.run(opening, print, print)


def test_others_are_not_let_in_before_somebody_can_sign_in(folder: Path, tmp_path: Path) -> None:
    certificate, key = made(tmp_path)
    opening = Opening(folder, "0.0.0.0", 0, certificate, key)

    with pytest.raises(Refused, match="nobody can sign in yet"):
        run(opening)


def test_passwords_do_not_travel_in_clear(folder: Path) -> None:
    given(folder, "ada", "admin")

    with pytest.raises(Refused, match="in clear"):
        run(Opening(folder, "0.0.0.0", 0))


def test_a_name_that_others_may_resolve_counts_as_others(folder: Path) -> None:
    with pytest.raises(Refused, match="can be reached by others"):
        run(Opening(folder, "mainstay.example", 0))


def test_without_a_folder_there_is_nothing_to_serve(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="no folder"):
        run(Opening(tmp_path / "nowhere"))


def test_a_certificate_needs_its_key(folder: Path, tmp_path: Path) -> None:
    certificate, _ = made(tmp_path)

    with pytest.raises(Mistake, match="belong together"):
        run(Opening(folder, port=0, certificate=certificate))


@pytest.mark.parametrize(
    "address",
    ["http://m.example", "m.example", "https://", "https://m.example/x", "https://m.example/"],
)
def test_a_proxy_has_a_name_and_tls(folder: Path, address: str) -> None:
    given(folder, "ada", "admin")

    with pytest.raises(Mistake, match="no address of a proxy"):
        run(Opening(folder, address=address))


def test_behind_a_proxy_others_can_reach_it_too(folder: Path) -> None:
    with pytest.raises(Refused, match=r"m\.example can be reached by others"):
        run(Opening(folder, port=0, address="https://m.example"))


def test_behind_a_proxy_forms_come_from_its_address(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = []
    monkeypatch.setattr(process.uvicorn.Server, "run", lambda _, sockets: sockets[0].close())
    monkeypatch.setattr(process, "application", lambda place: places.append(place) or place)
    token = given(folder, "ada", "admin")
    process.run(Opening(folder, port=0, address="https://m.example:8443"), print, print)
    asked = Control(application(places[0]), [])
    body = f"token={token}".encode()

    def sent(host: str, origin: str) -> Reply:
        return asked.ask("POST", "/sign-in", body, host=host, origin=origin, **FORM)

    right = sent("m.example:8443", "https://m.example:8443")
    assert (right.status, right.cookie.startswith("__Host-")) == (303, True)
    assert sent("m.example", "https://evil.example").status == 403
    assert sent("127.0.0.1:8090", "https://m.example:8443").status == 421


def test_the_link_is_printed_only_while_nobody_can_sign_in(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process.uvicorn.Server, "run", lambda _, sockets: sockets[0].close())
    before: list[str] = []
    after: list[str] = []

    process.run(Opening(folder, port=0), before.append, print)
    given(folder, "ada", "admin")
    process.run(Opening(folder, port=0), after.append, print)

    assert "/invitation/" in before[1]
    assert len(after) == 1
