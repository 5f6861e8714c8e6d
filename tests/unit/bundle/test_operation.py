"""How a version is to be operated."""

import msgspec
import pytest

from mainstay.bundle.operation import Operation


def test_a_bundle_from_before_there_were_such_clauses_has_the_defaults() -> None:
    found = msgspec.json.decode(b"{}", type=Operation)

    assert found == Operation()
    assert (found.fallback, found.breaker.on_breach) == ("baseline", "flag")


def test_a_clause_that_nobody_knows_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"fallbak": "previous"}', type=Operation)
