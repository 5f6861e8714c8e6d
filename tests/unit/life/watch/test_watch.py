"""One look at a live model, whole."""

from collections.abc import Callable

import msgspec
import numpy as np
import pytest
from pyarrow import compute, parquet

from mainstay.control import policy
from mainstay.control.policy import Decision, Facts
from mainstay.core.nouns import Verdict
from mainstay.life.watch.order import Order, Watched
from mainstay.life.watch.watch import watched


def decided(order: Order, found: Watched) -> Decision:
    facts = Facts(order.contract, found.evidence, found.findings, found.comparison)
    return policy.decided(facts)


def turned(columns: dict[str, np.ndarray], random: np.random.Generator) -> None:
    """Only who comes for a scan stays away now: what was learned tells next to nothing."""
    columns["logit"] = np.where(columns["kind"] == "scan", 2.0, -1.0)


def test_a_world_that_stays_is_kept(live: Callable[..., Order]) -> None:
    free = "false_positive: -2, per_retrain: -100000}"
    order = live(days=30, old="false_positive: -2}", new=free)

    found = watched(order)

    assert found.findings == ()
    assert decided(order, found).act == "keep"
    assert {one.clause for one in found.evidence} == {
        "realised, roc_auc", "drift", "volume", "latency", "loss, estimated", "loss, realised",
        "answered", "not_after", "labels, by age", "labels, arrived",
        "labels, by score", "label rate",
    }  # fmt: skip
    assert len(found.windows) == 30
    assert not {one.verdict for one in found.evidence} & {Verdict.FAIL}


def test_ageing_is_found_by_looks_one_after_another_and_retrained(
    live: Callable[..., Order],
) -> None:
    whole = live(turned, days=44)
    first = whole._replace(now=whole.since + (whole.now - whole.since) / 2)

    early = watched(first)
    later = whole._replace(
        since=early.windows[-1].window.until, earlier=early.windows, paired=(early.paired,)
    )
    found = watched(later)

    assert decided(first, early).act != "keep"
    assert found.windows[0].window.since == early.windows[-1].window.until
    assert found.paired.window.since == early.paired.window.until
    assert found.comparison.ageing.low > 0
    assert decided(later, found).act == "retrain"
    assert msgspec.json.decode(msgspec.json.encode(found.comparison))


@pytest.mark.parametrize("days", [9.3])
def test_nothing_reads_the_future(live: Callable[..., Order], days: float) -> None:
    whole = live(turned, days=20)
    now = whole.since + days / 20 * (whole.now - whole.since)
    order = whole._replace(now=now)
    cut = order._replace(
        table=order.table.filter(order.table["mainstay_at"] <= now),
        labels=order.labels.filter(order.labels["known_at"] <= now),
    )

    seeing = watched(order)
    path = order.places.folder / "data" / "visits.parquet"
    rows = parquet.read_table(path)
    parquet.write_table(rows.filter(compute.less_equal(rows["at"], now)), path)
    blind = watched(cut)

    assert seeing == blind
