"""Passwords: slow to guess, and never kept."""

import pytest

from mainstay.control import passwords
from mainstay.core.errors import Mistake

PASSWORD = "correct horse battery"


def test_only_the_right_one_holds() -> None:
    kept = passwords.hashed(PASSWORD)

    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept
    assert passwords.holds(kept, PASSWORD)
    assert not passwords.holds(kept, f"{PASSWORD}.")


def test_two_people_with_one_password_have_two_hashes() -> None:
    assert passwords.hashed(PASSWORD) != passwords.hashed(PASSWORD)


@pytest.mark.parametrize("kept", ["", "no hash"])
def test_where_none_is_kept_none_holds(kept: str) -> None:
    assert not passwords.holds(kept, PASSWORD)
    assert not passwords.holds(kept, "of nobody")


def test_where_none_is_kept_it_costs_what_a_kept_one_costs() -> None:
    fresh = passwords.hashed(PASSWORD)

    assert passwords._NOBODYS.rsplit("$", 2)[0] == fresh.rsplit("$", 2)[0]


@pytest.mark.parametrize("password", ["", "eleven char", "x" * 1025])
def test_one_that_is_too_short_or_endless_is_a_mistake(password: str) -> None:
    with pytest.raises(Mistake, match="12 to 1,024"):
        passwords.hashed(password)
