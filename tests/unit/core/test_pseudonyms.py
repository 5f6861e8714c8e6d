"""Keyed hashes that stand for values."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.core import pseudonyms
from mainstay.core.errors import Missing, Mistake, Refused

KEY, OTHER = b"k" * 32, b"o" * 32


@given(st.text(), st.text())
def test_the_same_text_is_always_the_same_and_another_never(one: str, other: str) -> None:
    assert (pseudonyms.of_text(KEY, one) == pseudonyms.of_text(KEY, other)) == (one == other)
    assert pseudonyms.of_text(KEY, one) != pseudonyms.of_text(OTHER, one)
    assert len(pseudonyms.of_text(KEY, one)) == 32


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_whole_number_stays_one_of_64_bits(value: int) -> None:
    assert 0 <= pseudonyms.of_integer(KEY, value) < 2**63
    assert pseudonyms.of_integer(KEY, value) != pseudonyms.of_integer(OTHER, value)


def test_a_key_is_made_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    path = pseudonyms.made(tmp_path / "keys")
    with pytest.raises(FileExistsError):
        pseudonyms.made(tmp_path / "keys")

    assert path.stat().st_mode & 0o777 == 0o600
    assert len(pseudonyms.read(tmp_path / "keys")) == 32


def test_a_key_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="no key of pseudonyms"):
        pseudonyms.read(tmp_path)
    path = pseudonyms.made(tmp_path)
    path.chmod(0o640)
    with pytest.raises(Refused, match="others can read"):
        pseudonyms.read(tmp_path)
    path.chmod(0o600)
    path.write_bytes(b"short")

    with pytest.raises(Mistake, match="is no key"):
        pseudonyms.read(tmp_path)
