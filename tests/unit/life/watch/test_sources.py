"""What the sources of a live model are like."""

import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from ibis.backends.duckdb import Backend

from mainstay.bundle.manifest import Manifest
from mainstay.core import digest
from mainstay.core.nouns import Dataset, Verdict
from mainstay.data import rows
from mainstay.data.lineage import Born
from mainstay.data.source import Reader
from mainstay.life.watch import sources
from mainstay.life.watch.order import Order
from mainstay.life.watch.watch import watched

FRESH = "within: 6h, freshness: 3h"
DAY = timedelta(days=1)


def born(order: Order, stated: Manifest) -> Order:
    """The same order, in the knowledge of what v1 was made of."""
    reader = Reader(order.engine, order.places.folder, order.places.staged)
    found = (rows.named(order.contract, reader, name) for name in ("decisions", "weather"))
    datasets = tuple(Dataset(one.address, one.digest, one.columns, 1) for one in found)
    return order._replace(born=Born(datasets, stated.columns, stated.outputs))


def weather(order: Order, statement: str) -> None:
    with closing(sqlite3.connect(order.places.folder / "data" / "weather.db")) as base, base:
        base.execute(statement)


def test_a_source_later_than_agreed_is_an_incident_for_its_owner(
    live: Callable[..., Order], stated: Manifest
) -> None:
    order = born(live(days=3, old="within: 6h", new=FRESH), stated)
    late = order._replace(now=order.now + 2 * DAY)

    before, after = (tuple(sources.evidence(one, sources.observed(one))) for one in (order, late))
    (found,) = sources.findings(late, sources.observed(late))

    assert [(one.clause, one.verdict) for one in before] == [
        ("schema, decisions", Verdict.PASS), ("schema, weather", Verdict.PASS),
        ("freshness, weather", Verdict.PASS),
    ]  # fmt: skip
    assert after[-1].verdict is Verdict.FAIL
    assert (found.clause, found.columns, found.owner) == (
        "freshness", ("weather",), "owner of weather",
    )  # fmt: skip
    assert found.what.startswith("freshness of weather is 4")
    assert found.what.endswith("at most 3 h is agreed; it feeds rain")
    assert not found.blocks
    assert not list(sources.findings(order, sources.observed(order)))


def test_all_else_that_a_source_breaks_is_one_incident(live: Callable[..., Order]) -> None:
    promised = (
        "within: 6h, sla: [{property: throughput, at_least: 500, on_breach: warn},"
        " {property: availability, over: 6h, at_least: 1}]"
    )
    order = live(days=3, old="within: 6h", new=promised)
    weather(order, "DELETE FROM hourly WHERE substr(seen_at, 12, 2) < '12'")

    (found,) = sources.findings(order, sources.observed(order))

    assert (found.clause, found.columns, found.blocks) == ("sla", ("weather",), True)
    assert "throughput of weather is " in found.what
    assert "; availability of weather is 0.5 (6 of 12 periods of 6h have no row)" in found.what


def test_a_source_of_which_nothing_can_be_made_stops_no_look(
    live: Callable[..., Order], stated: Manifest
) -> None:
    order = born(live(days=25, old="within: 6h", new=FRESH), stated)
    weather(order, "ALTER TABLE hourly DROP COLUMN rain")

    found = watched(order)

    (broken,) = (one for one in found.findings if one.clause == "schema")
    assert (broken.columns, broken.blocks) == (("weather",), True)
    assert broken.what == "weather: rain was float64 and is gone; it feeds rain"
    assert found.paired is None
    unknown = next(one for one in found.evidence if one.clause == "freshness, weather")
    assert unknown.verdict is Verdict.UNSURE
    assert not [one for one in found.findings if one.clause == "freshness"]


def test_a_look_opens_each_source_once(
    live: Callable[..., Order], stated: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = born(live(days=25, old="within: 6h", new=FRESH), stated)
    hashed, read = Counter[str](), Counter[str]()
    of_file, read_parquet = digest.of_file, Backend.read_parquet

    def counted(path: Path) -> str:
        hashed[path.name] += 1
        return of_file(path)

    def counting(engine: Backend, paths: list[str] | str, *given: object) -> object:
        read.update([paths] if isinstance(paths, str) else paths)
        return read_parquet(engine, paths, *given)

    monkeypatch.setattr(digest, "of_file", counted)
    monkeypatch.setattr(Backend, "read_parquet", counting)
    found = watched(order)

    assert found.paired is not None
    ours = {Path(name).name: count for name, count in read.items() if "staged" in name}
    ours["visits.parquet"] = read[str(order.places.folder / "data" / "visits.parquet")]
    assert list(ours.values()) == [1, 1]
    assert (hashed["visits.parquet"], hashed["weather.db"]) == (1, 1)


def test_labels_that_are_not_as_agreed_are_for_who_sends_them(live: Callable[..., Order]) -> None:
    stated = "never_after: 3d, sla: [{property: throughput, at_least: 500}]"
    order = live(days=4, old="never_after: 3d", new=stated)

    (found,) = sources.findings(order, sources.observed(order))

    assert (found.clause, found.owner, found.blocks) == ("labels", "owner of the labels", True)
    assert found.what.startswith("throughput of labels is 1")


@pytest.mark.parametrize(
    ("source", "who"), [("decisions", "the decisions"), ("rain", "rain"), ("labels", "the labels")]
)
def test_every_source_has_an_owner(source: str, who: str) -> None:
    assert sources.owner(source) == f"owner of {who}"
