"""Held-out rows that are training rows again."""

import shutil
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import small_project
from conftest import acting
from ibis.backends.duckdb import Backend
from pyarrow import parquet

from mainstay.bundle.runtime import Runtime
from mainstay.contract.goals import Ceiling
from mainstay.control import papers, versions
from mainstay.control import project as projects
from mainstay.control.commands import Build, Certify
from mainstay.control.handle import handle
from mainstay.core.nouns import Estimate, Evidence, Verdict
from mainstay.core.places import Places
from mainstay.core.typed import TEXT
from mainstay.data import columns, snapshot
from mainstay.life.certify import again
from mainstay.life.certify.again import Again, Copies
from mainstay.life.certify.gates import Asked
from mainstay.life.certify.held_out import HeldOut
from mainstay.stats import nearly as stated
from mainstay.stats.nearly import Nearly

Held = Callable[..., HeldOut]
NEVER = Estimate(0.0, 0.0, 0.0, 9000)


def found(copies: int, chance: Estimate = NEVER) -> Again:
    """So many of 3,000 held-out rows."""
    some = np.random.default_rng(1).permutation(3000) < copies
    return Again(Copies(some, chance), None, some, None, nearly(0))


def nearly(copies: int) -> Nearly:
    """So many of 3,000 held-out rows but for how long they waited."""
    some, share = np.random.default_rng(2).permutation(3000) < copies, copies / 3000
    seen = Estimate(share, share - 0.004, share + 0.004, 3000)
    return Nearly(some, seen, Estimate(0.001, 0.0, 0.003, 9000), (("wait", copies),))


def test_a_hold_out_without_copies_holds(asked: Asked) -> None:
    (one,) = again.evidence(asked, found(0))

    assert (one.clause, one.verdict, one.estimate.high) == ("copies", Verdict.PASS, 0.0)
    assert one.note == "no held-out row is a training row again"


def test_copies_break_the_gate_and_the_goal_is_told_without_them(asked: Asked) -> None:
    gate, without = again.evidence(asked, found(300))

    assert gate.verdict is Verdict.FAIL
    assert gate.estimate.value == pytest.approx(0.1)
    assert "300 of 3,000 held-out rows are training rows again" in gate.note
    assert without.clause == "copies, roc_auc without them"
    assert (without.estimate.n, without.limit) == (2700, None)


def test_what_chance_makes_alike_is_no_copy(asked: Asked) -> None:
    (one,) = again.evidence(asked, found(300, Estimate(0.11, 0.1, 0.12, 9000)))

    assert one.verdict is Verdict.PASS
    assert one.note.endswith("(10.0%); by chance 11.0% (10.0% to 12.0%) would be")


def test_what_another_period_may_be_alike_is_no_copy(asked: Asked) -> None:
    some = found(300, Estimate(0.05, 0.045, 0.055, 9000))
    wide = some._replace(whole=some.whole._replace(wander=0.08))

    assert [next(again.evidence(asked, one)).verdict for one in (some, wide)] == [
        Verdict.FAIL, Verdict.PASS,
    ]  # fmt: skip


def test_how_far_periods_of_training_rows_differ_is_measured(asked: Asked) -> None:
    """Of 100 days the first half are alike one another, the second half are alike none."""
    days = len(np.unique(asked.held.day))
    day = np.repeat(np.arange(4 * days), 10)
    early, count = day < 2 * days, len(day)
    code = np.concatenate([np.where(early, 0, np.arange(count)), np.full(len(asked.held.day), -1)])
    split = again._Split(asked, day, np.zeros(count, dtype=np.bool_))

    measured = again._copies(split, code)

    assert measured.chance.value == pytest.approx(0.5)
    assert measured.wander > 1  # t of 5 periods, half of them 1 and half 0
    assert measured.chance.high - measured.chance.value >= 0.6


def test_a_copy_of_the_same_entity_is_proven_where_inputs_alone_prove_nothing(
    asked: Asked,
) -> None:
    loose, exact = found(300, Estimate(0.11, 0.1, 0.12, 9000)).whole, found(60).whole

    (gate, _) = again.evidence(asked, Again(loose, exact, loose.rows, None, nearly(0)))

    assert (gate.verdict, gate.estimate.value) == (Verdict.FAIL, pytest.approx(0.02))
    assert gate.note.startswith("60 of 3,000")


