"""What people sign in with, beside the record."""

from pathlib import Path

import pytest

from mainstay.ledger import credentials
from mainstay.ledger.credentials import Credential
from mainstay.ledger.store import Ledger
from mainstay.ledger.verify import verify


def one(secret: str, **changes: object) -> Credential:
    usual = {
        "digest": credentials.digest(secret), "kind": "token", "name": "ana", "label": secret,
        "scopes": "", "until": 10.0, "latest": 10.0,
    }  # fmt: skip
    return Credential(**{**usual, **changes})


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    with Ledger(tmp_path / "ledger.db") as made:
        for secret, name in (("a", "ana"), ("b", "ana"), ("c", "bob")):
            credentials.put(made, one(secret, name=name))
        yield made


def test_one_is_found_by_its_secret_and_kind_while_it_is_good(ledger: Ledger) -> None:
    assert credentials.found(ledger, "a", "token", 9.9) == one("a")
    assert credentials.found(ledger, "a", "session", 9.9) is None
    assert credentials.found(ledger, "a", "token", 10.0) is None
    assert credentials.found(ledger, credentials.digest("a"), "token", 9.9) is None


def test_those_of_somebody_are_listed_while_they_are_good(ledger: Ledger) -> None:
    assert [found.label for found in credentials.good(ledger, 0, "ana")] == ["a", "b"]
    assert len(credentials.good(ledger, 0)) == 3
    assert credentials.good(ledger, 10) == ()


def test_use_is_remembered_and_may_prolong(ledger: Ledger) -> None:
    credentials.used(ledger, one("a"), 5.0, 20.0)

    found = credentials.found(ledger, "a", "token", 15.0)
    assert found
    assert (found.used, found.until) == (5.0, 20.0)


def test_of_two_who_take_it_away_one_is_told_so_and_its_children_go_too(ledger: Ledger) -> None:
    credentials.put(ledger, one("child", kind="session", parent=credentials.digest("a")))

    assert [credentials.dropped(ledger, one("a")) for _ in range(2)] == [True, False]
    assert credentials.found(ledger, "child", "session", 0) is None
    assert credentials.found(ledger, "b", "token", 0)


def test_what_ended_is_forgotten(ledger: Ledger) -> None:
    assert credentials.pruned(ledger, 10.0) == 3


def test_a_password_takes_the_place_of_the_one_before(ledger: Ledger) -> None:
    for hashed in ("first", "second"):
        credentials.set_password(ledger, "ana", hashed)

    assert credentials.password(ledger, "ana") == "second"
    assert credentials.passwords(ledger) == ("ana",)
    credentials.set_password(ledger, "ana", "")
    assert credentials.password(ledger, "ana") == ""


def test_none_of_it_is_part_of_the_record(ledger: Ledger) -> None:
    assert list(ledger.events()) == []
    assert verify(ledger) == ()
