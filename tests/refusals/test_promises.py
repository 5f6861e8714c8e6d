"""A source that does not keep what its owner agreed on stops what would be made of it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest
import small_project
from pyarrow import parquet

from mainstay.control import project as projects
from mainstay.control.commands import Approve, Build, Certify, Deploy, Rollback
from mainstay.control.handle import handle
from mainstay.core import settings
from mainstay.core.errors import Broken, Mistakes, Refused, Unsure
from mainstay.ledger import state


def agreed(folder: Path, clause: str) -> None:
    contract = folder / "contract.yaml"
    stated = f"take: [rain], sla: [{{{clause}}}]"
    contract.write_text(contract.read_text().replace("take: [rain]", stated))


def weather(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "data" / "weather.db")) as base, base:
        base.execute(statement)


def test_a_broken_block_stops_training(as_author: Path) -> None:
    agreed(as_author, "property: throughput, at_least: 48")
    weather(as_author, "DELETE FROM hourly WHERE seen_at BETWEEN '2024-01-20' AND '2024-01-20T11'")

    with pytest.raises(Broken, match="throughput of weather is 26 rows, at least 48 rows is agree"):
        handle(as_author, Build(until=small_project.END))

    with projects.opened(as_author) as project:
        assert len(state.versions(project.ledger, "no-show")) == 1


def test_a_block_that_nobody_can_judge_stops_training(as_author: Path) -> None:
    agreed(as_author, "property: latency, element: came_at, at_most: 1h")
    weather(as_author, "ALTER TABLE hourly ADD COLUMN came_at TEXT")

    with pytest.raises(Unsure, match=r"latency of weather is not known .* do not say since when"):
        handle(as_author, Build())


def test_a_column_of_another_type_stops_training_under_the_same_contract(as_author: Path) -> None:
    path = as_author / "data" / "visits.parquet"
    table = parquet.read_table(path)
    waits = pa.array(table["wait"].to_pylist(), pa.float64())
    parquet.write_table(table.drop(["wait"]).append_column("wait", waits), path)

    with pytest.raises(Broken, match="wait was int64 and is float64; it feeds wait: training is"):
        handle(as_author, Build())


def opened(folder: Path) -> int:
    """How often held-out rows were looked at."""
    with projects.opened(folder) as project:
        return len(list(project.ledger.events(kind="HoldoutOpened")))


def test_a_broken_block_stops_a_certificate_before_held_out_rows_are_opened(
    as_author: Path,
) -> None:
    agreed(as_author, "property: throughput, at_least: 48")
    handle(as_author, Build(until=small_project.END))
    weather(as_author, "DELETE FROM hourly WHERE seen_at BETWEEN '2024-02-20' AND '2024-02-20T11'")
    before = opened(as_author)

    with pytest.raises(Broken, match="26 rows, at least 48 rows is agreed: certification is stopp"):
        handle(as_author, Certify())

    assert opened(as_author) == before


def test_a_column_of_another_type_stops_a_renewal(as_approver: Path) -> None:
    handle(as_approver, Approve("v1"))
    path = as_approver / "data" / "visits.parquet"
    table = parquet.read_table(path)
    waits = pa.array(table["wait"].to_pylist(), pa.float64())
    parquet.write_table(table.drop(["wait"]).append_column("wait", waits), path)

    with (
        settings.given({"MAINSTAY_KEY": small_project.AUTHOR}),
        pytest.raises(
            Broken, match="wait was int64 and is float64; it feeds wait: certification is stopped"
        ),
    ):
        handle(as_approver, Certify(renew=True))


def test_a_broken_block_stops_a_deployment_that_nobody_overrules(as_approver: Path) -> None:
    handle(as_approver, Approve("v1"))
    agreed(as_approver, "property: freshness, at_most: 2h")

    with pytest.raises(Refused, match="promotion is stopped: freshness of weather is 25 h") as it:
        handle(as_approver, Deploy("v1"))

    assert "--because" in it.value.hint
    assert not (as_approver / ".mainstay" / "serving").exists()
    assert handle(as_approver, Deploy("v1", because="the feed is known to be late")).facts["shares"]


def test_less_than_a_version_has_is_never_stopped(as_approver: Path) -> None:
    handle(as_approver, Approve("v1"))
    handle(as_approver, Deploy("v1", 1.0))
    (as_approver / "data" / "weather.db").unlink()

    assert handle(as_approver, Deploy("v1", 0.2)).facts["shares"] == {"v1": 0.2}
    with pytest.raises(Refused, match="weather cannot be read"):
        handle(as_approver, Deploy("v1", 0.5))
    assert handle(as_approver, Rollback("slow")).facts["shares"] == {"v1": 0.0}


def test_what_nobody_can_execute_is_no_contract(as_author: Path) -> None:
    agreed(as_author, "property: errorRate, at_most: 0.1")

    with pytest.raises(Mistakes, match='is "errorRate", which cannot be executed on a table'):
        handle(as_author, Build())


def test_less_than_known_is_not_promised(born: Path, tmp_path: Path) -> None:
    """A whole project is made of it: the first build is judged as every other."""
    folder = small_project.furnished(small_project.written(tmp_path / "clinic"), born)
    agreed(folder, "property: retention, at_least: 9000d")

    with pytest.raises(Broken, match="at least 9,000 d is agreed: training is stopped"):
        handle(folder, Build())
