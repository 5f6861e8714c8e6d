"""Who is let in."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import json
from small_project import Serving, record

from mainstay.core.errors import Refused
from mainstay.life.serve import gate
from mainstay.life.serve.app import App
from mainstay.life.serve.gate import Gate
from mainstay.seal import tokens

NOW, EXPIRES = datetime(2024, 3, 1, tzinfo=UTC), datetime(2024, 4, 1, tzinfo=UTC)


def given(folder: Path, name: str = "shop", *actions: str) -> bytes:
    return tokens.given(folder, name, ("no-show",), actions or ("predict",), EXPIRES).encode()


def status(gate: Gate, token: bytes = b"", model: str = "no-show", action: str = "predict") -> int:
    headers = [(b"host", b"x"), (b"authorization", b"Bearer " + token)] if token else []
    denial = gate.denied(headers, model, action)
    return denial.status if denial else 200


def opened(folder: Path, now: datetime = NOW, *, required: bool = False) -> Gate:
    return Gate(folder / tokens.FILE, lambda: now, required=required)


def test_without_a_token_file_everybody_is_let_in(tmp_path: Path) -> None:
    assert status(opened(tmp_path)) == 200
    assert status(opened(tmp_path, required=True)) == 401


def test_with_one_only_who_shows_a_token(tmp_path: Path) -> None:
    token = given(tmp_path)
    door = opened(tmp_path)

    assert status(door, token) == 200
    assert status(door) == status(door, token + b"x") == status(door, b"x") == 401


def test_a_denial_says_how_one_would_be_let_in(tmp_path: Path) -> None:
    given(tmp_path)
    door = opened(tmp_path)

    first = door.denied([], "no-show", "predict")
    other = door.denied([(b"authorization", b"bearer nonsense")], "no-show", "predict")
    basic = door.denied([(b"authorization", b"Basic eDp5")], "no-show", "predict")

    assert first.challenge == basic.challenge == b'Bearer realm="mainstay"'
    assert other.challenge == b'Bearer realm="mainstay", error="invalid_token"'
    assert b"nonsense" not in other.what.encode()


def test_a_token_is_for_its_models_and_actions(tmp_path: Path) -> None:
    shop, scraper = given(tmp_path), given(tmp_path, "scraper", "observe")
    door = opened(tmp_path)

    assert status(door, shop, "another") == status(door, shop, action="observe") == 403
    assert status(door, scraper, action="observe") == 200
    assert status(door, scraper) == 403


def test_a_token_ends_with_its_day(tmp_path: Path) -> None:
    token = given(tmp_path)

    assert status(opened(tmp_path, EXPIRES), token) == 401


def test_what_changes_in_the_file_holds_from_the_next_look_on(tmp_path: Path) -> None:
    door = opened(tmp_path)
    token = given(tmp_path)
    door.look()
    before = status(door, token), status(door)
    tokens.revoked(tmp_path, "shop")
    door.look()

    assert before == (200, 401)
    assert status(door, token) == 401


def test_a_file_that_is_removed_lets_nobody_in(tmp_path: Path) -> None:
    token = given(tmp_path)
    door = opened(tmp_path)
    (tmp_path / tokens.FILE).unlink()
    door.look()

    assert status(door, token) == status(door) == 401


@pytest.mark.parametrize(
    "spoil", [lambda path: path.chmod(0o666), lambda path: path.write_text("")]
)
def test_a_file_that_cannot_be_trusted_lets_nobody_in(tmp_path: Path, spoil: object) -> None:
    token = given(tmp_path)
    spoil(tmp_path / tokens.FILE)
    door = opened(tmp_path)

    assert status(door, token) == status(door) == 401
    assert door.refused


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_this_machine_needs_nothing(host: str) -> None:
    gate.refuse_the_open(host, tokens=False, tls=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "example.org", ""])
@pytest.mark.parametrize(
    ("tokens", "tls", "lacking"),
    [(False, False, "tokens and TLS"), (True, False, "TLS"), (False, True, "tokens")],
)
def test_others_need_tokens_and_tls(host: str, lacking: str, *, tokens: bool, tls: bool) -> None:
    with pytest.raises(Refused, match=f"not without {lacking}$"):
        gate.refuse_the_open(host, tokens=tokens, tls=tls)


def test_with_tokens_who_shows_one_is_answered_at_once_until_it_is_taken_back(
    app: App, serving: Serving
) -> None:
    serving.publish(1)
    app.watch.look()
    expires = datetime(2100, 1, 1, tzinfo=UTC)
    shop, board = (
        b"Bearer " + tokens.given(serving.keys, name, ("no-show",), (action,), expires).encode()
        for name, action in (("shop", "predict"), ("board", "observe"))
    )
    app.gate.look()
    body = json.encode({"records": [record()]})

    strangers = [app.at_once(body, one) for one in (b"", b"Bearer x", board)]
    known = app.at_once(body, shop)
    tokens.revoked(serving.keys, "shop")
    app.gate.look()

    assert strangers == [None, None, None]
    assert known == app.door.handle(body)[:2]
    assert app.at_once(body, shop) is None
    assert app.journal.added == 2
