"""Tokens of those who ask a door."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mainstay.core.errors import Conflict, Missing, Mistake, Refused
from mainstay.seal import tokens

EXPIRES = datetime(2030, 1, 1, tzinfo=UTC)


def given(folder: Path, name: str = "shop", **changes: object) -> str:
    usual = {"models": ("no-show",), "actions": ("predict",), "expires": EXPIRES}
    return tokens.given(folder, name, **{**usual, **changes})


def test_a_token_is_found_by_itself_and_kept_as_a_hash(tmp_path: Path) -> None:
    text = given(tmp_path)
    other = given(tmp_path, "other")

    known = tokens.read(tmp_path / tokens.FILE)
    assert known.holder(text.encode()).name == "shop"
    assert known.holder(other.encode()).name == "other"
    assert known.holder(text[:-1].encode()) is known.holder(b"") is None
    assert text not in (tmp_path / tokens.FILE).read_text()
    assert stat.S_IMODE((tmp_path / tokens.FILE).stat().st_mode) == 0o600


def test_tokens_are_long_and_never_alike(tmp_path: Path) -> None:
    made = {given(tmp_path, f"n{number}") for number in range(20)}

    assert len(made) == 20
    assert {len(one) for one in made} == {52}


def test_a_name_has_one_token_until_it_is_taken_back(tmp_path: Path) -> None:
    first = given(tmp_path)
    with pytest.raises(Conflict, match="has a token"):
        given(tmp_path)
    tokens.revoked(tmp_path, "shop")
    second = given(tmp_path)

    known = tokens.read(tmp_path / tokens.FILE)
    assert (known.holder(first.encode()), known.holder(second.encode()).name) == (None, "shop")


def test_a_token_that_is_not_there_cannot_be_taken_back(tmp_path: Path) -> None:
    given(tmp_path)

    with pytest.raises(Missing, match="no token is called shp") as caught:
        tokens.revoked(tmp_path, "shp")
    assert "did you mean shop?" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "changes"),
    [("Bad Name", {}), ("shop", {"models": ()}), ("shop", {"actions": ("rule",)})],
)
def test_a_token_is_for_something(tmp_path: Path, name: str, changes: dict[str, object]) -> None:
    with pytest.raises(Mistake):
        given(tmp_path, name, **changes)


def test_a_token_file_that_others_can_write_lets_nobody_in(tmp_path: Path) -> None:
    given(tmp_path)
    (tmp_path / tokens.FILE).chmod(0o622)

    with pytest.raises(Refused, match="others can write"):
        tokens.read(tmp_path / tokens.FILE)


def test_another_file_is_no_token_file(tmp_path: Path) -> None:
    (tmp_path / tokens.FILE).write_text("{")
    with pytest.raises(Mistake, match="not a token file"):
        tokens.read(tmp_path / tokens.FILE)
    with pytest.raises(Missing):
        tokens.read(tmp_path / "none")
