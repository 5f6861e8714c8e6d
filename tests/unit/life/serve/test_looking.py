"""A door that looks context up."""

from datetime import timedelta

import generations
import pytest
import small_project
from msgspec import json, structs
from small_project import Serving, record

from mainstay.bundle import points
from mainstay.bundle.lookup import Lookup
from mainstay.bundle.points import Point
from mainstay.bundle.views import FOLDER, Current, Folder, Made, View, writing
from mainstay.core import entries, journals
from mainstay.life.serve import operating
from mainstay.life.serve.app import App
from mainstay.life.serve.looking import Views
from mainstay.seal.routing import Share

HOUR = timedelta(hours=1)
NOW = small_project.AFTER
WEATHER = Lookup(
    "weather", "w", ("patient",), ("rain",), timed=True, within=21_600.0, fresh=43_200.0
)


def put(serving: Serving, rain: float = 1.5, view: str = "w") -> Current:
    """A generation in which it rained where a patient lives an hour ago."""
    point = Point(points.moment(NOW - HOUR), points.moment(NOW - HOUR), b'"rain":%g' % rain)
    rows = [(points.key(["p1"]), 1, generations.packed([point]))]
    folder = serving.folder / FOLDER
    with writing(folder):
        stated = View("weather", points.moment(NOW - HOUR))
        return Folder(folder).written(NOW, [Made(view, stated, rows)])


def share(serving: Serving, number: int = 1, lookup: Lookup = WEATHER, **changes: object) -> Share:
    return serving.changed(number, lookups=(lookup,), **changes)


def asked(patient: str | None = "p1", **changes: object) -> dict[str, object]:
    """A record without the rain."""
    made = record(at=NOW.isoformat(), patient=patient, **changes)
    return {name: value for name, value in made.items() if name != "rain" or "rain" in changes}


def said(app: App, *records: object) -> list[dict[str, object]]:
    status, body, _ = app.door.handle(json.encode({"records": records}))
    assert status == 200, body
    return json.decode(body)["answers"]


@pytest.fixture
def live(app: App, serving: Serving) -> App:
    put(serving)
    serving.publish(1, share(serving))
    app.watch.look()
    assert app.watch.refused == ""
    return app


def test_what_is_looked_up_answers_as_if_it_had_been_sent(live: App) -> None:
    (sent,), (looked,) = said(live, asked(rain=1.5)), said(live, asked())
    other = said(live, asked(rain=60.0))[0]

    assert looked == sent
    assert looked["flags"] == []
    assert other["score"] != sent["score"]


def test_the_short_way_and_the_long_one_say_the_same(live: App) -> None:
    body = json.encode({"records": [asked(), asked(visit="v2")]})

    short = live.door.plain(body)

    assert short is not None
    assert short == live.door.handle(body)[:2]


def test_who_is_not_known_is_answered_and_marked(live: App) -> None:
    answers = said(live, asked("p9"), asked(None), asked())
    body = json.encode({"records": [asked("p9")]})

    assert [one["flags"] for one in answers] == [["cold:weather"], ["cold:weather"], []]
    assert [one["decided_by"] for one in answers] == ["model"] * 3
    assert live.door.plain(body) is None
    assert live.door.counters.counted().breaches == {("cold:weather", "flag"): 2}


def test_the_journal_has_what_was_looked_up_and_until_when_it_was_known(
    live: App, serving: Serving
) -> None:
    for answered in (live.door.handle, live.door.plain):
        answered(json.encode({"records": [asked()]}))
    sent = json.encode({"records": [asked(rain=3.0)]})
    assert live.journal.kept(live.door.handle(sent)[2])

    found = [entries.entry(frame) for frame in journals.read(serving.log)]

    assert [json.decode(one.body)["records"] for one in found[:2]] == [[asked(rain=1.5)]] * 2
    assert [one.cut for one in found] == [NOW, NOW, None]
    assert found[2].body == sent


