"""The trust file: which key is whose and what it may sign. It lies outside the registry."""

from pathlib import Path
from typing import Literal, get_args

import msgspec

from mainstay.core.errors import Mistake, Refused
from mainstay.seal import guarded, keys
from mainstay.seal.keys import short

Role = Literal["author", "approver"]
FILE = "trust.json"


class Principal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One name and its one key: key is the id, public the raw public key in hex."""

    name: str
    key: str
    public: str
    roles: tuple[Role, ...]

    def __post_init__(self) -> None:
        """Raises ValueError where the id is not that of the public key."""
        raw = bytes.fromhex(self.public)
        if len(raw) != keys.LENGTH or keys.key_id(raw) != self.key:
            raise ValueError(f"the key id of {self.name} does not belong to its public key")


class Trust(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everybody who is trusted, by name."""

    principals: tuple[Principal, ...] = ()

    def __post_init__(self) -> None:
        """Raises ValueError where a name or a key stands twice."""
        for what in ("name", "key"):
            values = [getattr(principal, what) for principal in self.principals]
            if len(set(values)) < len(values):
                raise ValueError(f"a {what} stands there twice")

    def named(self, name: str) -> Principal | None:
        """Whose name it is."""
        return next((one for one in self.principals if one.name == name), None)

    def holder(self, key: str) -> Principal | None:
        """Whose key it is, by its id."""
        return next((one for one in self.principals if one.key == key), None)


def read(folder: Path) -> Trust:
    """The trust file of a keys folder; none there means nobody is trusted."""
    path = folder / FILE
    return of_file(path) if path.exists() else Trust()


def of_file(path: Path) -> Trust:
    """Raises Missing, Mistake where it is malformed, Refused where others can write it."""
    content = guarded.content(path, "trust file", hint="mainstay trust NAME --role ROLE writes it")
    try:
        return msgspec.json.decode(content, type=Trust)
    except (msgspec.MsgspecError, ValueError) as error:
        raise Mistake(f"{path} is not a trust file: {error}") from error


def trusted(folder: Path, name: str, role: Role, public: bytes | None = None) -> Trust:
    """Write down that the key of `name` may act in `role`; the new trust.

    public: the raw key; without it the one of that name in the folder. Raises Mistake for an
    unknown role, Refused where the name has another key or the key another name, Conflict while
    somebody else writes the file.
    """
    if role not in get_args(Role):
        raise Mistake(f"{role!r} is no role", hint=f"known: {', '.join(get_args(Role))}")
    raw = public if public is not None else keys.public(folder, name)
    with guarded.alone(folder / FILE, "trust file") as written:
        trust = _with(read(folder), name, role, raw)
        written(msgspec.json.format(msgspec.json.encode(trust)))
    return trust


def _with(trust: Trust, name: str, role: Role, public: bytes) -> Trust:
    key = keys.key_id(public)
    bound, holder = trust.named(name), trust.holder(key)
    if bound and bound.key != key:
        raise Refused(
            f"{name} already has the key {short(bound.key)}; a name keeps its key",
            hint=f"trust the key {short(key)} under a new name",
        )
    if holder and holder.name != name:
        raise Refused(
            f"the key {short(key)} is that of {holder.name}; a key has one name",
            hint=f"mainstay key new {name}",
        )
    roles = {role, *(bound.roles if bound else ())}
    ordered = tuple(one for one in get_args(Role) if one in roles)
    others = [one for one in trust.principals if one.name != name]
    changed = [*others, Principal(name, key, public.hex(), ordered)]
    return Trust(tuple(sorted(changed, key=lambda one: one.name)))
