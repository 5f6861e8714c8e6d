"""Private keys: whole, the owner's alone, never overwritten."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from mainstay.core.errors import Conflict, MainstayError, Missing, Mistake, Refused
from mainstay.seal import keys


def test_a_key_read_back_is_the_key_made(tmp_path: Path) -> None:
    made = keys.new(tmp_path / "keys", "alice")

    read = keys.load(tmp_path / "keys", "alice")

    assert (read.name, read.id, read.public) == ("alice", made.id, made.public)
    assert read.id == hashlib.sha256(made.public).hexdigest()
    made.private.public_key().verify(read.signature(b"text"), b"text")


def test_only_the_owner_can_read_what_is_made(tmp_path: Path) -> None:
    keys.new(tmp_path / "keys", "alice")

    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()}

    assert modes == {"alice.pem": 0o600, "alice.pub": 0o600}
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    first = keys.new(tmp_path, "alice")

    with pytest.raises(Conflict, match="never overwritten"):
        keys.new(tmp_path, "alice")

    assert keys.load(tmp_path, "alice").id == first.id


def test_a_name_that_is_somebody_elses_is_taken(tmp_path: Path) -> None:
    theirs = keys.new(tmp_path / "theirs", "bob")
    (tmp_path / "bob.pub").write_bytes((tmp_path / "theirs" / "bob.pub").read_bytes())

    with pytest.raises(Conflict, match=r"bob\.pub exists"):
        keys.new(tmp_path, "bob")

    assert keys.names(tmp_path) == ()
    assert keys.public(tmp_path, "bob") == theirs.public


def test_of_many_who_make_the_same_key_one_wins(tmp_path: Path) -> None:
    def outcome(_: int) -> str:
        try:
            return keys.new(tmp_path, "alice").id
        except Conflict:
            return "taken"

    with ThreadPoolExecutor(8) as pool:
        outcomes = set(pool.map(outcome, range(16)))

    assert outcomes == {"taken", keys.load(tmp_path, "alice").id}


@pytest.mark.parametrize("name", ["", "../alice", "a/b", "Alice", ".alice", "a" * 65, "alice\n"])
def test_a_name_that_could_be_a_path_is_a_mistake(tmp_path: Path, name: str) -> None:
    with pytest.raises(Mistake, match="cannot name a key"):
        keys.new(tmp_path, name)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_private_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    keys.new(tmp_path, "alice")
    (tmp_path / "alice.pem").chmod(mode)

    with pytest.raises(Refused) as refused:
        keys.load(tmp_path, "alice")

    assert refused.value.hint == f"chmod 600 {tmp_path / 'alice.pem'}"


def test_without_a_name_the_only_key_is_meant(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="no private key"):
        keys.load(tmp_path)
    keys.new(tmp_path, "alice")
    assert keys.load(tmp_path).name == "alice"
    keys.new(tmp_path, "bob")

    with pytest.raises(Mistake, match="several keys could sign: alice, bob"):
        keys.load(tmp_path)


def test_an_unknown_name_is_told_the_nearest(tmp_path: Path) -> None:
    keys.new(tmp_path, "alice")

    with pytest.raises(Missing) as missing:
        keys.load(tmp_path, "alcie")

    assert missing.value.hint.startswith("did you mean alice?")


def test_a_public_key_alone_is_enough_to_be_known(tmp_path: Path) -> None:
    theirs = keys.new(tmp_path / "theirs", "alice")
    (tmp_path / "alice.pub").write_bytes((tmp_path / "theirs" / "alice.pub").read_bytes())

    assert keys.public(tmp_path, "alice") == theirs.public
    assert keys.public(tmp_path / "theirs", "alice") == theirs.public
    assert keys.names(tmp_path) == ()
    with pytest.raises(Missing, match=r"bob\.pem nor bob\.pub"):
        keys.public(tmp_path, "bob")


def test_what_is_no_ed25519_key_is_a_mistake(tmp_path: Path) -> None:
    other = generate_private_key(SECP256R1())
    private = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    contents = {"text.pem": b"text", "curve.pem": private, "text.pub": b"-", "curve.pub": public}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        (tmp_path / name).chmod(0o600)

    for name in contents:
        stem, suffix = name.split(".")
        with pytest.raises(Mistake, match="holds"):
            _ = keys.load(tmp_path, stem) if suffix == "pem" else keys.public_of(tmp_path / name)


def test_a_key_never_shows_its_private_half(tmp_path: Path) -> None:
    key = keys.new(tmp_path, "alice")

    assert key.private.private_bytes_raw().hex() not in repr(key)


def test_every_error_says_what_next(tmp_path: Path) -> None:
    for act in (lambda: keys.load(tmp_path), lambda: keys.new(tmp_path, "A")):
        with pytest.raises(MainstayError) as error:
            act()

        assert error.value.hint
