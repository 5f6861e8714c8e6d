"""What must be on record before held-out rows are opened."""

from datetime import UTC, datetime

import pytest

from mainstay.core.errors import Conflict, Refused
from mainstay.core.nouns import Window
from mainstay.life.certify.registration import Registration, checked

MARCH = Window(datetime(2013, 3, 1, tzinfo=UTC), datetime(2013, 4, 1, tzinfo=UTC))
STATED = Registration("c1", 1, 3, "v1", MARCH, 1)


def test_the_registered_contract_and_version_may_be_judged() -> None:
    assert checked(STATED, contract="c1", version="v1") is STATED


def test_nothing_registered_is_refused() -> None:
    with pytest.raises(Refused, match="not registered"):
        checked(None, contract="c1", version="v1")


def test_a_contract_changed_since_is_a_conflict() -> None:
    with pytest.raises(Conflict, match="changed since v1 was built under revision 1"):
        checked(STATED, contract="c2", version="v1")


def test_a_hold_out_opened_for_another_version_is_refused() -> None:
    with pytest.raises(Refused, match="opened for v1, not for v2"):
        checked(STATED, contract="c1", version="v2")
