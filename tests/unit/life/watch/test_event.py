"""Something unforeseen, told from what merely drifts, and over when labels say so."""

from collections.abc import Callable

import numpy as np
import pytest
from msgspec import structs

from mainstay.core.nouns import Estimate, Evidence, Limit, Window
from mainstay.life.watch import event
from mainstay.life.watch.order import Order, Watched
from mainstay.life.watch.watch import watched

SINCE = 20
LEAST = Limit("at_least", 0.6)
Columns = dict[str, np.ndarray]


def struck(columns: Columns, random: np.random.Generator) -> None:
    """From one day on others come, who wait longer in the rain; they miss as anybody would."""
    after = columns["day"] >= SINCE
    count = int(after.sum())
    columns["wait"][after] = random.integers(55, 90, count)
    columns["rain"][after] = np.round(6 + random.gamma(2.0, 2.0, count), 1)
    columns["kind"][after] = "scan"
    columns["logit"] = -2.2 + 0.05 * columns["wait"] + 0.25 * columns["rain"]
    columns["logit"] = columns["logit"] + 0.8 * (columns["kind"] == "new") - 3 * after


def later(columns: Columns, random: np.random.Generator) -> None:
    """One column alone."""
    after = columns["day"] >= SINCE
    columns["wait"][after] = random.integers(55, 90, int(after.sum()))


def turned(columns: Columns, random: np.random.Generator) -> None:
    """The inputs stay; they tell nothing any more of who comes."""
    columns["logit"] = np.full(len(columns["logit"]), -0.8)


def seen(order: Order, days: float) -> Watched:
    """By one look, after so many days."""
    return watched(order._replace(now=order.since + days * order.width))


def test_an_abrupt_break_is_found_in_the_first_window_after_it(live: Callable[..., Order]) -> None:
    whole = live(struck, days=24)

    before, after = seen(whole, SINCE), seen(whole, SINCE + 1)

    assert before.event is None
    assert after.event in after.findings
    assert set(after.event.columns) == {"wait", "rain", "kind"}
    assert after.event.window.since == whole.since + SINCE * whole.width
    assert after.event.what.startswith("3 inputs broke at once, 100% of what the answers hang on")
    assert "no method can tell without them" in after.event.action
    assert all(
        says.startswith(f"{name} by ") and says.count(" sd (") == 1
        for name, says in after.event.of_columns.items()
    )


def test_a_single_column_that_drifts_is_drift_and_no_event(live: Callable[..., Order]) -> None:
    found = seen(live(later, days=24), 23)

    assert found.event is None


def test_a_collapse_with_unmoved_inputs_is_an_event_that_no_weighting_helps(
    live: Callable[..., Order],
) -> None:
    old, new = "access:", "watch: {unforeseen: {answer: baseline, train: alike}}\naccess:"
    just = Evidence("roc_auc", "v1", "", "", estimate=Estimate(0.605, 0.6, 0.61, 700))
    whole = live(turned, days=20, old=old, new=new)._replace(certified=(just,))
    found = seen(whole, 19)

    assert found.event.columns == ()
    assert "collapsed from 0.605 when certified to" in found.event.what
    assert "until then the baseline answers" in found.event.action
    assert "weighting old rows cannot help" in found.event.action


def test_an_event_stays_until_labels_since_then_show_every_goal_met(
    live: Callable[..., Order],
) -> None:
    whole = live(days=40)
    began = Window(whole.since + 30 * whole.width, whole.since + 31 * whole.width)
    open_ = event._finding(whole, ("wait",), "all broke", event.MOVED, began)
    known = whole._replace(event=open_)

    young, old = seen(known, 31), seen(known, 39)

    assert young.event == structs.replace(
        open_, window=young.event.window, action=young.event.action
    )
    assert "labels since then, 200 are needed" in young.event.action
    assert "get labels first: mainstay labels --ask " in young.event.action
    assert old.event is None


@pytest.mark.parametrize(
    ("now", "certified", "limit", "fell"),
    [
        (Estimate(0.45, 0.43, 0.47, 900), 0.7, LEAST, True),
        (Estimate(0.55, 0.53, 0.57, 900), 0.7, LEAST, False),  # below its limit, as any month
        (Estimate(0.45, 0.20, 0.70, 9), 0.7, LEAST, False),  # not known well enough
        (Estimate(0.30, 0.28, 0.32, 900), 0.1, Limit("at_most", 0.15), True),
        (Estimate(0.18, 0.17, 0.19, 900), 0.1, Limit("at_most", 0.15), False),
    ],
)
def test_a_collapse_is_further_beyond_the_limit_than_the_certified_value_was_within(
    now: Estimate, certified: float, limit: Limit, *, fell: bool
) -> None:
    assert event.fell(now, certified, limit, 1.5) is fell