def test_without_a_view_nothing_is_known_and_everybody_hears_of_it(
    app: App, serving: Serving
) -> None:
    serving.publish(1, share(serving, lookup=structs.replace(WEATHER, stale="fallback")))
    app.watch.look()

    (answer,) = said(app, asked())

    assert (answer["decided_by"], answer["flags"]) == ("baseline", ["stale:weather"])
    assert "mainstay context refresh" in app.watch.views.lacking


def test_a_newer_generation_is_followed(live: App, serving: Serving) -> None:
    before = said(live, asked())
    put(serving, 60.0)

    live.watch.look()

    assert said(live, asked()) == said(live, asked(rain=60.0)) != before
    assert b"mainstay_context_seconds 0.0" in operating.metrics_of(live.parts).body


def test_a_source_that_stands_still_is_told(live: App, serving: Serving) -> None:
    (serving.project / "clock").write_text((NOW + 13 * HOUR).isoformat())

    (answer,) = said(live, asked())

    assert answer["flags"] == ["stale:weather"]


def test_versions_that_look_other_things_up_are_asked_their_own_way(
    app: App, serving: Serving
) -> None:
    put(serving)
    first, second = serving.certified(), share(serving, 2)
    shares = [structs.replace(one, share=half) for one, half in ((first, 0.5), (second, 0.5))]
    serving.publish(1, *shares)
    app.watch.look()
    many = [asked(f"p{number}") for number in range(2, 40)]

    status, body, _ = app.door.handle(json.encode({"records": many}))

    by = {(one["version"], *one["flags"]) for one in json.decode(body)["answers"]}
    assert status == 200
    assert by == {("v1", "rain"), ("v2", "cold:weather")}  # the first one looks nothing up


def test_views_that_cannot_be_read_leave_those_before(
    live: App, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    (serving.folder / FOLDER / "current.json").write_bytes(b"{")

    live.watch.look()

    assert "names no generation" in live.watch.views.lacking
    assert said(live, asked())[0]["flags"] == []


def test_nobody_looks_where_nothing_is_looked_up(app: App, serving: Serving) -> None:
    put(serving)
    serving.publish(1)
    app.watch.look()

    assert app.watch.views.store is None
    assert app.watch.views.lacking == ""


def test_a_server_is_asked_once_a_second(
    serving: Serving, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving.publish(1, share(serving))
    app.watch.look()
    views = Views(serving.folder / FOLDER, "redis://127.0.0.1:1/0")

    views.look(app.watch.table)
    before, views.lacking = views.lacking, "not looked at again"
    views.look(app.watch.table)

    assert "does not answer" in before
    assert views.lacking == "not looked at again"


@pytest.mark.parametrize("cells", [5, 6])
def test_rows_without_names_may_leave_context_out(live: App, cells: int) -> None:
    from mainstay.life.serve import mlflow

    stated = live.watch.table.served[0].held.runtime.manifest
    row = [asked(rain=1.5)[name] for name in (stated.columns if cells == 6 else stated.sent)]
    assert len(row) == cells

    made, _ = mlflow.of_json(json.encode({"instances": [row]}), (stated.columns, stated.sent))

    assert json.decode(live.door.handle(made)[1])["answers"] == said(live, asked())


def test_tensors_of_the_other_columns_are_enough(live: App) -> None:
    from mainstay.life.serve import openinference

    runtime = live.watch.table.served[0].held.runtime
    kinds = {"int64": "INT64", "float64": "FP64"}
    stated = {one.name: kinds.get(one.type, "BYTES") for one in runtime.manifest.request}
    inputs = [
        {"name": name, "datatype": stated[name], "shape": [1], "data": [value]}
        for name, value in asked().items()
    ]
    assert set(asked()) == set(runtime.manifest.sent) == stated.keys() - {"rain"}

    _, given = openinference.read(json.encode({"inputs": inputs}), None)

    made = openinference.records(given, runtime.guard)
    assert json.decode(live.door.handle(made)[1])["answers"] == said(live, asked())
