"""From a share to a version that answers."""

import pytest
from msgspec import structs
from small_project import Serving

from mainstay.core import clock
from mainstay.core.errors import MainstayError, Refused
from mainstay.life.serve import loader
from mainstay.life.serve.loader import Place
from mainstay.life.serve.served import Served
from mainstay.seal import trust
from mainstay.seal.certificate import Scope
from mainstay.seal.routing import Share


def loaded(place: Place, serving: Serving, share: Share) -> Served:
    routing = serving.publish(1, share)
    return loader.loaded(place, routing, share, trust.read(serving.keys), clock.now())


def test_a_certified_version_is_opened(place: Place, serving: Serving) -> None:
    one = loaded(place, serving, serving.certified())

    assert one.reason == ""
    assert one.certificate is not None
    assert one.certificate.name == "no-show v1"


def test_without_an_approval_the_baseline_is_opened(place: Place, serving: Serving) -> None:
    one = loaded(place, serving, serving.certified(approved=False))

    assert one.certificate is None
    assert one.reason == "lead has not approved no-show v1"


def test_a_bundle_that_was_changed_is_not_opened_at_all(place: Place, serving: Serving) -> None:
    share = serving.certified()
    (serving.bundle / "golden.json").write_text("{}")

    with pytest.raises(MainstayError, match="not as it was built"):
        loaded(place, serving, share)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"version": "v2"}, "is of no-show v1, not of v2"), ({"certificate": "0" * 64}, "no cert")],
)
def test_a_certificate_of_something_else_does_not_count(
    place: Place, serving: Serving, changes: dict[str, str], reason: str
) -> None:
    one = loaded(place, serving, structs.replace(serving.certified(), **changes))

    assert one.certificate is None
    assert reason in one.reason


def test_a_certificate_names_the_largest_share(place: Place, serving: Serving) -> None:
    share = serving.certified(scope=Scope("production", traffic=0.1))

    with pytest.raises(Refused, match="at most 10%"):
        loader.certified(
            place, serving.publish(1, share), share, trust.read(serving.keys), clock.now()
        )


def test_a_certificate_file_that_was_exchanged_does_not_count(
    place: Place, serving: Serving
) -> None:
    share, other = serving.certified(), serving.certified(2)
    folder = serving.folder / "certificates"
    (folder / f"{share.certificate}.json").write_bytes(
        (folder / f"{other.certificate}.json").read_bytes()
    )

    assert "not the one the routing names" in loaded(place, serving, share).reason
