"""Drift of what arrives."""

import re
from collections.abc import Callable

import numpy as np
from msgspec.structs import replace

from mainstay.bundle.manifest import Manifest
from mainstay.core.nouns import Verdict
from mainstay.life.watch import drift, units, windows
from mainstay.life.watch.drift import Drift
from mainstay.life.watch.order import Order

SEASONAL = "access: {approver: lead}\nwatch: {seasonal: [wait]}"


def drifts(order: Order, stated: Manifest) -> dict[str, Drift]:
    profiled = windows.profiled(order, stated)
    moved = units.moves(profiled, units.units(stated))
    return {one.clause: one for one in drift.drifts(order, stated, profiled, moved)}


def nulls(columns: dict[str, np.ndarray], random: np.random.Generator) -> None:
    """From day 10 on a tenth of the rain is not measured."""
    gone = (columns["day"] > 10) & (random.random(len(columns["day"])) < 0.1)
    columns["rain"] = np.where(gone, np.nan, columns["rain"])


def longer(columns: dict[str, np.ndarray], random: np.random.Generator) -> None:
    """Everybody waits a week more."""
    columns["wait"] = columns["wait"] + 7


def inches(columns: dict[str, np.ndarray], random: np.random.Generator) -> None:
    """Rain in inches on ten days."""
    there = (columns["day"] > 15) & (columns["day"] < 25)
    columns["rain"] = np.where(there, columns["rain"] / 25.4, columns["rain"])


def together(columns: dict[str, np.ndarray], random: np.random.Generator) -> None:
    """Who is new waits longest; how many wait how long is as before."""
    order = np.lexsort((columns["wait"], columns["day"] // 1))
    waits = columns["wait"][order]
    new = np.lexsort((random.random(len(order)), columns["kind"] == "new", columns["day"] // 1))
    columns["wait"][new] = waits


def scans(columns: dict[str, np.ndarray], random: np.random.Generator) -> None:
    """There are more scans."""
    more = random.random(len(columns["day"])) < 0.2
    columns["kind"] = np.where(more, "scan", columns["kind"])


def test_nothing_is_no_alarm_and_unsure_until_the_shift_could_be_seen(
    live: Callable[..., Order], stated: Manifest
) -> None:
    found = drifts(live(days=10), stated)["drift"]

    assert found.total < found.alarm
    assert found.verdict is Verdict.UNSURE
    assert set(found.unseen) == {"wait", "rain", "kind", "the scores", "the decisions"}


def test_how_far_a_column_lies_off_is_told_without_an_alarm_too(
    live: Callable[..., Order], stated: Manifest
) -> None:
    order = live(days=10)

    note = drift.evidence(order, drifts(order, stated)["drift"]).note

    assert re.search(r"furthest off: .+ by [+-]\d\.\d\d sd \([+-].+ to [+-].+\)", note)


def test_it_holds_where_the_tolerated_shift_would_have_shown(
    live: Callable[..., Order], stated: Manifest
) -> None:
    tolerant = "access: {approver: lead}\nwatch: {tolerated_shift: 1}"
    order = live(days=20, old="access: {approver: lead}", new=tolerant)

    found = drifts(order, stated)["drift"]

    assert (found.verdict, found.unseen) == (Verdict.PASS, ())


def test_missing_values_are_found_and_their_column_is_named(
    live: Callable[..., Order], stated: Manifest
) -> None:
    order = live(nulls, days=25)

    found = drifts(order, stated)["drift"]
    told = drift.finding(order, found, hurts=False)

    assert found.verdict is Verdict.FAIL
    assert told is not None
    assert told.columns == ("rain",)
    assert 8 <= (told.window.since - order.since).days <= 13


def test_a_seasonal_column_is_shown_and_is_an_incident_only_where_it_hurts(
    live: Callable[..., Order], stated: Manifest
) -> None:
    order = live(longer, days=20, old="access: {approver: lead}", new=SEASONAL)

    found = drifts(order, stated)

    season = found["drift, seasonal"]
    assert "wait" in drift.evidence(order, season).note
    assert drift.evidence(order, season).verdict is None
    assert drift.finding(order, season, hurts=False) is None
    assert drift.finding(order, season, hurts=True) is not None
    assert found["drift"].verdict is not Verdict.FAIL


def test_windows_in_another_unit_are_no_drift_of_their_column(
    live: Callable[..., Order], stated: Manifest
) -> None:
    order = live(inches, days=30)
    profiled = windows.profiled(order, stated)

    (blind,) = drift.drifts(order, stated, profiled, ())
    (seeing,) = drift.drifts(order, stated, profiled, units.moves(profiled, {}))

    assert blind.verdict is Verdict.FAIL
    assert seeing.total < seeing.alarm


def test_windows_of_another_version_are_no_evidence(
    live: Callable[..., Order], stated: Manifest
) -> None:
    order = live(days=3)
    profiled = windows.profiled(order, stated)
    later = order._replace(champion=order.champion._replace(name="v2"))

    assert list(drift.drifts(later, stated, profiled, ())) == []


def test_answers_that_move_while_no_column_does_are_found(
    live: Callable[..., Order], stated: Manifest
) -> None:
    order = live(together, days=30)

    found = drifts(order, stated)["drift"]
    told = drift.finding(order, found, hurts=False)

    assert told is not None
    assert set(told.columns) <= {"the scores", "the decisions"}
    assert "the scores" in told.what
    assert " sd (" in told.what


def test_a_column_that_weighs_nothing_is_shown_and_is_no_alarm(
    live: Callable[..., Order], stated: Manifest
) -> None:
    order = live(scans, days=25)
    idle = replace(stated, importance={"wait": 0.5, "rain": 0.5, "kind": 0.0})
    counts = replace(stated, importance={"wait": 0.25, "rain": 0.25, "kind": 0.5})

    shown, told = drifts(order, idle)["drift"], drifts(order, counts)["drift"]

    assert (shown.broken, told.broken) == (False, True)
    assert [one.column for one in shown.beside] == ["kind"]
    assert "which the answers do not hang on" in drift.evidence(order, shown).note
    assert "kind" not in shown.unseen


def test_an_alarm_about_less_than_is_tolerated_is_shown_and_is_no_incident(
    live: Callable[..., Order], stated: Manifest
) -> None:
    tolerant = "access: {approver: lead}\nwatch: {tolerated_shift: 0.9}"
    order = live(scans, days=25, old="access: {approver: lead}", new=tolerant)

    found = drifts(order, stated)["drift"]
    shown = drift.evidence(order, found)

    assert found.total >= found.alarm
    assert (found.small, found.broken) == (True, False)
    assert drift.finding(order, found, hurts=True) is None
    assert shown.verdict is Verdict.PASS
    assert shown.limit.judge(shown.estimate) is Verdict.PASS
    assert "less than the 0.9 sd that are tolerated" in shown.note
