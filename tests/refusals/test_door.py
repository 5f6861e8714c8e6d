"""What a door refuses: routings, versions, files, environments and rows."""

import base64
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import json, structs
from small_project import Serving, record

from mainstay.bundle import manifest
from mainstay.bundle.manifest import Engine
from mainstay.core import clock
from mainstay.life.serve.app import App
from mainstay.life.serve.journal import Journal
from mainstay.life.serve.loader import Place
from mainstay.life.serve.operating import readyz
from mainstay.life.serve.served import Silent
from mainstay.life.serve.watching import Watch
from mainstay.seal import dsse, keys, routing, trust
from mainstay.seal.certificate import Environment, Scope
from mainstay.seal.trust import Trust


def opened(serving: Serving, environment: Environment = "production") -> App:
    place = Place(serving.folder, serving.folder / "environments", environment)
    watch = Watch(place, serving.log, serving.keys / "trust.json")
    watch.look()
    return App(watch, Journal(serving.log))


@pytest.fixture
def live(serving: Serving) -> Iterator[App]:
    """A door that answers by v1, at sequence 5."""
    serving.publish(5)
    app = opened(serving)
    assert app.watch.refused == ""
    yield app
    app.watch.stop()
    app.journal.close()


def said(app: App, *records: object) -> tuple[int, Any]:
    status, body, _ = app.door.handle(json.encode({"records": records}))
    return status, json.decode(body)


def ready(app: App) -> dict[str, Any]:
    """What /readyz says."""
    return json.decode(readyz(app.parts).body)


def by(app: App) -> tuple[str, str, str]:
    """Version, who decided, and the certificate of an ordinary row."""
    answer = said(app, record())[1]["answers"][0]
    return answer["version"], answer["decided_by"], answer["certificate"]


def test_a_routing_edited_by_hand_is_not_followed(live: App, serving: Serving) -> None:
    path = serving.folder / routing.FILE
    envelope = json.decode(path.read_bytes())
    edited = base64.b64decode(envelope["payload"]).replace(b'"sequence":5', b'"sequence":6')
    path.write_bytes(json.encode({**envelope, "payload": base64.b64encode(edited).decode()}))
    live.watch.look()

    assert "the signature of ana" in live.watch.refused
    assert live.watch.table.routing.sequence == 5
    assert by(live)[:2] == ("v1", "model")


def test_an_older_routing_replayed_is_not_followed(live: App, serving: Serving) -> None:
    serving.publish(4, serving.certified(2))
    live.watch.look()

    assert live.watch.refused == "routing 4 is an older table: this door has seen 5"
    assert by(live)[:2] == ("v1", "model")


def test_an_older_routing_is_not_followed_after_a_restart_either(
    live: App, serving: Serving
) -> None:
    serving.publish(4)
    again = Watch(live.watch.place, serving.log, serving.keys / "trust.json")
    again.look()

    assert again.table is None
    assert "older" in again.refused


def test_another_routing_of_the_same_sequence_is_not_followed(live: App, serving: Serving) -> None:
    serving.publish(5, serving.certified(2))
    live.watch.look()

    assert "5 is another table" in live.watch.refused
    assert by(live)[0] == "v1"


def test_a_version_nobody_approved_does_not_answer(live: App, serving: Serving) -> None:
    serving.publish(6, serving.certified(2, approved=False))
    live.watch.look()

    assert by(live) == ("v2", "baseline", "")
    assert live.watch.table.served[0].reason == "lead has not approved no-show v2"


def trusting(serving: Serving, *names: str) -> None:
    """Only these are trusted from now on."""
    path = serving.keys / trust.FILE
    known = trust.of_file(path)
    kept = tuple(one for one in known.principals if one.name in names)
    path.write_bytes(json.encode(Trust(kept)))


@pytest.mark.parametrize("left", [("lead",), ("ana",), ()])
def test_who_is_trusted_no_more_answers_no_more(
    live: App, serving: Serving, left: tuple[str, ...]
) -> None:
    before = (serving.keys / trust.FILE).read_bytes()
    trusting(serving, *left)
    live.watch.look()
    without, reason = by(live), ready(live)["reasons"][0]
    (serving.keys / trust.FILE).write_bytes(before)
    live.watch.look()

    assert without == ("v1", "baseline", "")
    assert "a key the trust file does not hold" in reason
    assert (by(live)[:2], ready(live)["reasons"]) == (("v1", "model"), [])


def test_without_a_trust_file_nobody_is_trusted(live: App, serving: Serving) -> None:
    (serving.keys / trust.FILE).unlink()
    live.watch.look()

    assert by(live) == ("v1", "baseline", "")
    assert "the trust file" in ready(live)["reasons"][0]


def test_a_routing_signed_by_a_stranger_changes_nothing(live: App, serving: Serving) -> None:
    path = serving.folder / routing.FILE
    table = structs.replace(live.watch.table.routing, sequence=6)
    path.write_bytes(dsse.encoded(routing.signed(table, keys.new(serving.log, "mallory"))))
    live.watch.look()

    assert "a key the trust file does not hold" in live.watch.refused
    assert by(live)[:2] == ("v1", "model")


def test_a_certificate_written_by_hand_for_another_bundle_does_not_count(
    live: App, serving: Serving
) -> None:
    share = serving.with_a_worker(2)
    honest = serving.certified(2)
    serving.publish(6, structs.replace(share, certificate=honest.certificate))
    live.watch.look()

    assert by(live) == ("v2", "baseline", "")
    assert "is not what was certified" in live.watch.table.served[0].reason


