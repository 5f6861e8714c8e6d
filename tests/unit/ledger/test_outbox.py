"""What is still to be told."""

import contextlib
from datetime import UTC, datetime
from pathlib import Path

from mainstay.core import settings
from mainstay.core.nouns import Actor
from mainstay.ledger import outbox
from mainstay.ledger.outbox import Waiting
from mainstay.ledger.store import Ledger

ALICE = Actor("alice", "ab" * 32)
ONE = Waiting("m-1-ops", "ops", 1, "{}", 0.0)


def test_a_claimed_message_is_due_again_after_a_pause_that_doubles(
    ledger: Ledger, tmp_path: Path
) -> None:
    clock = tmp_path / "clock"
    outbox.put(ledger, ONE)

    with settings.given({"MAINSTAY_CLOCK": str(clock)}):
        dues = []
        for second in (100, 130, 190):
            clock.write_text(datetime.fromtimestamp(second, UTC).isoformat())
            [one] = outbox.waiting(ledger)
            assert outbox.claimed(ledger, one)
            assert not outbox.claimed(ledger, one), "another has it"
            dues.append(outbox.waiting(ledger)[0].due)

    assert dues == [130, 190, 310]


def test_what_was_told_waits_no_more_and_a_newer_one_under_its_id_does(ledger: Ledger) -> None:
    outbox.put(ledger, ONE)
    outbox.put(ledger, Waiting(ONE.id, "ops", 1, '{"newer": 1}', 0.0))
    outbox.settled(ledger, ONE, "2024-01-01")
    [left] = outbox.waiting(ledger)
    outbox.settled(ledger, left, "2024-01-02")

    assert left.body == '{"newer": 1}'
    assert outbox.waiting(ledger) == ()


def test_a_message_goes_with_the_transaction_it_was_put_in(ledger: Ledger) -> None:
    with contextlib.suppress(RuntimeError), ledger.transaction():
        outbox.put(ledger, ONE)
        raise RuntimeError

    assert outbox.waiting(ledger) == ()


def test_who_was_told_is_known_also_while_it_failed(ledger: Ledger) -> None:
    outbox.put(ledger, ONE)
    outbox.claimed(ledger, ONE)
    outbox.failed(ledger, ONE, "no answer")
    outbox.postponed(ledger, ONE, 7.0)

    assert [(one.error, one.due) for one in outbox.waiting(ledger)] == [("no answer", 7.0)]
    assert outbox.told(ledger, 1) == {"ops"}
    assert outbox.told(ledger, 2) == frozenset()


def test_what_was_told_is_kept_until_its_incident_is_long_over(
    ledger: Ledger, tmp_path: Path
) -> None:
    clock = tmp_path / "clock"
    ledger.append("ContractRegistered", "m", ALICE, {"digest": "c", "revision": 1})
    said = {"clause": "drift", "what": "moved"}
    over, lasting = (ledger.append("IncidentOpened", "m", ALICE, said).seq for _ in range(2))
    ledger.append("IncidentClosed", "m", ALICE, {"incident": over})
    for name, incident in (("over", over), ("lasting", lasting), ("waits", over)):
        outbox.put(ledger, Waiting(name, name, incident, "{}", 0.0))
    with settings.given({"MAINSTAY_CLOCK": str(clock)}):
        clock.write_text("1970-01-01T00:00:00+00:00")
        for one in outbox.waiting(ledger):
            if one.id != "waits":
                outbox.claimed(ledger, one)
                outbox.settled(ledger, one, "1970-01-01")
        clock.write_text("1970-03-31T23:59:00+00:00")
        early = outbox.pruned(ledger)
        clock.write_text("1970-04-02T00:00:00+00:00")
        late = outbox.pruned(ledger)

    assert (early, late) == (0, 1)
    assert outbox.told(ledger, over) == {"waits"}
    assert outbox.told(ledger, lasting) == {"lasting"}


def test_what_is_put_aside_once_is_told_once_however_often_it_is_put(ledger: Ledger) -> None:
    outbox.put_once(ledger, ONE)
    outbox.put_once(ledger, Waiting(ONE.id, "ops", 1, '{"newer": 1}', 0.0))
    [left] = outbox.waiting(ledger)
    outbox.settled(ledger, left, "2024-01-01")
    outbox.put_once(ledger, ONE)

    assert left.body == "{}"
    assert outbox.waiting(ledger) == ()
