"""Rows of a model and their time: joins, labels, windows, promises and snapshots."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest
import small_project
import trap_rows
from side_by_side import Engine, differences, rows

from mainstay.contract import document
from mainstay.contract.model import Contract
from mainstay.core.nouns import Column, Window
from mainstay.data import labels, live, measured, promises, schema, snapshot, travel
from mainstay.data import rows as rows_of
from mainstay.data.labels import Kept, Received, Said
from mainstay.data.rows import Sources
from mainstay.data.source import Source

CONTRACT = """\
mainstay: 1
model: flight-delay
owner: operations
objective:
  decision: Rebook passengers before departure.
  why_ml: A rule finds too few.
  task: binary
  good_enough: [{metric: roc_auc, at_least: 0.6}]
  baseline: {constant: 0.2}
data:
  decisions: {from: flights.parquet, key: id, time: time}
  context:
    weather:
      {from: w.parquet, on: [place, runway], as_of: seen, available_at: shown, within: 3h,
       take: [temp, gusts, sky, wet], sla: [
         {property: freshness, at_most: 2h}, {property: latency, element: shown, at_most: 1h},
         {property: frequency, at_most: 30m}, {property: throughput, over: 1h, at_least: 1},
         {property: availability, over: 6h, at_least: 0.5}, {property: retention, at_least: 3d},
         {property: completeness, element: temp, at_least: 0.5},
         {property: uniqueness, at_least: 0.5},
         {property: time_of_availability, element: shown, at_most: 6h}]}
    planes: {from: p.parquet, on: tail, take: [seats, maker]}
    lately:
      {from: decisions, on: place, over: 2d, known_after: 6h, take: {
       late_rate: mean(late), fuels: sum(fuel), all: count(id), least: min(fuel), most: max(fuel)}}
    blown: {from: w.parquet, on: place, as_of: seen, over: 5h, take: {
       wets: sum(wet), mean_gusts: mean(gusts)}}
  label: {column: late, known_after: 6h}
