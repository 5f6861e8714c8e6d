"""How sources are reached that want credentials: a file of the operator's, never the contract.

Of the entries whose address a source begins with, the longest counts.
"""

import ssl
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from mainstay.core import settings
from mainstay.core.addresses import holds_secret, shown
from mainstay.core.errors import Mistake, Refused
from mainstay.core.secret import Secret, private, revealed

_HINT = "docs/reference/sources.md shows each"
_HERE = ("127.0.0.1", "localhost", "::1")


class Access(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one system wants. at: how addresses in it begin; where nothing is said it is public, or

    its own library finds credentials. user: also of an access key or an account. endpoint: of a
    store elsewhere than at its usual place. mechanism: how a broker is told a
    password. tls: whether a server or a broker is spoken to under TLS, None: as is usual for its
    kind. ca: a file of authorities that vouch for it. certificate, key: files by which it knows who
    asks; a key may stand in the file of its certificate.
    """

    at: str = ""
    user: str = ""
    secret: Secret = ""
    token: Secret = ""
    endpoint: str = ""
    region: str = ""
    mechanism: str = ""
    tls: bool | None = None
    ca: str = ""
    certificate: str = ""
    key: str = ""

    @property
    def hidden(self) -> str:
        """The secret in clear. Raises Missing, Refused."""
        return revealed(self.secret)

    @property
    def bearer(self) -> str:
        """The token in clear. Raises Missing, Refused."""
        return revealed(self.token)

    @property
    def query(self) -> str:
        """The token as Azure's shared access signatures end an address. Raises Missing, Refused."""
        return self.bearer and f"?{self.bearer.removeprefix('?')}"


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sources: dict[str, Access] = {}


def access(address: str) -> Access:
    """What reaches an address; all empty where nobody said. Raises Missing, Mistake, Refused."""
    fits = [one for one in _configured().values() if one.at and _within(address, one.at)]
    return max(fits, key=lambda one: len(one.at), default=Access())


def refuse_secrets(address: str) -> None:
    """Raises Mistake for an address that holds a secret, which it does not say.

    Addresses stand in contracts, in the ledger and on pages.
    """
    if holds_secret(address):
        hint = "take it out, and write it into sources.toml: docs/reference/sources.md"
        raise Mistake(f"the address {shown(address)} holds a secret", hint)


def is_here(url: str) -> bool:
    """Whether the host of a URL is this machine."""
    return urlsplit(url).hostname in _HERE


def refuse_clear(url: str, stated: Access, hint: str) -> None:
    """Of what is spoken in clear: raises Refused where a secret would go to another machine.

    hint: what else to do.
    """
    if (stated.token or stated.secret) and not is_here(url):
        kind = "token" if stated.token else "password"
        raise Refused(f"a {kind} would travel in clear to {shown(url)}", hint=hint)


def secured(stated: Access) -> ssl.SSLContext:
    """How to speak TLS to who vouches for its own name. Raises Mistake for files that are none."""
    file = stated.ca
    try:
        context = ssl.create_default_context(cafile=file or None)
        if stated.certificate:
            file = stated.certificate
            context.load_cert_chain(file, stated.key or None)
    except OSError as error:
        raise Mistake(f"{file} holds no certificate: {error}", hint=_HINT) from None
    return context


def _within(address: str, begin: str) -> bool:
    """Whether an address lies in a place: `s3://lake` holds `s3://lake/x` and not `s3://lakes`."""
    rest = address.removeprefix(begin)
    return address.startswith(begin) and (begin[-1] in "/#" or not rest or rest[0] in "/#?")


def _configured() -> dict[str, Access]:
    path = settings.sources_file()
    if path is None:
        path = settings.keys_folder() / "sources.toml"
        if not path.exists():
            return {}
    return read(path)


def read(path: Path) -> dict[str, Access]:
    """By name, those of a file. Raises Missing, Mistake, Refused where others may read it."""
    try:
        return msgspec.convert(tomllib.loads(private(path)), _File).sources
    except tomllib.TOMLDecodeError as error:
        raise Mistake(f"{path} is no TOML: {error}", hint=_HINT) from error
    except msgspec.ValidationError as error:
        raise Mistake(f"{path}: {error}", hint=_HINT) from error
