"""Seasonal columns against the same weeks of the year before."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from mainstay.bundle.manifest import Manifest
from mainstay.contract.operation import Watch
from mainstay.core.nouns import Verdict, Window
from mainstay.data.live import Counts
from mainstay.data.profile import Numbers, Profile
from mainstay.life.watch import drift, parts, windows, yearly
from mainstay.life.watch.drift import Drift
from mainstay.life.watch.order import Order, Profiled
from mainstay.life.watch.parts import Group

YEARLY = Watch.model_validate({"seasonal": ["a"], "season": "year"})
SINCE = datetime(2022, 3, 1, 7, tzinfo=UTC)
ROWS, EDGES = 300, tuple(float(edge) for edge in range(1, 20))


def profiles(count: int, *, moved: float = 0.0, since: int = 0) -> tuple[Profile, ...]:
    """Of column a with a swing of the year, b without; moved: a, from window `since` on."""
    random, made = np.random.default_rng(3), []
    for at in range(count):
        swing = np.sin(2 * np.pi * at / 365.25) + moved * (at >= since)
        columns = []
        for name, tilt in (("a", swing), ("b", 0.0)):
            share = np.exp(tilt * np.linspace(-1, 1, 20))
            counts = random.multinomial(ROWS, share / share.sum())
            columns.append(Numbers(name, 0, 0, None, EDGES, tuple(map(int, counts))))
        made.append(Profile(ROWS, tuple(columns)))
    return tuple(made)


def lived(trained: int, *, moved: float = 0.0, days: int = 60) -> tuple[tuple[Profile, ...], ...]:
    every = profiles(trained + days, moved=moved, since=trained + 20)
    return every[:trained], every[trained:]


def seen(trained: int, some: tuple[Profile, ...]) -> tuple[Profiled, ...]:
    """Their windows begin at the midnight after the last one trained on."""
    first = (SINCE + timedelta(days=trained)).replace(hour=0)
    spans = (Window(first + timedelta(days=at), first + timedelta(days=at + 1)) for at in range(99))
    nothing = Counts(*[0] * 8)
    return tuple(Profiled(span, "v1", one, nothing) for span, one in zip(spans, some, strict=False))


def judged(trained: int, *, moved: float = 0.0, as_year: bool = True) -> Drift:
    before, after = lived(trained, moved=moved)
    ours = seen(trained, after)
    group = Group(("a",), None, 0.5, as_year)
    some = tuple(parts.parts(group, {}, before, ours, (), SINCE))
    return drift.judged(YEARLY, drift.SEASON, some, ours)._replace(yearly=as_year)


def spans(some: tuple[Profiled, ...]) -> tuple[Window, ...]:
    return tuple(one.window for one in some)


def test_a_season_as_a_year_ago_is_no_alarm_and_one_that_moved_is() -> None:
    quiet, moved, stated = judged(730), judged(730, moved=0.8), judged(730, as_year=False)

    assert stated.total > 5 * quiet.total, "the season itself is off the mean of the year"
    assert not quiet.broken
    assert moved.broken
    assert moved.shown is Verdict.FAIL
    assert [one.column for one in moved.moved] == ["a"]
    assert not moved.free


def test_too_short_a_history_is_not_covered_and_never_green() -> None:
    before, after = lived(400)

    said = yearly.lacking(YEARLY, before, spans(seen(400, after)), SINCE)

    assert said == "not covered: trained on 400 days, 469 tell how years differ"
    short = judged(400, as_year=False)._replace(lacking=said)
    assert short.shown is Verdict.UNSURE
    assert yearly.lacking(Watch(), before, spans(seen(400, after)), SINCE) == ""


@pytest.mark.parametrize(
    ("trained", "said"), [(466, "not covered: trained on 466 days"), (469, "")]
)
def test_what_is_enough_is_what_is_said(trained: int, said: str) -> None:
    before, after = lived(trained)

    found = yearly.lacking(YEARLY, before, spans(seen(trained, after)), SINCE)

    assert found.startswith(said)
    assert bool(found) is bool(said)


def test_a_version_older_than_a_year_is_not_covered_any_more() -> None:
    before, after = lived(730)
    later = seen(730 + 364, after)

    found = yearly.lacking(YEARLY, before, spans(later), SINCE)

    assert found == "not covered: the training rows hold no year before the newest window"


def test_rows_of_no_known_time_are_not_covered() -> None:
    before, after = lived(730)

    assert "not known when" in yearly.lacking(YEARLY, before, spans(seen(730, after)), None)


def test_all_columns_share_what_they_weigh() -> None:
    stay, season = Group(("b", "c"), None), Group(("a",), None)

    given = yearly.held(stay, season, {"a": 0.5, "b": 0.3, "c": 0.2})
    equal = yearly.held(stay, season, {})

    assert [one.share for one in given[:2]] == [0.5, 0.5]
    assert [one.share for one in equal[:2]] == pytest.approx([2 / 3, 1 / 3])
    assert [one.yearly for one in given] == [False, True, False]


def test_a_contract_that_asks_for_more_than_there_is_says_so(
    live: Callable[..., Order], stated: Manifest
) -> None:
    asked = "access: {approver: lead}\nwatch: {seasonal: [wait], season: year}"
    order = live(days=10, old="access: {approver: lead}", new=asked)
    profiled = windows.profiled(order, stated)

    found = {one.clause: one for one in drift.drifts(order, stated, profiled, ())}
    shown = drift.evidence(order, found["drift, seasonal"])

    assert shown.verdict is Verdict.UNSURE
    assert shown.note.startswith("not covered: trained on")
