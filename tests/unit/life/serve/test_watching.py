"""Following a routing."""

import time

import pytest
from msgspec import structs
from small_project import Serving

from mainstay.life.serve import watching
from mainstay.life.serve.watching import Watch


def versions(watch: Watch) -> list[str]:
    return [one.share.version for one in watch.table.served] if watch.table else []


def test_a_door_follows_what_is_published(serving: Serving, watch: Watch) -> None:
    watch.look()
    before = versions(watch)
    serving.publish(1)
    watch.look()

    assert (before, versions(watch), watch.refused) == ([], ["v1"], "")


def test_a_thread_of_its_own_follows_within_a_second(serving: Serving, watch: Watch) -> None:
    watch.start()
    serving.publish(1)
    until = time.monotonic() + 20
    while not watch.table and time.monotonic() < until:
        time.sleep(0.05)

    assert versions(watch) == ["v1"]


def test_a_rollback_finds_the_version_before_warm(serving: Serving, watch: Watch) -> None:
    one, two = serving.certified(1), serving.certified(2)
    held = []
    for sequence, share in enumerate((one, two, one), 1):
        serving.publish(sequence, share)
        watch.look()
        held.append(watch.table.served[0].held)

    assert held[0] is held[2] is not held[1]


def test_a_version_two_swaps_old_is_closed(serving: Serving, watch: Watch) -> None:
    held = []
    for number in (1, 2, 3):
        serving.publish(number, serving.certified(number))
        watch.look()
        held.append(watch.table.served[0].held)

    with held[0].used() as old, held[1].used() as warm, held[2].used() as now:
        assert (old, warm, now) == (False, True, True)


def test_a_table_that_fails_leaves_the_one_before(serving: Serving, watch: Watch) -> None:
    serving.publish(1)
    watch.look()
    serving.publish(2, structs.replace(serving.certified(), bundle="0" * 64))
    watch.look()

    assert versions(watch) == ["v1"]
    assert watch.table.routing.sequence == 1
    assert "manifest.json" in watch.refused


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is short is tried again with every look."""
    monkeypatch.setattr(watching, "RETRY", 0)


def reason(watch: Watch) -> str:
    return watch.table.served[0].silenced(None)


def test_a_certificate_that_arrives_late_is_taken(
    serving: Serving, watch: Watch, at_once: None
) -> None:
    share = serving.certified()
    path = serving.folder / "certificates" / f"{share.certificate}.json"
    later = path.rename(serving.log.with_name("later"))
    serving.publish(1, share)
    watch.look()
    before = reason(watch)
    later.rename(path)
    watch.look()

    assert "there is no certificate" in before
    assert (reason(watch), watch.table.served[0].short) == ("", share.certificate[:12])


def test_a_bundle_that_arrives_late_is_taken(serving: Serving, watch: Watch, at_once: None) -> None:
    folder = serving.bundle
    later = folder.rename(serving.log.with_name("later"))
    serving.publish(1)
    watch.look()
    before = watch.table, watch.refused
    later.rename(folder)
    watch.look()

    assert before[0] is None
    assert "manifest.json" in before[1]
    assert versions(watch) == ["v1"]


def test_an_environment_that_arrives_late_is_taken(
    serving: Serving, watch: Watch, at_once: None
) -> None:
    share = serving.with_a_worker()
    environments = serving.folder / "environments"
    later = environments.rename(serving.log.with_name("later"))
    serving.publish(1, share)
    watch.look()
    before = reason(watch)
    later.rename(environments)
    watch.look()

    assert "the model's environment" in before
    assert "mainstay deploy" not in reason(watch)
    assert reason(watch) == ""


def test_what_is_whole_is_not_looked_at_again(
    serving: Serving, watch: Watch, at_once: None
) -> None:
    serving.publish(1)
    watch.look()
    table = watch.table
    watch.look()

    assert watch.table is table


def test_trying_again_keeps_the_version_before_warm(
    serving: Serving, watch: Watch, at_once: None
) -> None:
    serving.publish(1)
    watch.look()
    held = watch.table.served[0].held
    serving.publish(2, serving.certified(2, approved=False))
    watch.look()
    watch.look()
    serving.publish(3)
    watch.look()

    assert watch.table.served[0].held is held


def test_a_replay_clock_that_is_being_written_stands_still(serving: Serving, watch: Watch) -> None:
    before = watch.now()
    serving.clock.write_text("")

    assert watch.now() == before
