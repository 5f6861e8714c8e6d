"""Rows of a model and their time: joins, labels, windows, promises and snapshots."""

import random
from datetime import timedelta
from pathlib import Path

import flights
import ibis
import pyarrow as pa
import pytest
import small_project
import trap_rows
from flights import DAY, INSTANT, NOW, START, sources
from side_by_side import Engine, differences, rows

from mainstay.contract import document
from mainstay.contract.model import Contract
from mainstay.core.nouns import Column, Window
from mainstay.data import labels, live, measured, promises, schema, snapshot, travel
from mainstay.data import rows as rows_of
from mainstay.data.labels import Kept, Received, Said
from mainstay.data.rows import Sources

TIMES = ("freshness", "latency", "frequency", "retention", "time_of_availability")


@pytest.fixture(scope="module")
def contract() -> Contract:
    return flights.contract()


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
        unlabelled = live.unlabelled(table, visits, windows[1:2])
        found.append(
            [
                rows(settled.to_pyarrow(), "mainstay_place"),
                rows(unlabelled.to_pyarrow(), "mainstay_place"),
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
