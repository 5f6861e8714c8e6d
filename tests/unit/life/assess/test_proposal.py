import runpy
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pytest
from ibis.backends.duckdb import Backend

from mainstay.contract import document
from mainstay.core.errors import Mistake, Mistakes
from mainstay.data import features, source
from mainstay.data.source import Reader
from mainstay.life.assess.proposal import Proposal, proposed

Table = Callable[..., ir.Table]
Columns = Callable[..., dict[str, Any]]
PREPARE = Path(__file__).parents[4] / "examples" / "flights" / "prepare.py"
CHEATING = {"dep_time", "dep_delay", "arr_time", "arr_delay", "air_time"}


def of(table: ir.Table, label: str = "stays", **given: str) -> Proposal:
    roles = {"time": None, "key": None, **given}
    return proposed(table, "visits.parquet", model="night-stay", label=label, **roles)


def after(proposal: Proposal) -> dict[str, str]:
    return {one.column: one.why for one in proposal.left_out if one.after}


def test_a_clean_table_gives_a_project_with_four_questions(
    visits: ir.Table, tmp_path: Path
) -> None:
    found = of(visits)
    (tmp_path / "contract.yaml").write_text(found.contract)

    with pytest.raises(Mistakes) as caught:
        document.read(tmp_path / "contract.yaml")

    assert [one.what for one in caught.value.findings] == [f'{one} is "?"' for one in found.unknown]
    assert len(found.unknown) == 4
    assert (found.rows, found.columns) == (2400, 6)
    assert [one.column for one in found.left_out] == ["visit", "seen_at", "stays"]


def test_the_proposed_features_run(visits: ir.Table, tmp_path: Path) -> None:
    (tmp_path / "features.py").write_text(of(visits).features)

    outputs = features.outputs(tmp_path / "features.py", source.schema.columns(visits))

    assert [one.name for one in outputs] == ["ward", "age", "pulse", "weekday", "hour"]
    assert features.inputs(visits, outputs).count().to_pyarrow().as_py() == 2400


def test_what_was_written_after_the_decision_is_left_out(table: Table, columns: Columns) -> None:
    made = columns()
    made["stays"] = [None] * 100 + made["stays"].tolist()[100:]
    bill = [None] * 100 + [float(at % 7) for at in range(2300)]
    words = [None if one is None else "bed" if one else "door" for one in made["stays"]]
    left = [moment + timedelta(days=3) for moment in made["seen_at"]]

    found = after(of(table(**made, bill=bill, words=words, left=left), time="seen_at"))

    assert found == {
        "bill": "missing exactly where stays is missing",
        "words": "missing exactly where stays is missing, predicts stays alone with roc_auc 1.00",
        "left": "later than seen_at in 100 % of rows",
    }


def test_a_number_that_is_the_label_in_disguise_is_left_out(table: Table, columns: Columns) -> None:
    made = columns()

    found = after(of(table(**made, beats=made["pulse"] * 1440), label="pulse"))

    assert found["beats"].startswith("predicts pulse alone with rank correlation 1.00")


def test_the_rule_to_beat_is_made_of_the_columns_that_tell_most(
    table: Table, columns: Columns
) -> None:
    made = columns()
    high = np.where(made["pulse"] > 80, "high", "low")
    noise = {name: np.random.default_rng(len(name)).integers(0, 9, 2400) for name in ("a", "bb")}

    found = of(table(**noise, high=high, **made))

    assert "baseline: {rate_by: [ward, high]}" in found.contract


def test_too_few_outcomes_accuse_no_column(table: Table, columns: Columns) -> None:
    made = columns(200)
    made["stays"] = np.arange(200) % 40 == 0

    assert after(of(table(**made, luck=made["stays"]))) == {}


def test_the_same_table_gives_the_same_files(visits: ir.Table) -> None:
    assert of(visits) == of(visits.order_by("pulse"))


def test_an_unknown_label_gets_the_nearest_name(visits: ir.Table) -> None:
    with pytest.raises(Mistake, match="no column stay") as caught:
        of(visits, label="stay")

    assert "did you mean stays?" in caught.value.hint


def test_an_empty_table_is_refused(visits: ir.Table) -> None:
    with pytest.raises(Mistake, match="no rows"):
        of(visits.filter(visits.age < 0))


def test_decisions_without_a_time_are_refused(table: Table, columns: Columns) -> None:
    made = columns(50)
    made["seen_at"][3] = None

    with pytest.raises(Mistake, match="seen_at is null in 1 of 50 rows"):
        of(table(**made))


@pytest.mark.slow
def test_the_flights_give_exactly_what_was_known_before_departure(
    backend: Backend, tmp_path: Path
) -> None:
    runpy.run_path(str(PREPARE))["main"](tmp_path)
    reader = Reader(backend, tmp_path, tmp_path / "staged")
    flights = source.opened(reader, "data/flights.parquet").table

    found = proposed(
        flights, "data/flights.parquet", model="flight-delay", label="late", time=None, key=None
    )

    assert set(after(found)) == CHEATING
    assert [one.why for one in found.left_out if one.column == "tailnum"] == [
        "the entity: it names whom a decision is about"
    ]
    assert 'TAKEN = ["hour", "carrier", "flight", "origin", "dest", "distance"]' in found.features
    assert "key: flight_id, time: sched_dep, entity: tailnum" in found.contract
    assert len(found.contract.splitlines()) < 33
