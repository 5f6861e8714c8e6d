"""Flights with what was known of them: many at the same instant, texts that languages sort."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import trap_rows
from side_by_side import Engine

from mainstay.contract import document
from mainstay.contract.model import Contract
from mainstay.data import schema
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
PLACES = ["EWR", "", "é", "e\u0301", "日本", None]


def contract(text: str = CONTRACT) -> Contract:
    return document.parsed(text.encode(), Path("contract.yaml")).contract


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
