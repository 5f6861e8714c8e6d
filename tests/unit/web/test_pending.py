"""Sign-ins under way."""

from datetime import UTC, datetime, timedelta

import pytest

from mainstay.core.errors import Refused
from mainstay.web import pending
from mainstay.web.pending import SPAN, Pending

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_a_sign_in_counts_once_and_not_for_long() -> None:
    some = Pending()
    one, under = some.begun("/x", NOON)
    late, _ = some.begun("/x", NOON)

    assert some.taken(one, NOON + SPAN) == under
    for state, at in ((one, NOON), (late, NOON + SPAN + timedelta(seconds=1)), ("none", NOON)):
        with pytest.raises(Refused):
            some.taken(state, at)


def test_the_oldest_gives_way_to_one_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pending, "MOST", 2)
    some = Pending()
    first, second, third = (some.begun("/", NOON)[0] for _ in range(3))

    assert len({first, second, third}) == 3
    assert some.taken(third, NOON)
    assert some.taken(second, NOON)
    with pytest.raises(Refused):
        some.taken(first, NOON)
