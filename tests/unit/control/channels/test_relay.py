"""Services that Apprise knows."""

import sys

import pytest
from msgspec import structs
from receiving import MESSAGE, Receiver

from mainstay.control.channels import relay
from mainstay.control.channels.config import Apprise
from mainstay.core.errors import MissingExtra, Mistake, Unavailable


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # of Apprise
def test_a_service_of_apprise_is_told(receiver: Receiver) -> None:
    url = receiver.url.replace("http:", "json:")

    relay.send(Apprise(url), structs.replace(MESSAGE, kind="closed"))

    assert b"weather is 9 h old" in receiver.posts[0].body
    assert b'"success"' in receiver.posts[0].body
    receiver.status[0] = 500
    with pytest.raises(Unavailable, match="could not"):
        relay.send(Apprise(url), MESSAGE)
    with pytest.raises(Mistake) as mistake:
        relay.send(Apprise("nonsense://token@h"), MESSAGE)
    assert "token" not in str(mistake.value)


def test_without_the_extra_its_name_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)

    with pytest.raises(MissingExtra) as missing:
        relay.send(Apprise("json://h"), MESSAGE)

    assert missing.value.hint == "pip install 'mainstay[apprise]'"
