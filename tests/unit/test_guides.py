"""What guides show is run: each line of pandas beside its counterpart, on the same rows."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ibis.backends.duckdb import Backend

from mainstay.contract import document
from mainstay.data import agreement, engine, features, frame_process, graph, rows, schema
from mainstay.data.source import Reader

GUIDE = Path("docs/guides/pandas.md").read_text(encoding="utf-8")
LINE = re.compile(r"^\| (.+?) \| `(.+?)` \| `(.+?)` \|$", re.MULTILINE)
START = datetime(2013, 1, 4, 5, 30, tzinfo=UTC)
NAMES = {"ibis": ibis, "np": np, "pd": pd}
COUNT = 40


def section(title: str) -> list[tuple[str, str, str]]:
    text = GUIDE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return [tuple(one.replace(r"\|", "|") for one in match) for match in LINE.findall(text)]  # type: ignore[misc]


ROW_BY_ROW, CONTEXT = section("Row by row"), section("Other rows, other tables")


def table() -> pa.Table:
    """Forty flights with nulls, zeros and halves among them."""
    random = np.random.default_rng(3)
    holes = random.random(COUNT) < 0.2

    def some(values: list[Any]) -> list[Any]:
        return [None if hole else one for one, hole in zip(values, holes, strict=True)]

    origins = random.choice(["JFK", "LGA", "EWR"], COUNT).tolist()
    return pa.table(
        {
            "flight": [f"f{at:02}" for at in range(COUNT)],
            "sched_dep": pa.array(
                [START + timedelta(hours=11, minutes=7) * at for at in range(COUNT)],
                pa.timestamp("us", "UTC"),
            ),
            "local_day": [date(2013, 1, 1) + timedelta(days=9 * at) for at in range(COUNT)],
            "hour": random.integers(0, 24, COUNT),
            "origin": pa.array([*origins[:-1], None], pa.string()),
            "dest": random.choice(["BOS", "MIA"], COUNT).tolist(),
            "tailnum": random.choice(["N1", "N2", "N3"], COUNT).tolist(),
            "distance": random.choice([0, 100, 500, 1499, 1500, 2586], COUNT),
            "seats": random.choice([0, 2, 150], COUNT).tolist(),
            "temp": pa.array(some([15.5, 32.0, 33.0, 90.5] * 10), pa.float64()),
            "dewp": pa.array([-4.5, None, 40.0, 12.25, 31.0] * 8, pa.float64()),
            "wind": pa.array(random.choice([-99.0, 4.0, 17.5], COUNT)),
            "cancelled": random.random(COUNT) < 0.3,
            "note": pa.array(some(["  Snow ", "", "no snow", "FOG"] * 10), pa.string()),
            "late": random.random(COUNT) < 0.4,
        }
    )  # fmt: skip


def frame_of(rows: pa.Table) -> pd.DataFrame:
    """As check-features hands it to features(frame)."""
    kinds = schema.types(ibis.memtable(rows))
    kinds = {name: kinds[name] for name in rows.column_names}
    columns = [
        {"name": name, "type": kind, "values": [
            one.isoformat() if isinstance(one, date) else one for one in rows[name].to_pylist()
        ]}
        for name, kind in kinds.items()
    ]  # fmt: skip
    return frame_process.framed(columns)


def by_pandas(code: str, **tables: pd.DataFrame) -> list[Any]:
    made = pd.Series(eval(code, {**NAMES, **tables}))
    return frame_process.plain(made.reindex(range(COUNT)))  # as an assignment to the frame would


@pytest.fixture(scope="module")
def ours() -> dict[str, list[Any]]:
    """All expressions of the guide in one question."""
    found = ibis.memtable(table())
    row = ibis.table(schema.types(found), name="row")
    selected = row.select(
        **{
            f"c{at}": eval(code, {**NAMES, "row": row})
            for at, (_, _, code) in enumerate(ROW_BY_ROW)
        }
    )
    outputs = tuple(graph.output(selected, name) for name in selected.columns)
    return features.inputs(found, outputs).to_pyarrow().to_pydict()


def test_there_are_more_than_thirty() -> None:
    assert len(ROW_BY_ROW) + len(CONTEXT) >= 30
    assert len(LINE.findall(GUIDE)) == len(ROW_BY_ROW) + len(CONTEXT)


@pytest.mark.parametrize("at", range(len(ROW_BY_ROW)), ids=[what for what, _, _ in ROW_BY_ROW])
def test_a_line_of_pandas_and_its_counterpart_say_the_same(
    at: int, ours: dict[str, list[Any]]
) -> None:
    theirs = by_pandas(ROW_BY_ROW[at][1], frame=frame_of(table()))

    found = agreement.agreement({"c": ours[f"c{at}"]}, {"c": theirs})

    assert found.holds, found.first


def test_a_planted_line_that_says_something_else_is_found(ours: dict[str, list[Any]]) -> None:
    at = next(at for at, (what, _, _) in enumerate(ROW_BY_ROW) if what == "keep to a range")
    theirs = by_pandas("frame.temp.clip(0, 89)", frame=frame_of(table()))

    assert not agreement.agreement({"c": ours[f"c{at}"]}, {"c": theirs}).holds


CONTRACT = """\
mainstay: 1
model: late
owner: operations
objective:
  decision: Rebook.
  task: binary
  good_enough: [{{metric: roc_auc, at_least: 0.6}}]
data:
  decisions: {{from: flights.parquet, key: flight, time: sched_dep}}
  context:
    {context}
  label: {{column: late, known_after: 1h}}
"""


@pytest.fixture(scope="module")
def silos(tmp_path_factory: pytest.TempPathFactory) -> tuple[Backend, Path, dict[str, pa.Table]]:
    folder = tmp_path_factory.mktemp("silos")
    planes = pa.table({"tailnum": ["N1", "N2"], "built": [1999, 2004]})
    hours = [START + timedelta(hours=3) * at for at in range(90)]
    weather = pa.table({
        "origin": ["JFK", "LGA", "EWR"] * 30, "seen_at": pa.array(hours, pa.timestamp("us", "UTC")),
        "humid": [float(at) for at in range(90)],
    })  # fmt: skip
    tables = {"flights": table(), "planes": planes, "weather": weather}
    for name, one in tables.items():
        pq.write_table(one, folder / f"{name}.parquet")
    return engine.connect(folder / "spill"), folder, tables


@pytest.mark.parametrize(("what", "code", "context"), CONTEXT, ids=[one[0] for one in CONTEXT])
def test_what_looks_at_other_rows_is_context(
    what: str, code: str, context: str, silos: tuple[Backend, Path, dict[str, pa.Table]]
) -> None:
    bench, folder, tables = silos
    text = CONTRACT.format(context=context)
    contract = document.parsed(text.encode(), Path("contract.yaml")).contract
    now = START + timedelta(days=400)
    made = rows.assembled(contract, Reader(bench, folder, folder / "staged"), now=now)
    ((taken, *_),) = (one.take for one in contract.data.context.values())
    ours = made.table.order_by("sched_dep").to_pyarrow()[taken.name].to_pylist()

    frames = {name: frame_of(one) for name, one in tables.items()}
    theirs = by_pandas(code, frame=frames["flights"], **frames)

    found = agreement.agreement({"c": ours}, {"c": theirs})
    assert found.holds, (what, found.first)
    assert any(one is not None for one in ours)
