"""Ed25519 keys of people: NAME.pem is private and the owner's alone, NAME.pub may be given away."""

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from mainstay.core import nearest
from mainstay.core.errors import Conflict, Missing, Mistake, Refused

LENGTH = 32
"""Bytes of a public key, raw."""
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True)
class Key:
    """Who signs; id is the SHA-256 of the 32 raw bytes of the public key."""

    name: str
    id: str
    private: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        """The 32 raw bytes."""
        return self.private.public_key().public_bytes_raw()

    def signature(self, message: bytes) -> bytes:
        """64 bytes over the message."""
        return self.private.sign(message)


def key_id(public: bytes) -> str:
    """The id of a key, from its 32 raw public bytes."""
    return hashlib.sha256(public).hexdigest()


def short(identity: str) -> str:
    """The part of a key id that is shown to people."""
    return identity[:16]


def new(folder: Path, name: str) -> Key:
    """Make a key and keep it. Raises Mistake for a bad name, Conflict for one that is taken."""
    _check(name)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    taken = [path for path in (_private(folder, name), _public(folder, name)) if path.exists()]
    if taken:
        raise _taken(taken[0])
    private = Ed25519PrivateKey.generate()
    _create(_private(folder, name), _pem(private))
    _create(_public(folder, name), _public_pem(private.public_key()))
    return _key(name, private)


def load(folder: Path, name: str = "") -> Key:
    """The private key of a name; without a name the only one there is.

    Raises Missing, Mistake where several could be meant, Refused where others can read the file.
    """
    chosen = name or _only(folder)
    path = _private(folder, _check(chosen))
    return _key(chosen, _read(path, names(folder)))


def names(folder: Path) -> tuple[str, ...]:
    """Names whose private keys lie here, sorted."""
    return tuple(sorted(path.stem for path in folder.glob("*.pem")))


def public(folder: Path, name: str) -> bytes:
    """The 32 raw public bytes of a name: of its private key if it lies here, else of NAME.pub."""
    if _private(folder, _check(name)).exists():
        return load(folder, name).public
    path = _public(folder, name)
    if not path.exists():
        raise Missing(
            f"no key is called {name}: neither {name}.pem nor {name}.pub in {folder}",
            hint=f"mainstay key new {name}, or copy their {name}.pub there",
        )
    return public_of(path)


def public_of(path: Path) -> bytes:
    """The 32 raw public bytes that a PEM file holds. Raises Mistake."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Mistake(f"{path} holds no public key in PEM form") from error
    if not isinstance(key, Ed25519PublicKey):
        raise Mistake(f"{path} holds a public key that is not Ed25519")
    return key.public_bytes_raw()


def _key(name: str, private: Ed25519PrivateKey) -> Key:
    return Key(name, key_id(private.public_key().public_bytes_raw()), private)


def _private(folder: Path, name: str) -> Path:
    return folder / f"{name}.pem"


def _public(folder: Path, name: str) -> Path:
    return folder / f"{name}.pub"


def _check(name: str) -> str:
    if not NAME.fullmatch(name):
        raise Mistake(
            f"{name!r} cannot name a key: small letters, digits, '.', '_' and '-', "
            "at most 64, a letter or digit first",
            hint="for example operations-lead",
        )
    return name


def _only(folder: Path) -> str:
    found = names(folder)
    if not found:
        raise Missing(f"there is no private key in {folder}", hint="mainstay key new NAME")
    if len(found) > 1:
        raise Mistake(
            f"several keys could sign: {', '.join(found)}",
            hint=f"say which: MAINSTAY_KEY={found[0]}",
        )
    return found[0]


def _read(path: Path, known: tuple[str, ...]) -> Ed25519PrivateKey:
    try:
        with path.open("rb") as file:
            mode, content = os.fstat(file.fileno()).st_mode, file.read()
    except FileNotFoundError as error:
        raise Missing(
            f"no private key is called {path.stem} in {path.parent}",
            hint=nearest.hint(path.stem, known) if known else f"mainstay key new {path.stem}",
        ) from error
    if mode & 0o077:
        raise Refused(f"others can read the private key {path}", hint=f"chmod 600 {path}")
    return _parsed(path, content)


def _parsed(path: Path, content: bytes) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(content, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Mistake(f"{path} holds no private key in unencrypted PEM form") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise Mistake(f"{path} holds a private key that is not Ed25519")
    return key


def _pem(private: Ed25519PrivateKey) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _public_pem(public_key: Ed25519PublicKey) -> bytes:
    return public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _create(path: Path, content: bytes) -> None:
    """Whole or not at all, 0600, never over an existing file: a link to a finished draft."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError as error:
        raise _taken(path) from error
    finally:
        Path(draft).unlink()


def _taken(path: Path) -> Conflict:
    return Conflict(f"{path} exists; a key is never overwritten", hint="choose another name")
