"""How far apart author and approver are is said plainly."""

from collections.abc import Callable
from pathlib import Path

from mainstay.seal import dsse, keys, trust
from mainstay.seal.certificate import Certificate, issued
from mainstay.seal.separation import Separation, separation

Made = Callable[..., Certificate]


def test_an_authors_signature_alone_is_self_signed(certificate: Made, people: Path) -> None:
    envelope = issued(certificate(), keys.load(people, "alice"))

    signers = dsse.signers(envelope, trust.read(people))

    assert separation(certificate(), signers, people) == Separation.SELF_SIGNED


def test_two_keys_on_one_machine_are_only_that(certificate: Made, people: Path) -> None:
    envelope = issued(certificate(), keys.load(people, "alice"))
    both = dsse.countersigned(envelope, keys.load(people, "operations-lead"))
    signers = dsse.signers(both, trust.read(people))

    assert separation(certificate(), signers, people) == "distinct approver key"

    (people / "operations-lead.pem").unlink()

    assert separation(certificate(), signers, people) == "external approver key"