def test_copies_that_were_changed_a_little_break_the_gate(asked: Asked) -> None:
    gate, without = again.evidence(asked, found(0)._replace(near=nearly(300)))

    assert (gate.verdict, gate.method) == (Verdict.FAIL, stated.METHOD)
    assert gate.estimate.value == pytest.approx(0.099 - np.hypot(0.004, 0.002))
    assert gate.note == (
        "300 of 3,000 held-out rows are training rows again but for little (10.0%), changed: wait"
        " (300); by chance 0.1% (0.0% to 0.3%) would be"
    )
    assert without.estimate.n == 2700


def test_it_says_where_nobody_can_tell_what_was_changed(asked: Asked) -> None:
    (one,) = again.evidence(asked, found(0)._replace(near=None))

    assert one.note == f"no held-out row is a training row again; {again.ALIKE}"


def test_the_contract_says_how_many_may_be(asked: Asked) -> None:
    stated = asked.contract.certify.model_copy(update={"copies": Ceiling(at_most=0.2)})
    lenient = asked._replace(contract=asked.contract.model_copy(update={"certify": stated}))

    assert next(again.evidence(lenient, found(300))).verdict is Verdict.PASS


def test_training_rows_held_out_as_they_are_are_all_found(
    born: Path, opened: Runtime, backend: Backend, asked: Asked
) -> None:
    learned = snapshot.read(backend, opened.manifest.datasets[0].digest, Places(born).snapshots)
    some = learned.filter(learned.visit <= "v00300").order_by("visit")
    rows = some.to_pyarrow()
    weekday = (pc.day_of_week(rows["at"]).to_numpy()).astype(np.float64)
    held = asked.held._replace(
        label=rows["missed"].to_numpy().astype(np.float64),
        columns={
            "wait": rows["wait"].to_numpy(),
            "rain": rows["rain"].to_numpy(),
            "kind": columns.values(rows["kind"], "kind", TEXT),
            "weekday": weekday,
        },
        inputs=("wait", "rain", "kind", "weekday"),
    )

    one = again.again(asked._replace(held=held), opened, learned, some)

    assert len(one.asked) > 250
    assert all(some.all() for some in (one.whole.rows, one.exact.rows, one.asked, one.met))
    assert one.exact.chance.value < 0.01 < one.whole.chance.value
    assert one.near is None or one.near.rows.all()


@pytest.fixture
def record(born: Path) -> dict[str, Evidence]:
    with projects.opened(born) as project:
        kept = papers.record(project, versions.found(project))
    return {one.clause: one for one in kept.evidence}


def test_inputs_of_few_values_are_alike_by_chance_and_hold(record: dict[str, Evidence]) -> None:
    assert record["copies"].verdict is Verdict.PASS
    assert record["copies"].estimate.high <= 0.01


def test_a_version_tells_what_it_scores_of_whom_it_never_learned(
    record: dict[str, Evidence],
) -> None:
    assert record["entities trained on"].estimate.value > 0.8
    assert record["generalises, new entities"].verdict is None


@pytest.mark.slow
def test_a_version_whose_hold_out_holds_training_rows_is_refused(
    born: Path, tmp_path: Path
) -> None:
    folder = small_project.furnished(small_project.written(tmp_path / "no-show"), born)
    shutil.copytree(born / "keys", folder / "keys")
    repeat_the_days_before(folder / "data")

    with acting(folder, small_project.AUTHOR):
        handle(folder, Build())
        said = handle(folder, Certify())

    found = {one.clause: one for one in said.evidence}
    assert said.verdict is Verdict.FAIL
    short = [one.clause for one in said.evidence if one.verdict not in (None, Verdict.PASS)]
    assert short == ["copies"]
    assert found["copies"].estimate.value > 0.8
    assert found["copies, roc_auc without them"].limit is None


def repeat_the_days_before(data: Path) -> None:
    """The 15 days held out are those of four weeks before: visits, their labels, the weather."""
    month, since = timedelta(days=28), small_project.END - timedelta(days=15)
    visits = parquet.read_table(data / "visits.parquet").to_pylist()
    older = [one for one in visits if since - month <= one["at"] < small_project.END - month]
    moved = [{**one, "visit": f"w{one['visit']}", "at": one["at"] + month} for one in older]
    rows = [*(one for one in visits if one["at"] < since), *moved]
    parquet.write_table(pa.Table.from_pylist(rows), data / "visits.parquet")
    with sqlite3.connect(data / "weather.db") as connection:
        known = connection.execute("SELECT town, seen_at, rain FROM hourly").fetchall()
        rain = {(town, datetime.fromisoformat(at)): amount for town, at, amount in known}
        moved_rain = [
            (rain[town, at - month], town, at.isoformat()) for town, at in rain if at >= since
        ]
        connection.executemany(
            "UPDATE hourly SET rain = ? WHERE town = ? AND seen_at = ?", moved_rain
        )
    connection.close()
