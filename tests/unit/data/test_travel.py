from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mainstay.contract import document
from mainstay.contract.model import Contract
from mainstay.data import context, rows, travel
from mainstay.data.source import Reader

START = datetime(2013, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOW = START + 40 * HOUR
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
      {from: weather.parquet, on: origin, as_of: seen, available_at: known, within: 5h,
       take: [temp]}
    lately:
      {from: decisions, on: origin, over: 9h, known_after: 2h, take: {late_rate: mean(late)}}
  label: {column: late, known_after: 2h}
"""


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    times = [START + at * HOUR for at in range(40)]
    origins = ["EWR", "JFK", None, "EWR"] * 10
    flights = {"id": range(40), "time": times, "origin": origins, "late": [True, False] * 20}
    known = [time + (at % 4) * HOUR for at, time in enumerate(times)]
    weather = {"origin": origins, "seen": times, "known": known, "temp": range(40)}
    for name, columns in (("flights", flights), ("weather", weather)):
        table = pa.table({column: list(values) for column, values in columns.items()})
        pq.write_table(table, tmp_path / f"{name}.parquet")
    (tmp_path / "contract.yaml").write_text(CONTRACT)
    return document.read(tmp_path / "contract.yaml").contract


@pytest.mark.parametrize("hours", [0, 1, 7, 13.5, 25, 39])
def test_rows_decided_before_a_cut_do_not_know_what_came_after(
    contract: Contract, reader: Reader, hours: float
) -> None:
    assert travel.changed_rows(contract, reader, cut=START + hours * HOUR, now=NOW) == 0


def test_a_join_that_looks_ahead_is_caught(
    contract: Contract, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = context._asking

    def sly(*both: object) -> object:
        asking = honest(*both)
        return asking.mutate(
            **{context.MOMENT: asking[context.MOMENT] + context._interval(6 * HOUR)}
        )

    monkeypatch.setattr(context, "_asking", sly)

    assert travel.changed_rows(contract, reader, cut=START + 20 * HOUR, now=NOW) > 0


def test_a_join_that_forgets_when_rows_were_seen_is_caught(
    contract: Contract, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = rows.context_of

    def sly(*asked: object) -> context.Context:
        return honest(*asked)._replace(available_at="")

    monkeypatch.setattr(rows, "context_of", sly)

    assert travel.changed_rows(contract, reader, cut=START + 20 * HOUR, now=NOW) > 0
