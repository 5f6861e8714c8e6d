"""What is answered without a judgement per record is answered as it is with one."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import json, structs
from small_project import Serving, record

from mainstay.core import entries, journals
from mainstay.core.errors import Unavailable
from mainstay.life.serve.app import App
from mainstay.seal.routing import Shadow

VALUES = st.fixed_dictionaries({}, optional={
    "wait": st.sampled_from([0, 20, 90, 91]),
    "rain": st.sampled_from([None, 0.0, 1.5, 200.0]),
    "kind": st.sampled_from(["new", "scan", "odd"]),
    "visit": st.text(max_size=3),
})  # fmt: skip


@pytest.fixture
def live(app: App, serving: Serving) -> App:
    serving.publish(1)
    app.watch.look()
    return app


def body(*records: object) -> bytes:
    return json.encode({"records": records})


def test_while_a_circuit_is_open_or_marks_nothing_is_plain(live: App) -> None:
    asked, circuit = body(record()), live.watch.table.served[0].held.circuit
    before = live.door.plain(asked)
    circuit.of_breaches("too many", falls_back=False)
    marked = live.door.plain(asked)
    circuit.of_breaches("", falls_back=False)

    assert before is not None
    assert marked is None
    assert live.door.plain(asked) == before


def test_a_model_in_its_own_process_is_never_plain_whatever_its_circuit(
    app: App, serving: Serving
) -> None:
    serving.publish(1, serving.with_a_worker())
    app.watch.look()
    circuit = app.watch.table.served[0].held.circuit
    circuit.of_engine("it is gone")
    opened, waits = app.door.plain(body(record())), app.door.awaited()
    circuit.of_engine("")

    assert (opened, waits) == (None, None)
    assert app.door.awaited() is app.watch.table.served[0].held
    assert app.door.plain(body(record())) is None


def test_a_shadow_hears_of_plain_requests_too(app: App, serving: Serving) -> None:
    serving.publish(1, shadow=Shadow("v2", serving.changed(2, seed=9).bundle, 1.0))
    app.watch.look()
    answered = app.door.plain(body(record()))
    app.shadows.look()

    assert answered is not None
    assert app.shadows.standing().scored == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(VALUES, min_size=1, max_size=4))
def test_the_plain_way_says_what_the_other_says_or_nothing(live: App, rows: list[dict]) -> None:
    asked = body(*(record(**row) for row in rows))

    plain, long = live.door.plain(asked), live.door.handle(asked)

    assert plain in (None, long[:2])
    marked = b'"flags":["' in long[1] or b'"rejected"' in long[1] or long[0] != 200
    doubtful = any(":" in row.get("visit", "") for row in rows)  # text that looks like a member
    assert (plain is None) == marked or (doubtful and plain is None)


def test_many_plain_records_get_the_bytes_of_the_other_way(live: App) -> None:
    asked = body(*(record(visit=f"v{at}", wait=at % 90) for at in range(300)))

    assert live.door.plain(asked) == live.door.handle(asked)[:2]


def test_plain_records_are_journalled_and_counted_like_any(live: App, serving: Serving) -> None:
    asked = body(record(), record())
    plain, (status, reply, number) = live.door.plain(asked), live.door.handle(asked)
    assert live.journal.kept(number)

    first, second = (entries.entry(frame)[1:] for frame in journals.read(serving.log))
    assert first == second == (1, asked, status, reply, "", None)
    assert plain == (200, reply)
    assert live.door.counters.counted().records == {("v1", "model"): 4}


def test_a_plain_request_is_written_down_with_its_trace(live: App, serving: Serving) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    said = live.door.plain(body(record()), trace)
    assert live.journal.kept(live.journal.added)

    (entry,) = (entries.entry(frame) for frame in journals.read(serving.log))
    assert (entry.status, entry.reply, entry.trace) == (*said, trace)


def test_nothing_is_plain_before_there_is_a_version(app: App, serving: Serving) -> None:
    before = app.door.plain(body(record()))
    serving.publish(1)
    app.watch.look()

    assert before is None
    assert app.door.plain(body(record()))


@pytest.mark.parametrize("why", ["two versions", "a part", "the end", "ack", "a dead engine"])
def test_whatever_else_is_to_be_told_is_not_plain(
    app: App, serving: Serving, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    parts = {"two versions": (0.5, 0.5), "a part": (0.5,)}.get(why, (1.0,))
    shares = [
        structs.replace(serving.certified(number), share=share)
        for number, share in enumerate(parts, 1)
    ]
    serving.publish(1, *shares)
    app.watch.look()
    table = app.watch.table
    assert table
    if why == "ack":
        app.watch.table = table._replace(ack=True)
    certificate, engine = table.served[0].certificate, table.served[0].held.runtime.engine
    if why == "the end" and certificate:
        after = certificate.not_after + timedelta(seconds=1)
        monkeypatch.setattr(app.door, "_now", lambda: after)
    if why == "a dead engine":
        monkeypatch.setattr(engine, "score", lambda _: (_ for _ in ()).throw(Unavailable("dead")))

    assert app.door.plain(body(record())) is None
    assert app.door.handle(body(record()))[0] == 200


def test_a_table_that_was_closed_answers_nothing(live: App) -> None:
    assert live.door.plain(body(record()))
    assert live.watch.table
    live.watch.table.served[0].held.retire()

    assert live.door.plain(body(record())) is None


def test_a_slice_nobody_judged_is_said_where_the_model_answers_it_all_the_same(
    live: App,
) -> None:
    table = live.watch.table
    assert table
    nowhere = table.served[0]._replace(covered=lambda _: False)
    live.watch.table = table._replace(served=(nowhere,))
    lenient = live.door.plain(body(record()))

    live.watch.table = table._replace(served=(nowhere._replace(lenient=False),))

    assert lenient
    assert lenient == (200, lenient[1])
    assert b'"covered":false' in lenient[1]
    assert live.door.plain(body(record())) is None
