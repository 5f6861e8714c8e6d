"""Nothing reads the future: where the silos end does not matter before they end."""

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.compute as pc
import pytest
from pyarrow import parquet

from mainstay.cli.demo import driver, weeks, year
from mainstay.cli.demo.driver import Plot

WEEKS = 4
END = year.month(4) + timedelta(days=7 * WEEKS)


def cut(tables: Path, folder: Path) -> Path:
    """The silos as they stood at END."""
    shutil.copytree(tables, folder)
    flights = parquet.read_table(folder / "flights.parquet")
    past = pc.less(flights["sched_dep"], END)
    parquet.write_table(flights.filter(past), folder / "flights.parquet")
    with closing(sqlite3.connect(folder / "weather.db")) as weather, weather:
        weather.execute("DELETE FROM hourly WHERE seen_at >= ?", (f"{END:%Y-%m-%dT%H:%M:%SZ}",))
    return folder


def played(out: Path, tables: Path | None = None) -> dict[str, Any]:
    driver.lived(out, Plot(2, 0, WEEKS), tables)
    figures: dict[str, Any] = msgspec.json.decode((out / "demo.json").read_bytes())
    return figures


@pytest.mark.slow
def test_a_replay_whose_silos_are_cut_gives_the_same_verdicts_up_to_there(tmp_path: Path) -> None:
    whole = played(tmp_path / "whole")
    past = played(tmp_path / "cut", cut(tmp_path / "whole" / "project" / "data", tmp_path / "data"))

    assert past["rows"]["flights"] < whole["rows"]["flights"] / 2
    assert len(whole["weeks"]) == WEEKS
    assert whole["weeks"][0]["fresh_auc"] is not None
    assert whole["losses"] == {"compared": 1, "split": 1, "too_early": 3}
    assert weeks.is_split(whole["weeks"][-1]["loss"])
    told = ("week", "requests", "verdict", "decision")
    assert [[week[name] for name in told] for week in past["weeks"]] == [
        [week[name] for name in told] for week in whole["weeks"]
    ]
    # The first week goes from canary to live while requests come: how many each answered is chance.
    for one, other in zip(past["weeks"][1:], whole["weeks"][1:], strict=True):
        assert (one["auc"], one["fresh_auc"]) == (other["auc"], other["fresh_auc"])
    timed = {"latency_p99"}  # a measure of this machine
    for gate in whole["gates"].keys() - timed:
        assert past["gates"][gate] == whole["gates"][gate]
