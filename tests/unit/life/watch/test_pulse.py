"""What is watched of windows beside their columns."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from msgspec import structs

from mainstay.bundle.manifest import Manifest
from mainstay.core.nouns import Window
from mainstay.data.cleaning import Cleaned
from mainstay.data.live import Counts
from mainstay.data.profile import Moments, Profile
from mainstay.life.watch import parts, pulse, windows
from mainstay.life.watch.drift import DRIFT, Drift, judged
from mainstay.life.watch.order import Late, Order, Profiled
from mainstay.life.watch.pulse import Loss
from mainstay.stats.series import LEVEL

BEGIN, DAY = datetime(2024, 1, 1, tzinfo=UTC), timedelta(days=1)
TRAINED = tuple(Profile(one, ()) for one in np.random.default_rng(0).poisson(300, 56))


def window(at: int) -> Window:
    return Window(BEGIN + at * DAY, BEGIN + (at + 1) * DAY)


def seen(
    decisions: list[int], *, asked: float = 3.0, age: float = 0.4, late: int = 10**6
) -> tuple[Profiled, ...]:
    """Days of v1; from day `late` on decisions and the source are later."""
    random, made = np.random.default_rng(1), []
    for at, count in enumerate(decisions):
        mean = (asked if at >= late else 3.0) + random.normal(0, 0.05)
        old = (age if at >= late else 0.4) + random.normal(0, 0.02)
        asked_after = Moments(count, mean, float(count), 0, 9) if count else None
        told = Late(asked_after, {"weather": old})
        counts = Counts(count, count, 0, 0, 0, 0, 0, 0)
        made.append(Profiled(window(at), "v1", Profile(count, ()), counts, late=told))
    return tuple(made)


def judge(order: Order, days: tuple[Profiled, ...], losses: tuple[Loss, ...] = ()) -> Drift:
    some = tuple(pulse.pulse(order.champion.name, TRAINED, days, losses, BEGIN - 56 * DAY))
    return judged(order.contract.watch, DRIFT, some, days)


def told(found: Drift) -> list[tuple[str, str]]:
    return [(one.kind, one.shift.column) for one in found.beats if one.told]


def steady(days: int = 30) -> list[int]:
    return np.random.default_rng(2).poisson(300, days).tolist()


def loss(values: list[float], kind: str = "estimated", error: float | None = None) -> Loss:
    windows = tuple(window(at) for at in range(len(values)))
    noise = np.random.default_rng(3).normal(0, 0.03, len(values))
    given = np.array(values) + noise
    return Loss(kind, "roc_auc", windows, given, np.full(len(values), 0.001), 0.4, error, -1)


def test_the_weights_are_what_columns_leave() -> None:
    assert sum(pulse.WEIGHTS.values()) + pulse.FAULTS + parts.COLUMNS == pytest.approx(1)


def test_a_flow_that_stays_is_watched_and_told_nothing(live: Callable[..., Order]) -> None:
    found = judge(live(days=1), seen(steady()), (loss([0.0] * 30),))

    kinds = {one.kind for one in found.beats}
    assert kinds == {"volume", "latency", "lag", "estimated"}
    assert (found.broken, told(found)) == (False, [])


def test_a_window_without_decisions_carries_the_alarm(live: Callable[..., Order]) -> None:
    found = judge(live(days=1), seen([*steady(), 0]))

    assert told(found) == [("volume", "volume")]
    assert not found.broken, "no column moved"


def test_a_volume_that_is_another_than_before_this_version_is_told(
    live: Callable[..., Order],
) -> None:
    every = seen([*steady(20), *(one * 2 // 3 for one in steady(12))])
    before = tuple(structs.replace(one, version="v0") for one in every[:20])

    (part, *_) = pulse.pulse("v1", TRAINED, (*before, *every[20:]), (), None)
    found = judge(live(days=1), (*before, *every[20:]))

    assert part.reference.rows == sum(one.counts.decisions for one in before)
    assert told(found) == [("volume", "volume")]


@pytest.mark.parametrize(
    ("later", "kind"),
    [({"asked": 5.0}, ("latency", "decisions")), ({"age": 1.5}, ("lag", "weather"))],
)
def test_what_comes_later_than_it_did_is_told(
    live: Callable[..., Order], later: dict[str, float], kind: tuple[str, str]
) -> None:
    found = judge(live(days=1), seen(steady(), late=20, **later))

    assert told(found) == [kind]


def test_what_comes_sooner_or_turns_out_better_is_no_alarm(live: Callable[..., Order]) -> None:
    better = loss([0.0] * 20 + [2.0] * 10)

    found = judge(live(days=1), seen(steady(), late=20, asked=0.5, age=0.0), (better,))

    assert found.total < found.alarm


def test_an_estimate_that_falls_and_labels_that_say_less_are_told(
    live: Callable[..., Order],
) -> None:
    falls, less = loss([0.0] * 20 + [-1.0] * 10), loss([-1.0] * 12, "realised", 0.05)

    found = judge(live(days=1), seen(steady()), (falls, less))

    assert told(found) == [("estimated", "roc_auc"), ("realised", "roc_auc")]


def test_what_few_windows_tell_has_no_level_yet(live: Callable[..., Order]) -> None:
    found = judge(live(days=1), seen(steady(7)), (loss([0.0] * 7),))

    assert [one.kind for one in found.beats] == ["volume"]


def test_a_lived_project_is_measured(live: Callable[..., Order], stated: Manifest) -> None:
    order = live(days=10)
    days = windows.profiled(order, stated)

    found = tuple(
        pulse.pulse(
            order.champion.name, windows.trained(order, stated), days, (), windows.begun(stated)
        )
    )

    assert [one.reference.components[0].kind for one in found] == ["volume", "latency"]


def cleaned(shares: list[float]) -> tuple[Profiled, ...]:
    """Days of 300 rows of a source, and the share of codes for missing in each."""
    random = np.random.default_rng(4)
    days = seen(steady(len(shares)))
    return tuple(
        structs.replace(
            one,
            cleaned=(
                Cleaned("weather", "rain", "missing", int(random.binomial(300, share)), 0, 300),
            ),
        )
        for one, share in zip(days, shares, strict=True)
    )


def test_codes_for_missing_that_become_many_are_told_with_the_second_window(
    live: Callable[..., Order],
) -> None:
    before = judge(live(days=1), cleaned([0.01] * 20))
    after = judge(live(days=1), cleaned([*[0.01] * 20, 0.4, 0.4]))

    assert told(before) == []
    assert told(after) == [("mended", "weather, rain, missing")]


def test_codes_for_missing_that_become_none_are_told_too(live: Callable[..., Order]) -> None:
    found = judge(live(days=1), cleaned([*[0.3] * 20, *[0.0] * 5]))

    assert told(found) == [("mended", "weather, rain, missing")]


def test_what_cleaning_does_is_not_judged_before_windows_tell_what_is_usual(
    live: Callable[..., Order],
) -> None:
    found = judge(live(days=1), cleaned([0.4] * LEVEL))

    assert "mended" not in {one.kind for one in found.beats}
