"""What the environment says, and what it does not tell the user's code."""

import os
from pathlib import Path

import pytest

from mainstay.core import settings
from mainstay.core.errors import Mistake


def test_a_setting_holds_while_the_block_runs(tmp_path: Path) -> None:
    before = settings.keys_folder()

    with settings.given({"MAINSTAY_KEYS": str(tmp_path), "MAINSTAY_KEY": "ana"}):
        assert (settings.keys_folder(), settings.key_name()) == (tmp_path, "ana")

    assert settings.keys_folder() == before


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(ValueError, match="MAINSTAY_KEYZ"), settings.given({"MAINSTAY_KEYZ": "x"}):
        pass


@pytest.mark.parametrize("text", ["", "much", "0", "-1", "inf", "nan"])
def test_a_size_that_is_none_is_a_mistake(text: str) -> None:
    with settings.given({"MAINSTAY_JOURNAL_GB": text}), pytest.raises(Mistake, match="gigabytes"):
        settings.journal_bytes()


def test_a_journal_may_take_what_is_set() -> None:
    assert settings.journal_bytes() == 64 * 10**9
    with settings.given({"MAINSTAY_JOURNAL_GB": "0.5"}):
        assert settings.journal_bytes() == 500_000_000


def test_the_users_code_sees_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary")
    monkeypatch.setenv("MAINSTAY_KEY", "canary")

    assert "canary" not in settings.child_environment().values()


def test_a_library_folder_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", "/theirs")

    assert settings.child_environment(library_path="/ours")["LD_LIBRARY_PATH"] == "/ours:/theirs"
    assert os.environ["LD_LIBRARY_PATH"] == "/theirs"


def test_a_token_comes_from_the_setting_or_from_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("in-a-file\n")
    path.chmod(0o600)

    with settings.given({"MAINSTAY_TOKEN_FILE": str(path)}):
        assert settings.token() == "in-a-file"
        with settings.given({"MAINSTAY_TOKEN": "as-it-is"}):
            assert settings.token() == "as-it-is"
        path.chmod(0o644)
        with pytest.raises(Mistake, match="others can read the token"):
            settings.token()
        path.unlink()
        with pytest.raises(Mistake, match="cannot be read"):
            settings.token()
    assert settings.token() == ""


def test_a_control_plane_is_named_by_its_address() -> None:
    assert settings.url() == ""
    with settings.given({"MAINSTAY_URL": "https://mainstay.example.org/"}):
        assert settings.url() == "https://mainstay.example.org"
