"""What is said of windows beside their columns."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from mainstay.core.nouns import Estimate, Verdict, Window
from mainstay.data.live import Counts
from mainstay.data.profile import Profile
from mainstay.life.watch import beats
from mainstay.life.watch.drift import DRIFT, Beat, Drift
from mainstay.life.watch.order import Order, Profiled
from mainstay.life.watch.parts import Part
from mainstay.life.watch.shifts import Shift
from mainstay.stats import series
from mainstay.stats.components import Component

BEGIN, DAY = datetime(2024, 3, 1, tzinfo=UTC), timedelta(days=1)
SPAN = Window(BEGIN, BEGIN + DAY)
COUNTS = Counts(300, 300, 0, 0, 0, 0, 0, 0)
SEEN = (Profiled(SPAN, "v1", Profile(300, ()), COUNTS),)
UNITS = {"volume": "x", "latency": "x"}


def beat(kind: str, column: str, far: float = 0.1, *, told: bool = True, windows: int = 20) -> Beat:
    some = tuple(Window(BEGIN + at * DAY, BEGIN + (at + 1) * DAY) for at in range(windows))
    reference, live = series.started(Component(column, kind), np.zeros(windows), np.ones(windows))
    if kind in ("said", "mended"):
        live = live._replace(rows=np.full(windows, 40.0), mean=np.full((windows, 1), 0.05))
    part = Part(reference, live, np.ones(1), some, unit=UNITS.get(kind, ""), scale=0.5)
    moved = Estimate(far, far - 0.05, far + 0.05, 900, "sd")
    return Beat(part, Shift(column, "", moved, 400.0, weighs=True, loud=True), some[0], told)


def drift(*some: Beat) -> Drift:
    return Drift(DRIFT, 1e3, 365.0, 0.1, SPAN, 20, 900, (), (), None, (), beats=some)


WORDS = {
    ("volume", "volume", -0.2): ("0.82 times (0.78 to 0.86) as many decisions", "decisions"),
    ("latency", "decisions", 0.7): ("asked for 2.01 times (1.92 to 2.12) as long", "decisions"),
    ("lag", "weather", 0.6): ("weather is seen later by +0.3 (+0.27 to +0.33)", "weather"),
    ("estimated", "roc_auc", -0.2): ("the estimated roc_auc moved by -0.1 (-0.12 to", "clinic"),
    ("said", "corrected", 0.6): ("5.0% (", "labels"),
    ("mended", "weather, rain, missing", 0.6): (
        "of the values of rain in weather are codes for missing, 0.0% before",
        "weather",
    ),
    ("mended", "requests, wait, possible", 0.6): (
        "of wait in requests are impossible",
        "decisions",
    ),
    ("labelled", "rate", 0.2): ("yes is said more often by +0.1 (+0.075 to +0.12)", "clinic"),
    ("realised", "roc_auc", -0.2): ("labels move roc_auc by -0.1 (-0.12 to -0.075)", "clinic"),
}


@pytest.mark.parametrize(("told", "said"), WORDS.items(), ids=[one[0] for one in WORDS])
def test_each_that_carries_an_alarm_is_an_incident_in_its_own_words(
    live: Callable[..., Order], told: tuple[str, str, float], said: tuple[str, str]
) -> None:
    order = live(days=1)
    quiet = beat("volume", "volume", told=False)

    (found,) = beats.findings(order, (drift(beat(*told), quiet),))

    assert said[0] in found.what
    assert "since about 2024-03-01" in found.what
    assert found.owner.endswith(said[1])
    assert found.verdict is Verdict.FAIL


def test_effects_are_shown_with_intervals_whether_or_not_anything_happened(
    live: Callable[..., Order],
) -> None:
    order = live(days=1)
    some = beat("volume", "volume", told=False), beat("realised", "roc_auc", -0.4)

    volume, lost, *_ = beats.evidence(order, SEEN, (drift(*some),))

    assert (volume.clause, volume.verdict) == ("volume", Verdict.PASS)
    assert volume.estimate.low < 1.1 < volume.estimate.high
    assert (lost.clause, lost.verdict) == ("loss, realised", Verdict.FAIL)
    assert lost.estimate.value == pytest.approx(-0.2)


def test_what_is_not_known_yet_is_unsure(live: Callable[..., Order]) -> None:
    order = live(days=1, old="within: 6h", new="within: 6h, freshness: 3h")
    young = beat("volume", "volume", told=False, windows=3)

    found = tuple(beats.evidence(order, SEEN, (drift(young),)))

    assert [one.clause for one in found] == ["volume", "latency", "lag, weather"]
    assert {one.verdict for one in found} == {Verdict.UNSURE}


@pytest.mark.parametrize(
    ("values", "sudden"),
    [
        (np.r_[np.zeros(10), np.ones(10)], True),
        (np.linspace(0, 1, 20), False),
        (np.ones(20), False),
    ],
    ids=["a jump", "a slope", "always so"],
)
def test_a_jump_of_the_rate_is_the_labels_and_a_slope_may_be_the_world(
    live: Callable[..., Order], values: np.ndarray, *, sudden: bool
) -> None:
    one = beat("labelled", "rate", 1.0)
    moved = one.part.live._replace(distance=values[:, None])
    since = one.part.windows[0 if values[0] else 10]
    told = one._replace(part=one.part._replace(live=moved), since=since)

    (found,) = beats.findings(live(days=1), (drift(told),))

    assert beats.is_sudden(told) is sudden
    labels = ("labels", ("rate",), "owner of the labels")
    assert ((found.clause, found.columns, found.owner) == labels) is sudden