def test_a_pickle_that_was_exchanged_is_never_opened(serving: Serving, tmp_path: Path) -> None:
    trap = tmp_path / "opened"
    share = serving.with_a_worker()
    folder = serving.folder / "bundles" / share.bundle
    original = folder / manifest.read(folder).engine.files["original"]
    original.chmod(0o644)
    original.write_bytes(b"cos\nsystem\n(S'touch %s'\ntR." % bytes(trap))
    serving.publish(1, share)
    app = opened(serving)
    status, refused = said(app, record())[0], app.watch.refused
    app.watch.stop()
    app.journal.close()

    assert status == 503
    assert "not as it was built: engine/" in refused
    assert not trap.exists()


def test_a_file_swapped_under_a_version_stops_it(live: App, serving: Serving) -> None:
    serving.publish(6, serving.certified(2))
    (serving.bundle / "pylock.toml").write_text("")
    live.watch.look()

    assert "not as it was built: pylock.toml differs" in live.watch.refused
    assert by(live)[:2] == ("v1", "model")


def test_a_door_that_never_had_a_good_version_answers_nothing(serving: Serving) -> None:
    serving.publish(1)
    (serving.bundle / "golden.json").write_text("{}")
    app = opened(serving)
    status = said(app, record())[0]
    app.journal.close()

    assert status == 503


def test_an_expired_certificate_ends_the_model_while_it_serves(live: App, serving: Serving) -> None:
    end = serving.certificate().not_after
    before = by(live)[1]
    serving.clock.write_text((end - timedelta(seconds=1)).isoformat())
    last = by(live)[1]
    serving.clock.write_text(end.isoformat())

    assert (before, last, by(live)[1]) == ("model", "model", "baseline")


def test_a_certificate_already_expired_opens_no_model(serving: Serving) -> None:
    now = clock.now()
    serving.publish(1, serving.certified(issued=now - timedelta(days=2), not_after=now))
    app = opened(serving)
    found, reason = by(app), app.watch.table.served[0].reason
    app.watch.stop()
    app.journal.close()

    assert found == ("v1", "baseline", "")
    assert "expired" in reason


@pytest.mark.parametrize(("door", "scope"), [("production", "replay"), ("replay", "production")])
def test_a_certificate_of_another_environment_opens_no_model(
    door: Environment, scope: Environment, serving: Serving
) -> None:
    serving.publish(1, serving.certified(scope=Scope(scope)), environment=door)
    app = opened(serving, door)
    found, reason = by(app), app.watch.table.served[0].reason
    app.watch.stop()
    app.journal.close()

    assert found == ("v1", "baseline", "")
    assert f"certified for {scope}, not for {door}" in reason


def test_a_routing_of_another_environment_is_not_followed(live: App, serving: Serving) -> None:
    serving.publish(6, environment="replay")
    live.watch.look()

    assert live.watch.refused == "the routing is for replay, this door for production"


def test_a_pickle_without_a_certificate_is_never_opened(serving: Serving, tmp_path: Path) -> None:
    trap = tmp_path / "opened"
    forged = tmp_path / "forged"
    shutil.copytree(serving.bundle, forged)
    stated = manifest.read(forged)
    (forged / manifest.FILE).unlink()
    (forged / "engine" / "model.pkl").write_bytes(b"cos\nsystem\n(S'touch %s'\ntR." % bytes(trap))
    files = {**stated.engine.files, "original": "engine/model.pkl"}
    sha = manifest.written(forged, structs.replace(stated, engine=Engine("worker", files)))
    forged.rename(serving.folder / "bundles" / sha)
    serving.publish(1, structs.replace(serving.certified(), bundle=sha))
    app = opened(serving)
    found = by(app)
    app.watch.stop()
    app.journal.close()

    assert found == ("v1", "baseline", "")
    assert not trap.exists()


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"wait": 91}, "above 90"),
        ({"wait": None}, "is null"),
        ({"wait": "20"}, "not a whole number"),
        ({"visit": None}, "is null"),
        ({"at": "yesterday"}, "not a time"),
        ({"late": True}, "late"),
    ],
)
def test_a_row_that_breaks_a_rule_is_refused(
    live: App, changes: dict[str, object], what: str
) -> None:
    status, body = said(live, record(**changes))

    assert status == 422
    assert what in str(body["errors"][0])
    assert next(iter(changes)) in body["errors"][0]["path"]


def test_a_row_without_a_field_is_refused(live: App) -> None:
    status, body = said(live, {name: v for name, v in record().items() if name != "wait"})

    assert (status, body["errors"][0]["what"]) == (422, "is missing")


@pytest.mark.parametrize("rain", [101, -1, "wet", 1e400, True])
def test_a_field_that_falls_back_lets_the_baseline_answer(live: App, rain: object) -> None:
    body = json.encode({"records": [record(rain="RAIN")]})
    written = b"1e400" if rain == 1e400 else json.encode(rain)
    status, reply, _ = live.door.handle(body.replace(b'"RAIN"', written))

    assert (status, json.decode(reply)["answers"][0]["decided_by"]) == (200, "baseline")


def test_an_unknown_category_is_flagged(live: App) -> None:
    status, body = said(live, record(kind="surgery"))

    assert (status, body["answers"][0]["flags"]) == (200, ["kind"])
    assert body["answers"][0]["decided_by"] == "model"


def test_a_dead_engine_leaves_the_baseline(live: App) -> None:
    runtime = live.watch.table.served[0].held.runtime
    runtime.engine = Silent("its process died")

    assert by(live)[1] == "baseline"
    assert runtime.failure is not None
