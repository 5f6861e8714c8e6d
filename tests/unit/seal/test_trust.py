"""The trust file: one name, one key, and nobody else may write it."""

import json
from pathlib import Path

import pytest

from mainstay.core.errors import Conflict, Missing, Mistake, Refused
from mainstay.seal import keys, trust


def test_nobody_is_trusted_at_first(tmp_path: Path) -> None:
    assert trust.read(tmp_path) == trust.Trust()


def test_who_is_trusted_is_found_by_name_and_by_key(tmp_path: Path) -> None:
    key = keys.new(tmp_path, "alice")

    written = trust.trusted(tmp_path, "alice", "author")

    alice = trust.Principal("alice", key.id, key.public.hex(), ("author",))
    assert trust.read(tmp_path) == written == trust.Trust((alice,))
    assert written.named("alice") == written.holder(key.id) == alice
    assert written.named("bob") is written.holder("00") is None


def test_roles_add_up_and_repeating_changes_nothing(tmp_path: Path) -> None:
    keys.new(tmp_path, "alice")

    for role in ("approver", "author", "author"):
        trust.trusted(tmp_path, "alice", role)

    assert trust.read(tmp_path).named("alice").roles == ("author", "approver")


def test_the_file_is_the_owners_alone_and_leaves_no_draft(tmp_path: Path) -> None:
    keys.new(tmp_path, "alice")

    trust.trusted(tmp_path, "alice", "author")

    assert (tmp_path / "trust.json").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "alice.pem", "alice.pub", "trust.json",
    ]  # fmt: skip


def test_somebody_elses_public_key_can_be_trusted(tmp_path: Path) -> None:
    theirs = keys.new(tmp_path / "theirs", "bob")

    trust.trusted(tmp_path / "mine", "bob", "approver", theirs.public)

    assert trust.read(tmp_path / "mine").holder(theirs.id).name == "bob"


def test_a_name_keeps_its_key(tmp_path: Path) -> None:
    keys.new(tmp_path, "alice")
    trust.trusted(tmp_path, "alice", "author")
    other = keys.new(tmp_path / "other", "alice")

    with pytest.raises(Refused, match="a name keeps its key"):
        trust.trusted(tmp_path, "alice", "approver", other.public)

    assert trust.read(tmp_path).holder(other.id) is None


def test_a_key_has_one_name(tmp_path: Path) -> None:
    alice = keys.new(tmp_path, "alice")
    trust.trusted(tmp_path, "alice", "author")

    with pytest.raises(Refused, match="is that of alice"):
        trust.trusted(tmp_path, "operations-lead", "approver", alice.public)


def test_an_unknown_role_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="no role"):
        trust.trusted(tmp_path, "alice", "aprover")


def test_two_do_not_write_at_once(tmp_path: Path) -> None:
    keys.new(tmp_path, "alice")
    (tmp_path / "trust.json.new").touch()

    with pytest.raises(Conflict) as conflict:
        trust.trusted(tmp_path, "alice", "author")

    assert str(tmp_path / "trust.json.new") in conflict.value.hint
    assert trust.read(tmp_path) == trust.Trust()


def test_a_refused_change_leaves_the_file_free(tmp_path: Path) -> None:
    alice = keys.new(tmp_path, "alice")
    trust.trusted(tmp_path, "alice", "author")
    with pytest.raises(Refused):
        trust.trusted(tmp_path, "bob", "author", alice.public)

    assert trust.trusted(tmp_path, "alice", "approver").named("alice").roles[1] == "approver"


@pytest.mark.parametrize("mode", [0o620, 0o602])
def test_a_trust_file_that_others_can_write_is_refused(tmp_path: Path, mode: int) -> None:
    keys.new(tmp_path, "alice")
    trust.trusted(tmp_path, "alice", "author")
    (tmp_path / "trust.json").chmod(mode)

    with pytest.raises(Refused) as refused:
        trust.read(tmp_path)

    assert refused.value.hint.startswith("chmod 600")


def test_a_trust_file_named_and_absent_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        trust.of_file(tmp_path / "none.json")


def edited(path: Path, change: dict[str, object]) -> None:
    content = json.loads(path.read_text())
    content["principals"][0] |= change
    path.write_text(json.dumps(content))


@pytest.mark.parametrize(
    "change",
    [
        {"public": "00" * 32},
        {"public": "00"},
        {"public": "no hex"},
        {"roles": ["admin"]},
        {"color": "red"},
        {"name": "bob"},
    ],
)
def test_a_malformed_trust_file_is_a_mistake(tmp_path: Path, change: dict[str, object]) -> None:
    for name in ("alice", "bob"):
        keys.new(tmp_path, name)
        trust.trusted(tmp_path, name, "author")
    edited(tmp_path / "trust.json", change)

    with pytest.raises(Mistake, match="is not a trust file"):
        trust.read(tmp_path)