"""
DAY, INSTANT = timedelta(days=1), timedelta(microseconds=1)
START = datetime(2024, 3, 30, tzinfo=UTC)  # Europe's clocks change within the second day
NOW = START + 4 * DAY
TIMES = ("freshness", "latency", "frequency", "retention", "time_of_availability")
PLACES = ["EWR", "", "é", "e\u0301", "日本", None]


@pytest.fixture(scope="module")
def contract() -> Contract:
    return document.parsed(CONTRACT.encode(), Path("contract.yaml")).contract


def tables(count: int) -> dict[str, pa.Table]:
    """Flights, weather and planes; many at the same instant, and texts that languages sort."""
    draw = random.Random(1)

    def of(values: list[Any], size: int) -> list[Any]:
        return [draw.choice(values) for _ in range(size)]

    def moments(size: int) -> pa.Array:
        steps = [draw.randrange(5 * 96) * timedelta(minutes=15) for _ in range(size)]
        edges = of([-INSTANT, timedelta(), INSTANT], size)
        values = [START + step + edge for step, edge in zip(steps, edges, strict=True)]
        return pa.array(values, pa.timestamp("us", "UTC"))

    seen = moments(2 * count)
    return {
        "flights": pa.table(
            {
                "id": pa.array(
                    [f"{draw.choice(trap_rows.TEXTS)} {at}" for at in range(count)], pa.string()
                ),
                "time": moments(count),
                "place": pa.array(of(PLACES, count), pa.string()),
                "runway": pa.array(of([1, 2, None], count), pa.int64()),
                "tail": pa.array(of(["N1", "n1", "N2", None], count), pa.string()),
                "fuel": pa.array(of([0.1, 1e6, -1e-6, 3.3, None], count), pa.float64()),
                "late": pa.array(of([True, False, None], count), pa.bool_()),
            }
        ),
        "weather": pa.table(
            {
                "place": pa.array(of(PLACES, 2 * count), pa.string()),
                "runway": pa.array(of([1, 2, None], 2 * count), pa.int64()),
                "seen": seen,
                "shown": pa.array(
                    [one.as_py() + draw.choice([timedelta(), DAY / 24]) for one in seen], seen.type
                ),
                "temp": pa.array(of([1.5, -0.0, 0.0, None], 2 * count), pa.float64()),
                "gusts": pa.array(of([2**53 + 1, 2**53, 7, None], 2 * count), pa.int64()),
                "sky": pa.array(of([*trap_rows.TEXTS, None], 2 * count), pa.string()),
                "wet": pa.array(of([True, False, None], 2 * count), pa.bool_()),
            }
        ),
        "planes": pa.table(
            {
                "tail": pa.array(["N1", "N2", "N3", None], pa.string()),
                "seats": pa.array([2**53 + 1, None, 3, 4], pa.int64()),
                "maker": pa.array(["é", "", "B", "none"], pa.string()),
            }
        ),
    }


def sources(engine: Engine, count: int) -> Sources:
    opened = {
        name: Source(schema.widened(engine.stored(table)), name, name)
        for name, table in tables(count).items()
    }
    flights, weather, planes = opened.values()
    own = {"weather": weather, "planes": planes, "lately": flights, "blown": weather}
    return Sources(flights, own)


@pytest.mark.parametrize("count", [0, 800])
def test_joins_in_time_give_the_same_rows(
    ours: Engine, theirs: Engine, contract: Contract, count: int
) -> None:
    mine, other = (
        rows_of.joined(contract, sources(one, count), since=START + DAY / 2, now=NOW)
        for one in (ours, theirs)
    )

    found = rows(mine.table.to_pyarrow(), "id")
    assert len(found["rows"]) > count // 2 or not count
    assert differences(found, rows(other.table.to_pyarrow(), "id")) == []
    assert (mine.columns, mine.notes, mine.datasets) == (other.columns, other.notes, other.datasets)


@pytest.mark.parametrize("count", [0, 300])
def test_promises_of_sources_are_measured_alike(
    ours: Engine, theirs: Engine, contract: Contract, count: int
) -> None:
    some = [one for one in promises.promises(contract) if one.source == "weather"]
    whole = promises.asked(tuple(some), START, START + 3 * DAY, NOW)
    new = promises.newest(tuple(some), START + 2 * DAY, NOW)

    mine, other = (
        measured.found((*whole, *new), sources(one, count).contexts["weather"].table, NOW)
        for one in (ours, theirs)
    )

    assert len(some) == 9
    assert not count or any(one.value for one in mine)
    for one, left, right in zip((*whole, *new), mine, other, strict=True):
        assert left._replace(value=None) == right._replace(value=None)
        # parts of a second hang on the engine
        near = 1.0 if one.promise.sla.name in TIMES else 0.0
        assert (left.value is None) is (right.value is None)
        assert left.value is None or left.value == pytest.approx(right.value, rel=1e-9, abs=near)


@pytest.mark.parametrize("count", [0, 900])
def test_a_snapshot_has_the_same_digest(
    ours: Engine, theirs: Engine, tmp_path: Path, count: int
) -> None:
    given = trap_rows.drawn(count)
    numbered = given.append_column(
        "key", pa.array([f"{trap_rows.TEXTS[at % 35]}{at}" for at in range(count)], pa.string())
    )

    mine, other = (
        snapshot.written(one.stored(numbered), tmp_path / one.name, "key", "moment")
        for one in (ours, theirs)
    )

    assert mine == other
    again = rows(
        snapshot.read(theirs.backend, other.digest, tmp_path / theirs.name).to_pyarrow(), "id"
    )
    assert differences(rows(schema.widened(ours.stored(numbered)).to_pyarrow(), "id"), again) == []


@pytest.fixture(scope="module")
def visits() -> Contract:
    """Labels are known after 12 h, and never after 3 d."""
    return document.parsed(small_project.CONTRACT.encode(), Path("contract.yaml")).contract


def journal(count: int) -> pa.Table:
    """Answers and rejections; visits asked about again, some at the same moment."""
    draw = random.Random(2)
    at = [START + draw.randrange(4 * 24) * timedelta(hours=1) for _ in range(count)]
    delays = [draw.choice([timedelta(), INSTANT, DAY / 2, 4 * DAY]) for _ in range(count)]
    moment = pa.timestamp("us", "UTC")
    keys = [draw.choice([*trap_rows.TEXTS, None]) for _ in range(count)]
    outcomes = [draw.choice(["model", "baseline", "rejected", "person"]) for _ in range(count)]
    return pa.table(
        {
            "visit": pa.array(
                [None if one is None else f"{one} {draw.randrange(9)}" for one in keys], pa.string()
            ),
            "at": pa.array([one if draw.random() < 0.9 else None for one in at], moment),
            "wait": pa.array([draw.choice([1, 2**53 + 1, None]) for _ in at], pa.int64()),
            "mainstay_at": pa.array(
                [one + delay for one, delay in zip(at, delays, strict=True)], moment
            ),
            "mainstay_place": pa.array(range(count), pa.int64()),
            "mainstay_outcome": pa.array(outcomes, pa.string()),
            "mainstay_flags": pa.array([draw.choice(["", "wait"]) for _ in at], pa.string()),
        }
    )


def known(count: int) -> pa.Table:
    """A label of every second visit, by its key."""
    keys = sorted({f"{text} {at}" for text in trap_rows.TEXTS for at in range(9)})[: 2 * count : 2]
    draw = random.Random(3)
    since = [START + draw.randrange(90) * timedelta(hours=1) for _ in keys]
    return pa.table(
        {
            "visit": pa.array(keys, pa.string()),
            "missed": pa.array([draw.choice([True, False]) for _ in keys], pa.bool_()),
            "known_at": pa.array(since, pa.timestamp("us", "UTC")),
        }
    )


@pytest.mark.parametrize("count", [0, 700])
def test_decisions_and_their_counts_are_the_same(
    ours: Engine, theirs: Engine, visits: Contract, count: int
) -> None:
    windows = live.cut(Window(START, START + 4 * DAY), DAY)
    ages = (DAY / 4, DAY, 2 * DAY)
    found = []
    for one in (ours, theirs):
        asked, told = (schema.widened(one.stored(of(count))) for of in (journal, known))
        table = live.decisions(asked, told, visits, Window(START, NOW), NOW)
        settled = live.settled(table, visits, START + 2 * DAY)
        found.append(
            [
                rows(settled.to_pyarrow(), "mainstay_place"),
                rows(table.to_pyarrow(), "mainstay_place"),
                live.counts(table, visits, windows, NOW),
                live.arrivals(table, visits, windows, ages),
            ]
        )

    assert differences(*found) == []


def said(count: int, seed: int) -> pa.Table:
    """Labels as they arrive: some repeated, corrected or contradicting one another."""
    draw = random.Random(seed)
    since = [START + draw.randrange(6) * timedelta(hours=1) for _ in range(count)]
    keys = [f"{draw.choice(trap_rows.TEXTS)} {draw.randrange(4)}" for _ in since]
    return pa.table(
        {
            "visit": pa.array(keys, pa.string()),
            "missed": pa.array([draw.choice([True, False]) for _ in since], pa.bool_()),
            "known_at": pa.array(since, pa.timestamp("us", "UTC")),
        }
    )


def test_labels_as_they_arrive_are_the_same(
    ours: Engine, theirs: Engine, visits: Contract, tmp_path: Path
) -> None:
    shape = labels.shape(visits, (Column("visit", "string"), Column("missed", "boolean")))
    found = []
    for one in (ours, theirs):
        kept, heard = Kept(tmp_path / one.name, ()), list[Received]()
        for seed in (1, 2):
            came = Said(labels._typed(one.stored(said(400, seed)), shape), timed=True)
            heard.append(labels.received(came, one.backend, shape, kept))
            kept = Kept(kept.folder, (*kept.files, heard[-1].digest))
        told = labels.visible(one.backend, shape, kept, NOW).to_pyarrow()
        every = labels.said(one.backend, shape, kept, NOW).order_by(["visit", labels.KNOWN_AT])
        found.append([heard, every.to_pyarrow().to_pylist(), rows(told, "visit")])

    assert all(one.contradicting for one in found[0][0])
    assert differences(*found) == []


def test_no_engine_lets_rows_know_their_future(
    theirs: Engine,
    contract: Contract,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened = sources(theirs, 200)
    monkeypatch.setattr(rows_of, "opened", lambda *_: opened)

    def changed() -> int:
        return travel.changed_rows(contract, None, cut=START + 2 * DAY, now=NOW)

    assert changed() == 0
    monkeypatch.setattr(rows_of, "joined", _foreseen)
    assert changed() > 0


def _foreseen(contract: Contract, some: Sources, **when: object) -> object:
    """Rows that know how many flights there are in all."""
    made = JOINED(contract, some, **when)
    many = some.decisions.table.count().to_pyarrow().as_py()
    return made._replace(table=made.table.mutate(many=ibis.literal(many)))


JOINED = rows_of.joined
