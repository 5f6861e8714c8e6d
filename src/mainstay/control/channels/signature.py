"""Who wrote a message and when: HMAC-SHA256 over the time of sending and the body.

`Mainstay-Signature: t=1700000000,v1=6c0f...`. A receiver makes the same with its copy of the
secret, compares, and refuses times that lie too far away, so that a message kept by somebody
cannot be sent again later; ids it has seen it need not act on twice.
"""

import hashlib
import hmac
import re

HEADER = "mainstay-signature"
TOLERANCE = 300.0
"""Seconds that clocks and networks may take."""
_FORM = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


def signed(secret: str, body: bytes, at: float) -> str:
    """The value of the header; at: seconds since 1970."""
    return f"t={int(at)},v1={_mac(secret, int(at), body)}"


def verified(
    secret: str, header: str, body: bytes, at: float, tolerance: float = TOLERANCE
) -> bool:
    """Whether whoever holds the secret sent this body within the tolerance of now.

    >>> verified("s", signed("s", b"{}", 1000), b"{}", 1100)
    True
    >>> verified("s", signed("s", b"{}", 1000), b"{}", 2000)
    False
    """
    found = _FORM.fullmatch(header)
    if not found or not secret:
        return False
    sent, mac = int(found[1]), found[2]
    return abs(at - sent) <= tolerance and hmac.compare_digest(mac, _mac(secret, sent, body))


def _mac(secret: str, sent: int, body: bytes) -> str:
    return hmac.new(secret.encode(), b"%d." % sent + body, hashlib.sha256).hexdigest()
