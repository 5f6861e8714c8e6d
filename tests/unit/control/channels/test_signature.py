"""Who wrote it, and when."""

from mainstay.control.channels.signature import signed, verified

BODY = b'{"id": "1"}'


def test_only_the_same_body_secret_and_time_hold() -> None:
    header = signed("secret", BODY, 1000)

    assert verified("secret", header, BODY, 1299)
    assert not verified("other", header, BODY, 1000)
    assert not verified("secret", header, BODY + b" ", 1000)
    assert not verified("secret", header.replace("t=1000", "t=1001"), BODY, 1000)
    assert not verified("secret", header, BODY, 1301), "kept by somebody and sent again"
    assert not verified("", signed("", BODY, 1000), BODY, 1000)
    assert not verified("secret", "v1=abc", BODY, 1000)
