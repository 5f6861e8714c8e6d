"""Addresses of sources: what of them may be shown, and what must not stand in them."""

import re
from urllib.parse import parse_qsl, urlsplit

_INSIDE = re.compile(r"://[^/@\[]*:(?!\d+([,/#?]|$))")  # a colon that no port follows
_SECRET = re.compile(r"pass|pwd|secret|token|key|sig|credential", re.IGNORECASE)


def shown(address: str) -> str:
    """The address without what may be secret: a password and all options."""
    kind, mark, rest = address.partition("://")
    if not mark:
        return address
    who, at, where = rest.rpartition("@")
    place, sign, table = where.partition("#")
    plain = place.partition("?")[0].partition(";")[0]
    return f"{kind}{mark}{who.partition(':')[0]}{at}{plain}{sign}{table}"


def holds_secret(address: str) -> bool:
    """Whether it has a password, or an option that is named like a secret.

    >>> holds_secret("postgres://reader@db/shop#orders"), holds_secret("https://x/y?sig=abc")
    (False, True)
    """
    if "://" not in address:
        return False
    plain, parts = address.partition("#")[0], urlsplit(address)
    options = parse_qsl(parts.query, keep_blank_values=True)
    options += parse_qsl(plain.partition(";")[2], keep_blank_values=True, separator=";")
    return bool(_INSIDE.search(address) or any(_SECRET.search(name) for name, _ in options))
