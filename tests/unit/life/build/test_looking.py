"""What a version's door looks up, by its contract."""

from datetime import timedelta
from pathlib import Path

import pytest
import small_project

from mainstay.bundle.guard import RequestColumn
from mainstay.contract import document
from mainstay.contract.model import Contract
from mainstay.life.build.looking import lookups

REQUEST = tuple(
    RequestColumn(name, "string") for name in ("visit", "at", "town", "rain", "late_rate", "n")
)
LATELY = """    lately:
      {from: decisions, on: town, over: 7d, known_after: 1d,
       take: {late_rate: mean(missed), n: count(missed)}}
    planes: {from: planes.csv, on: town, take: [seats]}
  label:"""


def contract(serve: str = "context: lookup") -> Contract:
    text = small_project.CONTRACT.replace("latency_p99: 10s", serve).replace("  label:", LATELY, 1)
    return document.parsed(text.encode(), Path("contract.yaml")).contract


def test_only_what_a_request_holds_is_looked_up() -> None:
    weather, lately = lookups(contract("context: lookup, cold: fallback"), REQUEST)

    assert (weather.name, weather.on, weather.columns, weather.timed) == (
        "weather", ("town",), ("rain",), True,
    )  # fmt: skip
    assert weather.within == timedelta(hours=6).total_seconds()
    assert (weather.fresh, weather.cold, weather.stale) == (None, "fallback", "flag")
    assert (lately.columns, lately.counts, lately.within) == (("late_rate", "n"), ("n",), None)
    assert lately.view != weather.view


@pytest.mark.parametrize("serve", ["context: sent", "latency_p99: 10s"])
def test_where_callers_send_everything_nothing_is(serve: str) -> None:
    assert lookups(contract(serve), REQUEST) == ()
