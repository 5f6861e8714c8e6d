"""Sources in time, answers given, a certificate that holds."""

from collections.abc import Callable
from datetime import timedelta

import msgspec

from mainstay.bundle.manifest import Manifest
from mainstay.core.nouns import Verdict
from mainstay.data.live import Counts
from mainstay.life.watch import flow, windows
from mainstay.life.watch.order import Order

FRESH = "within: 6h, freshness: 3h"


def test_a_source_later_than_agreed_is_an_incident_for_its_owner(
    live: Callable[..., Order],
) -> None:
    order = live(days=3, old="within: 6h", new=FRESH)
    late = order._replace(now=order.now + timedelta(days=2))

    before, after = (next(flow.flow(one, ())) for one in (order, late))
    (found,) = flow.findings(late, (after,))

    assert (before.clause, before.verdict) == ("freshness, weather", Verdict.PASS)
    assert after.verdict is Verdict.FAIL
    assert (found.columns, found.owner) == (("weather",), "owner of weather")
    assert "48." in found.what or "49." in found.what


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
