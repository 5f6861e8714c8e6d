"""The present state after a whole life."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from mainstay.core import digest
from mainstay.core.errors import Missing
from mainstay.core.nouns import Window
from mainstay.ledger import state
from mainstay.ledger.projections import Share
from mainstay.ledger.state import Contract, Deployment, Version
from mainstay.ledger.store import Ledger

MODEL = "flight-delay"


def test_an_empty_ledger_knows_nothing(ledger: Ledger) -> None:
    assert state.models(ledger) == state.versions(ledger, MODEL) == ()
    assert state.contract(ledger, MODEL) is None
    assert state.deployments(ledger, MODEL) == state.incidents(ledger, MODEL) == ()


def test_the_newest_contract_counts(lived: Ledger, told: Callable[..., int]) -> None:
    assert state.contract(lived, MODEL) == Contract(MODEL, 1, "c1", 1)

    seq = told("ContractRegistered", digest="c2", revision=2)

    assert state.contract(lived, MODEL) == Contract(MODEL, 2, "c2", seq)
    assert state.models(lived) == (MODEL,)


def test_versions_stand_as_they_were_left(lived: Ledger) -> None:
    one, two = digest.of_bytes(b"one"), digest.of_bytes(b"two")

    assert state.versions(lived, MODEL) == (
        Version(MODEL, 1, "b1", "c1", "certified", two, 15),
        Version(MODEL, 2, "b2", "c1", "rejected", one, 12),
    )
    assert state.version(lived, MODEL, 2).status == "rejected"


def test_an_unknown_version_is_missing_with_the_known_ones(lived: Ledger) -> None:
    with pytest.raises(Missing, match="no version v7") as missing:
        state.version(lived, MODEL, 7)

    assert missing.value.hint == "known: v1, v2"


def test_looks_are_counted_by_window_whatever_the_contract(lived: Ledger) -> None:
    east = timezone(timedelta(hours=2))
    march = Window(datetime(2013, 3, 1, 2, tzinfo=east), datetime(2013, 4, 1, tzinfo=UTC))
    april = Window(march.until, datetime(2013, 5, 1, tzinfo=UTC))

    assert state.looks(lived, MODEL, march) == 2
    assert state.looks(lived, MODEL, april) == state.looks(lived, "other", march) == 0


def test_versions_judged_on_a_hold_out_are_told_once_each_in_order(
    lived: Ledger, told: Callable[..., int]
) -> None:
    march = {"since": "2013-03-01T00:00:00Z", "until": "2013-04-01T00:00:00Z"}
    april = {"since": "2013-04-01T00:00:00Z", "until": "2013-05-01T00:00:00Z"}
    for number, window in ((2, march), (1, march), (2, march), (3, april)):
        told("HoldoutOpened", number=number, contract="c1", **window)

    span = Window(datetime(2013, 3, 1, tzinfo=UTC), datetime(2013, 4, 1, tzinfo=UTC))
    assert state.tried(lived, MODEL, span) == (2, 1)
    assert state.tried(lived, "other", span) == ()


def test_deployments_are_kept_and_the_last_one_is_present(
    lived: Ledger, told: Callable[..., int]
) -> None:
    shares = [{"version": 2, "share": 0.1}, {"version": 1, "share": 0.9}]
    told("Deployed", sequence=5, shares=shares)
    told("RolledBack", sequence=6, shares=[{"version": 1, "share": 1.0}])

    assert state.deployments(lived, MODEL) == (
        Deployment(MODEL, 1, (Share(1, 1.0),), 9),
        Deployment(MODEL, 5, (Share(1, 0.9), Share(2, 0.1)), 16),
        Deployment(MODEL, 6, (Share(1, 1.0),), 17),
    )


def test_an_incident_lasts_until_it_is_closed(lived: Ledger, told: Callable[..., int]) -> None:
    seq = told("IncidentOpened", clause="temp", what="Celsius")

    closed, lasting = state.incidents(lived, MODEL)

    assert (closed.id, closed.clause, bool(closed.closed)) == (13, "pressure", True)
    assert (lasting.id, lasting.what, lasting.closed) == (seq, "Celsius", "")
    assert datetime.fromisoformat(closed.opened) <= datetime.fromisoformat(closed.closed)


def test_incidents_are_found_by_how_they_stand_and_by_number(
    lived: Ledger, told: Callable[..., int]
) -> None:
    still = told("IncidentOpened", clause="unit", what="degrees")

    assert [one.id for one in state.open_incidents(lived)] == [still]
    assert [one.id for one in state.open_incidents(lived, "another")] == []
    assert [one.id for one in state.closed_incidents(lived, 5, MODEL)] == [13]
    assert state.closed_incidents(lived, 0) == ()
    assert state.incident(lived, still) == state.open_incidents(lived)[0]
    assert state.incident(lived, 99) is None


def test_versions_of_all_models_are_found_by_how_they_stand(lived: Ledger) -> None:
    found = state.standing(lived, "certified", "rejected")

    assert [(one.number, one.status) for one in found] == [(1, "certified"), (2, "rejected")]
    assert state.standing(lived, "certified", "rejected", most=1) == found[:1]
    assert state.standing(lived, "approved") == ()


def test_the_newest_event_of_each_of_many_models_is_known(
    lived: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "PAGE", 2)

    found = state.spoken(lived, ["a", MODEL, "b"])

    assert found == {"a": 0, MODEL: lived.head().seq, "b": 0}
    assert state.spoken(lived, []) == {}
