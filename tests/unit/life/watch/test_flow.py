"""Answers given, a certificate that holds."""

from collections.abc import Callable
from datetime import timedelta

import msgspec

from mainstay.bundle.manifest import Manifest
from mainstay.core.nouns import Verdict
from mainstay.data.live import Counts
from mainstay.life.watch import flow, windows
from mainstay.life.watch.order import Order


def test_a_certificate_that_ends_in_two_weeks_is_an_incident(live: Callable[..., Order]) -> None:
    order = live(days=1)
    soon = order._replace(not_after=order.now + timedelta(days=13))

    (fine,), (ends,) = flow.flow(order, ()), flow.flow(soon, ())
    (found,) = flow.findings(soon, (ends,))

    assert (fine.verdict, ends.verdict) == (Verdict.PASS, Verdict.FAIL)
    assert found.what == "the certificate of v1 ends in 13.0 days"


def test_many_refused_decisions_are_an_incident(
    live: Callable[..., Order], stated: Manifest
) -> None:
    order = live(days=2)
    few = windows.profiled(order, stated)
    refused = Counts(1000, 900, 0, 100, 0, 0, 0, 900)
    many = tuple(msgspec.structs.replace(one, counts=refused) for one in few)

    (none, _), (some, _) = flow.flow(order, few), flow.flow(order, many)
    (found,) = flow.findings(order, (some,))

    assert none.verdict is not Verdict.FAIL
    assert some.verdict is Verdict.FAIL
    assert "200 refused" in found.what
