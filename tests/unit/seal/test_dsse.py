"""The envelope: exactly the specification, and stricter where it leaves a choice."""

import base64
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.core.errors import Missing, Refused
from mainstay.seal import dsse, keys, trust


def test_the_encoding_is_that_of_the_specification() -> None:
    encoded = dsse.pae("http://example.com/HelloWorld", b"hello world")

    assert encoded == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


def test_lengths_are_counted_in_bytes() -> None:
    assert dsse.pae("ü", "é–".encode()) == "DSSEv1 2 ü 5 é–".encode()


@given(st.tuples(st.text(), st.binary()), st.tuples(st.text(), st.binary()))
def test_different_content_never_has_one_encoding(
    one: tuple[str, bytes], other: tuple[str, bytes]
) -> None:
    assert (dsse.pae(*one) == dsse.pae(*other)) == (one == other)


def test_the_payload_comes_back_when_the_signature_holds(people: Path) -> None:
    envelope = dsse.signed(b'{"a":1}', keys.load(people, "alice"))

    again = dsse.decoded(dsse.encoded(envelope))

    assert again == envelope
    assert dsse.payload(again, trust.read(people)) == b'{"a":1}'


def test_the_file_has_the_names_of_the_specification(people: Path) -> None:
    envelope = dsse.signed(b"{}", keys.load(people, "alice"))

    content = msgspec.json.decode(dsse.encoded(envelope))

    assert list(content) == ["payloadType", "payload", "signatures"]
    assert list(content["signatures"][0]) == ["keyid", "sig"]
    assert content["payloadType"] == "application/vnd.in-toto+json"


def test_everybody_who_signed_is_named_in_order(people: Path) -> None:
    envelope = dsse.signed(b"{}", keys.load(people, "alice"))

    both = dsse.countersigned(envelope, keys.load(people, "operations-lead"))

    names = [one.name for one in dsse.signers(both, trust.read(people))]
    assert names == ["alice", "operations-lead"]


def test_a_file_is_read_no_further_than_the_bound(people: Path, tmp_path: Path) -> None:
    envelope = dsse.signed(b"{}", keys.load(people, "alice"))
    path = tmp_path / "certificate.json"
    room = dsse.LARGEST - len(dsse.encoded(envelope))
    path.write_bytes(dsse.encoded(envelope) + b" " * room)
    assert dsse.read(path) == envelope
    path.write_bytes(dsse.encoded(envelope) + b" " * (room + 1))

    with pytest.raises(Refused, match="larger than"):
        dsse.read(path)


def test_a_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="cannot be read"):
        dsse.read(tmp_path / "none.json")


def test_the_declared_type_is_signed_too(people: Path) -> None:
    envelope = dsse.signed(b"{}", keys.load(people, "alice"), "text/plain")
    renamed = msgspec.structs.replace(envelope, payload_type=dsse.IN_TOTO)

    with pytest.raises(Refused, match="wanted application"):
        dsse.payload(envelope, trust.read(people))
    with pytest.raises(Refused, match="does not hold"):
        dsse.payload(renamed, trust.read(people))


@given(st.binary(max_size=40), st.data())
def test_base64_has_one_spelling(content: bytes, data: st.DataObject) -> None:
    text = base64.b64encode(content).decode()
    place = data.draw(st.integers(0, len(text)))
    extra = data.draw(st.sampled_from(["", " ", "\n", "=", "-", "_", "A", "A==="]))
    other = text[:place] + extra + text[place:]

    try:
        read = dsse._bytes(other)
    except Refused:
        return
    assert base64.b64encode(read).decode() == other


@given(st.binary(max_size=200))
def test_noise_is_refused_and_nothing_else(noise: bytes) -> None:
    with pytest.raises(Refused):
        dsse.decoded(noise)


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(Refused):
        dsse.decoded(b'{"payloadType":' + b"[" * 100_000)


def test_a_signature_made_elsewhere_counts_like_one_made_here(people: Path) -> None:
    known = trust.read(people)
    envelope = dsse.signed(b'{"a":1}', keys.load(people, "alice"))
    signed = dsse.countersigned(envelope, keys.load(people, "operations-lead"))

    both = dsse.presigned(envelope, signed.signatures[-1])

    assert [one.name for one in dsse.signers(both, known)] == ["alice", "operations-lead"]
    assert dsse.unproven(both) == b'{"a":1}'
    forged = msgspec.structs.replace(signed.signatures[-1], sig=envelope.signatures[0].sig)
    with pytest.raises(Refused, match="does not hold"):
        dsse.signers(dsse.presigned(envelope, forged), known)
