"""What the members of signed statements may be."""

import msgspec
import pytest

from mainstay.seal.terms import Count, Digest, Moment, Text


class Member(msgspec.Struct):
    digest: Digest = "0" * 64
    text: Text = "t"
    count: Count = 1
    moment: Moment | None = None


@pytest.mark.parametrize(
    "wrong",
    [{"digest": "0" * 63}, {"digest": "G" * 64}, {"text": ""}, {"count": 0},
     {"moment": "2024-01-01T00:00:00"}],
)  # fmt: skip
def test_what_does_not_fit_is_not_read(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, Member)


def test_what_fits_is_read() -> None:
    assert msgspec.convert({"digest": "a" * 64, "moment": "2024-01-01T00:00:00Z"}, Member)
