"""Dead Simple Signing Envelope with Ed25519, stricter than it must be.

Source: https://github.com/secure-systems-lab/dsse/blob/v1.0.2/envelope.md and protocol.md. The
payload is read only after every signature holds. Only standard base64 in its one canonical
spelling is accepted, no unknown field, no unknown key, no key twice.
"""

import base64
import binascii
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from mainstay.core.errors import Missing, Refused
from mainstay.seal.keys import Key, short
from mainstay.seal.trust import Principal, Trust

IN_TOTO = "application/vnd.in-toto+json"
LARGEST = 1_000_000
"""Bytes of an envelope; a certificate of 300 gates has about 200,000."""


class Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """keyid is only a claim until the signature holds under that key."""

    keyid: str
    sig: str


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Bytes of a type, signed; payload and signatures in base64."""

    payload_type: str
    payload: str
    signatures: tuple[Signature, ...]


def pae(payload_type: str, payload: bytes) -> bytes:
    """Pre-authentication encoding: what is signed.

    >>> pae("http://example.com/HelloWorld", b"hello world")
    b'DSSEv1 29 http://example.com/HelloWorld 11 hello world'
    """
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def signed(payload: bytes, key: Key, payload_type: str = IN_TOTO) -> Envelope:
    """A new envelope with one signature."""
    signature = _signature(payload_type, payload, key)
    return Envelope(payload_type, base64.b64encode(payload).decode(), (signature,))


def countersigned(envelope: Envelope, key: Key) -> Envelope:
    """One more signature over the same bytes. Raises Refused where the key has signed already."""
    if any(signature.keyid == key.id for signature in envelope.signatures):
        raise Refused(
            f"{key.name} ({short(key.id)}) has signed this already",
            hint="a second signature needs a second person",
        )
    added = _signature(envelope.payload_type, _bytes(envelope.payload), key)
    return msgspec.structs.replace(envelope, signatures=(*envelope.signatures, added))


def presigned(envelope: Envelope, signature: Signature) -> Envelope:
    """With a signature that was made elsewhere; whether it holds is for `signers` to say."""
    return msgspec.structs.replace(envelope, signatures=(*envelope.signatures, signature))


def read(path: Path) -> Envelope:
    """The envelope in a file; nothing in it is proven yet. Raises Missing, Refused."""
    try:
        with path.open("rb") as file:
            return decoded(file.read(LARGEST + 1))
    except OSError as error:
        raise Missing(f"{path} cannot be read: {error.strerror}") from error


def encoded(envelope: Envelope) -> bytes:
    """The content of a file."""
    return msgspec.json.encode(envelope)


def decoded(content: bytes) -> Envelope:
    """The envelope in the content of a file; nothing in it is proven yet. Raises Refused."""
    if len(content) > LARGEST:
        raise Refused(f"the envelope is larger than the {LARGEST:,} bytes that are read")
    try:
        return msgspec.json.decode(content, type=Envelope)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(
            f"this is no signed envelope: {error}",
            hint="fetch the certificate again, it may be cut short",
        ) from error


def signers(envelope: Envelope, trust: Trust) -> tuple[Principal, ...]:
    """Who signed, in order; every signature holds under a trusted key, each key once.

    Raises Refused otherwise. The payload is not looked into.
    """
    if not envelope.signatures:
        raise Refused("nobody has signed this", hint="mainstay certify signs what it issues")
    found = [signature.keyid for signature in envelope.signatures]
    twice = [key for key in found if found.count(key) > 1]
    if twice:
        raise Refused(
            f"the key {short(twice[0])} signed twice: that is one person, not two",
            hint="a second signature needs a second person",
        )
    message = pae(envelope.payload_type, _bytes(envelope.payload))
    return tuple(_signer(message, signature, trust) for signature in envelope.signatures)


def payload(envelope: Envelope, trust: Trust, payload_type: str = IN_TOTO) -> bytes:
    """The signed bytes, after every signature was found to hold. Raises Refused."""
    signers(envelope, trust)
    if envelope.payload_type != payload_type:
        raise Refused(f"the envelope holds {envelope.payload_type!r}, wanted {payload_type}")
    return _bytes(envelope.payload)


def unproven(envelope: Envelope) -> bytes:
    """The bytes as they stand there, for whoever is about to sign them."""
    return _bytes(envelope.payload)


def _signature(payload_type: str, payload: bytes, key: Key) -> Signature:
    made = key.signature(pae(payload_type, payload))
    return Signature(key.id, base64.b64encode(made).decode())


def _signer(message: bytes, signature: Signature, trust: Trust) -> Principal:
    principal = trust.holder(signature.keyid)
    if principal is None:
        raise Refused(
            f"signed by {short(signature.keyid)}, a key the trust file does not hold",
            hint="ask whose key it is; then mainstay trust NAME --role ROLE",
        )
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(principal.public))
    try:
        key.verify(_bytes(signature.sig), message)
    except InvalidSignature as error:
        raise Refused(
            f"the signature of {principal.name} ({short(principal.key)}) does not hold",
            hint="the content was changed after it was signed",
        ) from error
    return principal


def _bytes(text: str) -> bytes:
    """Strict base64: standard alphabet, padded, and spelt the only way these bytes can be."""
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused(f"the envelope holds malformed base64: {error}") from error
    if base64.b64encode(content).decode() != text:
        raise Refused("the envelope holds base64 in a spelling that is not canonical")
    return content
