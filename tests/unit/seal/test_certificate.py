"""The certificate as an in-toto statement, there and back."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import msgspec
import pytest

from mainstay.core import digest
from mainstay.core.errors import Mistake, Refused
from mainstay.core.nouns import Estimate, Evidence, Limit
from mainstay.seal import certificate as certificates
from mainstay.seal import keys, trust
from mainstay.seal.certificate import Certificate, Registered, Scope

Made = Callable[..., Certificate]


def test_what_is_issued_is_what_is_opened(certificate: Made, people: Path) -> None:
    made = certificate(
        not_covered=("carrier = 9E",),
        supersedes="ab" * 32,
    )

    envelope = certificates.issued(made, keys.load(people, "alice"))

    assert certificates.opened(envelope, trust.read(people)) == made


def test_the_payload_is_an_in_toto_statement(certificate: Made, bundle: Path) -> None:
    statement = msgspec.json.decode(certificates.content(certificate()))

    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == "https://mainstay.dev/certificate/v1"
    assert statement["subject"] == [
        {"name": "bundle", "digest": {"sha256": digest.of_folder(bundle)}},
        {"name": "environment", "digest": {"sha256": digest.of_file(bundle / "pylock.toml")}},
    ]


def test_equal_certificates_have_equal_bytes(certificate: Made) -> None:
    assert certificates.content(certificate()) == certificates.content(certificate())


def test_a_whole_number_is_written_as_it_is_read(certificate: Made) -> None:
    whole = Evidence(
        "errors", "v1", "all", "count", estimate=Estimate(0, 0, 0, 9), limit=Limit("at_most", 0),
        verdict="pass",
    )  # fmt: skip

    content = certificates.content(certificate(gates=(whole,)))

    assert certificates.content(certificates.parsed(content)) == content


def test_it_is_called_by_model_and_version(certificate: Made) -> None:
    assert certificate().name == "flight-delay v1"


def test_only_an_author_issues(certificate: Made, people: Path) -> None:
    with pytest.raises(Refused, match="operations-lead is not an author of flight-delay v1"):
        certificates.issued(certificate(), keys.load(people, "operations-lead"))


@pytest.mark.parametrize(
    "members",
    [
        {"approver": ""},
        {"authors": ()},
        {"authors": ("alice",)},
        {"scope": Scope("staging")},
        {"scope": Scope("production", traffic=0)},
        {"scope": Scope("production", traffic=1.5)},
        {"issued": datetime(2013, 4, 2), "not_after": datetime(2013, 9, 1)},  # noqa: DTZ001
        {"baselines": (Evidence("c", "s", "p", "m", estimate=Estimate(float("nan"), 0, 1, 2)),)},
    ],
)
def test_what_cannot_be_read_back_is_not_written(
    certificate: Made, members: dict[str, object]
) -> None:
    with pytest.raises(Mistake, match="flight-delay v1 cannot be written") as mistake:
        certificates.content(certificate(**members))

    assert mistake.value.hint


def test_members_must_agree(certificate: Made) -> None:
    other = digest.of_bytes(b"other")
    good = certificate()
    wrong = {
        "the files are not": {"files": {**good.files, "new": other}},
        "not locked": {"files": {}, "version": emptied(good)},
        "contract registered": {"registered": Registered(other, 1, 1, 1)},
        "ends before": {"not_after": good.issued},
    }

    for reason, members in wrong.items():
        with pytest.raises(ValueError, match=reason):
            certificate(**members)


def emptied(good: Certificate) -> object:
    return msgspec.structs.replace(good.version, bundle=digest.of_value({}))


def changed(content: bytes, change: Callable[[dict[str, object]], object]) -> bytes:
    statement = msgspec.json.decode(content)
    change(statement)
    return digest.canonical(statement)


def test_a_field_nobody_knows_is_refused_at_any_depth(certificate: Made) -> None:
    content = certificates.content(certificate())
    strange = {
        "predicate.color": lambda s: s["predicate"].update(color=1),
        "predicate.scope.color": lambda s: s["predicate"]["scope"].update(color=1),
        "predicate.gates.limit.color": lambda s: s["predicate"]["gates"][0]["limit"].update(
            color=1
        ),
    }

    for place, change in strange.items():
        with pytest.raises(Refused, match=f"holds {place}, which"):
            certificates.parsed(changed(content, change))
    with pytest.raises(Refused, match="no certificate"):
        certificates.parsed(changed(content, lambda s: s.update(color=1)))


def test_a_field_added_later_does_not_void_an_old_certificate(certificate: Made) -> None:
    old = changed(certificates.content(certificate()), lambda s: s["predicate"].pop("supersedes"))

    assert certificates.parsed(old) == certificate()


def test_another_statement_is_refused(certificate: Made) -> None:
    content = certificates.content(certificate())
    others = {
        "not a certificate": lambda s: s.update(predicateType="https://slsa.dev/provenance/v1"),
        "not a certificate of": lambda s: s.update(_type="https://in-toto.io/Statement/v2"),
        "subjects": lambda s: s["subject"].pop(),
    }

    for reason, change in others.items():
        with pytest.raises(Refused, match=reason):
            certificates.parsed(changed(content, change))


def test_the_zone_of_a_time_does_not_matter(certificate: Made) -> None:
    east = timezone(timedelta(hours=2))
    moved = certificate(issued=datetime(2013, 4, 2, 2, tzinfo=east))

    assert certificates.parsed(certificates.content(moved)).issued == certificate().issued
