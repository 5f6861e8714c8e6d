"""One request and who makes it."""

from pathlib import Path

import pytest
from starlette.requests import Request

from mainstay.web.attempts import Attempts
from mainstay.web.visit import Place, Visit


def test_with_tls_the_cookie_is_held_to_its_host() -> None:
    place = Place(Path(), Attempts(), print)

    assert place.cookie == "mainstay_session"
    assert place._replace(secure=True).cookie == "__Host-mainstay_session"


def test_a_route_that_asks_nobody_has_no_asker() -> None:
    visit = Visit(Request({"type": "http", "headers": []}), Place(Path(), Attempts(), print))

    with pytest.raises(AssertionError, match="asked who it is"):
        assert visit.asker
