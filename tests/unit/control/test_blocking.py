"""What the sources forbid now."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import small_project

from mainstay.control import blocking, versions
from mainstay.control import project as projects
from mainstay.core.errors import Refused


def blocked(folder: Path, clause: str = "") -> tuple[str, ...]:
    contract = folder / "contract.yaml"
    contract.write_text(contract.read_text().replace("take: [rain]", f"take: [rain]{clause}"))
    with projects.opened(folder) as project:
        return blocking.blocked(project, versions.found(project, "v1"))


def weather(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "data" / "weather.db")) as base, base:
        base.execute(statement)


def test_sources_as_a_version_was_built_of_block_nothing(as_author: Path) -> None:
    assert blocked(as_author) == ()
    assert blocked(as_author, ", sla: [{property: retention, at_least: 30d}]") == ()


def test_a_promise_that_is_broken_now_blocks(as_author: Path) -> None:
    (why,) = blocked(as_author, ", sla: [{property: freshness, at_most: 2h}]")

    assert why == "freshness of weather is 25 h, at most 2 h is agreed"


def test_only_the_newest_window_is_asked_about(as_author: Path) -> None:
    weather(as_author, "DELETE FROM hourly WHERE seen_at < '2024-02-01'")
    (as_author / "clock").write_text(small_project.END.isoformat())
    daily = ", sla: [{property: throughput, at_least: 48}]"

    assert blocked(as_author, daily) == ()

    (as_author / "clock").write_text(small_project.AFTER.isoformat())
    (why,) = blocked(as_author)
    assert why.startswith("throughput of weather is 0 rows (1 of ")


def test_a_source_that_is_gone_blocks(as_author: Path) -> None:
    weather(as_author, "ALTER TABLE hourly RENAME TO daily")

    (why,) = blocked(as_author)

    assert why.startswith("weather cannot be read: weather.db has no table hourly")


def test_the_first_of_several_reasons_is_told() -> None:
    blocking.refuse(())
    with pytest.raises(Refused, match="promotion is stopped: one, and 1 more"):
        blocking.refuse(("one", "two"))
