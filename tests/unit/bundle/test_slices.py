"""Which slices a certificate speaks of."""

import msgspec
from small_project import Serving

from mainstay.bundle import manifest, slices


def test_levels_that_were_judged_are_told_by_column(serving: Serving) -> None:
    certificate = msgspec.structs.replace(
        serving.certificate(), not_covered=("kind = home", "town = north")
    )

    found = slices.judged(certificate)

    assert found["kind"] >= {"new", "control"}
    assert "home" not in found["kind"]
    assert found["town"] == frozenset()


def test_only_columns_of_a_request_and_what_features_gives_are_known(serving: Serving) -> None:
    stated = manifest.read(serving.bundle)

    assert slices.known(stated, ["kind", "weekday"])
    assert not slices.known(stated, ["planet"])


def test_nobody_is_covered_by_a_slice_that_is_not_known(serving: Serving) -> None:
    stated = manifest.read(serving.bundle)
    certificate = msgspec.structs.replace(serving.certificate(), not_covered=("planet = mars",))

    assert slices.covered(stated, certificate) is slices.nowhere
