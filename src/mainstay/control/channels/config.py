"""Where incidents are told: a file of the operator's, never the contract or the ledger."""

import tomllib
from pathlib import Path
from typing import Annotated, Any

import msgspec

from mainstay.control.roles import Role
from mainstay.control.urgency import Urgency
from mainstay.core import nearest, settings
from mainstay.core.errors import Mistake
from mainstay.core.secret import Secret, private

Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
Words = Annotated[str, msgspec.Meta(min_length=1)]


# Channels for people also take, where they say so: `mentions`, who was named in a comment; `head`,
# the head of the ledger each day; `digests`, the week for these roles.


class Log(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="log"):
    """A line of JSON at the end of a file; without one, on standard error."""

    least: Urgency = "this week"
    file: str = ""
    mentions: bool = False
    head: bool = False
    digests: tuple[Role, ...] = ()


class Mail(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="email"):
    """tls: from the first byte, by STARTTLS before anything is said, or none (loopback only).

    authority: a file of certificates to trust instead of the machine's. private: whether the name
    may lead to a private address.
    """

    host: Words
    sender: Words
    to: Annotated[tuple[Words, ...], msgspec.Meta(min_length=1)]
    least: Urgency = "this week"
    port: Port = 587
    tls: str = "starttls"
    user: str = ""
    password: Secret = ""
    authority: str = ""
    private: bool = False
    mentions: bool = False
    head: bool = False
    digests: tuple[Role, ...] = ()


class Webhook(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="webhook"
):
    """A CloudEvent to one address, signed with the secret."""

    url: Words
    secret: Secret
    least: Urgency = "this week"
    authority: str = ""
    private: bool = False
    mentions: bool = False
    head: bool = False
    digests: tuple[Role, ...] = ()


class Alertmanager(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="alertmanager"
):
    """url: as far as the API, for example http://127.0.0.1:9093. token: of a bearer, if any."""

    url: Words
    least: Urgency = "this week"
    token: Secret = ""
    authority: str = ""
    private: bool = False


class Apprise(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="apprise"
):
    """url: of a service as Apprise writes it; it holds its own secrets."""

    url: Secret
    least: Urgency = "this week"
    mentions: bool = False
    head: bool = False
    digests: tuple[Role, ...] = ()


class OpenLineage(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="openlineage"
):
    """Looks and builds instead of incidents. url: of a server, for example of Marquez; or file: one

    that events are appended to, a line each, from the folder of the project. namespace: of the jobs
    and of what Mainstay itself makes.
    """

    url: Secret = ""
    file: str = ""
    endpoint: str = "/api/v1/lineage"
    namespace: Words = "mainstay"
    token: Secret = ""
    authority: str = ""
    private: bool = False


Channel = Log | Mail | Webhook | Alertmanager | Apprise | OpenLineage
Channels = dict[str, Channel]


class Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of channels. address: where people reach the control plane, for links; empty: as it

    was started here. people: by name, where mail reaches them.
    """

    channels: Channels = {}
    address: str = ""
    people: dict[str, Words] = {}


TLS = ("starttls", "tls", "none")


def configured() -> Channels:
    """By name; none where nobody wrote the file. Raises Missing, Mistake, Refused."""
    return told().channels


def told() -> Told:
    """All that the file says; nothing where nobody wrote it. Raises Missing, Mistake, Refused."""
    path = settings.channels_file()
    if path is None:
        path = settings.keys_folder() / "channels.toml"
        if not path.exists():
            return Told()
    return whole(path)


def read(path: Path) -> Channels:
    """The channels of a file. Raises Missing, Mistake, Refused where others may read it."""
    return whole(path).channels


def whole(path: Path) -> Told:
    """What a file says. Raises Missing, Mistake, Refused where others may read it."""
    text = private(path)
    try:
        found = msgspec.convert(_shaped(tomllib.loads(text)), Told)
    except tomllib.TOMLDecodeError as error:
        raise Mistake(f"{path} is no TOML: {error}", hint="docs/reference/settings.md") from error
    except msgspec.ValidationError as error:
        raise Mistake(f"{path}: {error}", hint="docs/reference/settings.md shows each") from error
    for name, one in found.channels.items():
        if isinstance(one, Mail) and one.tls not in TLS:
            raise Mistake(f"{path}: {name}: tls is {one.tls!r}", nearest.hint(one.tls, TLS))
        if isinstance(one, OpenLineage) and bool(one.url) == bool(one.file):
            raise Mistake(f"{path}: {name} needs a url or a file", hint="one of the two")
    return found


def _shaped(said: dict[str, Any]) -> dict[str, Any]:
    """TOML has no tuples and no member called from; people write both."""
    stated = said.get("channels")
    for one in stated.values() if isinstance(stated, dict) else ():
        if isinstance(one, dict) and "from" in one:
            one["sender"] = one.pop("from")
    return said
