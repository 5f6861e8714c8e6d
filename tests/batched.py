"""The same rows through the door and through a batch, one beside the other."""

import json
import math
from datetime import UTC, date, datetime
from typing import Any

import ibis
import msgspec
import numpy as np
import pyarrow as pa
from ibis.backends.duckdb import Backend
from small_project import record

from mainstay.bundle.manifest import Manifest
from mainstay.bundle.runtime import Runtime
from mainstay.data.snapshot import ARROW
from mainstay.life.score import answers as answering
from mainstay.life.score.answers import Standing
from mainstay.life.score.asked import asks
from mainstay.life.serve.served import Held, Served, served
from mainstay.seal.certificate import Certificate
from mainstay.seal.routing import Share

Row = dict[str, Any]
AT = datetime(2024, 3, 2, tzinfo=UTC)


def requested(rows: list[Row]) -> bytes:
    """Rows as JSON can say them: NaN as null, an infinity as a number beyond float64."""
    records = [{name: _said(value) for name, value in row.items()} for row in rows]
    return json.dumps({"records": records}).replace("Infinity", "1e999").encode()


def _said(value: object) -> object:
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, date) else value


def stored(engine: Backend, stated: Manifest, rows: list[Row]) -> ibis.Table:
    """Rows as a table has them."""
    kinds = {one.name: ARROW[one.type] for one in stated.request}
    arrays = {name: pa.array([row[name] for row in rows], kind) for name, kind in kinds.items()}
    return engine.create_table("rows", pa.table(arrays), overwrite=True)


def drawn(count: int) -> list[Row]:
    """Visits of which each rule is broken by some."""
    random = np.random.default_rng(5)
    rows = []
    for at in range(count):
        wait = int(random.integers(-3, 99))
        rain = None if at % 7 == 0 else float(np.round(random.gamma(0.5, 60.0), 1))
        kind = [None, "new", "control", "scan", "home"][at % 5]
        made = record(visit=f"v{at}", wait=None if at % 31 == 0 else wait, rain=rain, kind=kind)
        rows.append({**made, "at": AT, "patient": None if at % 3 else f"p{at}"})
    return rows


class Both:
    """A version that answers at a door and in a batch. certificate: None where none holds."""

    def __init__(self, stated: Manifest, engine: object, certificate: Certificate | None) -> None:
        self.stated = stated
        self.runtime = Runtime(stated, engine, "v1", ())
        share = Share("v1", "b" * 64, "c" * 64, 1.0)
        self.one: Served = served(share, Held(self.runtime), certificate)
        self.standing = Standing(self.runtime, certificate, share.certificate[:12])

    def door(self, rows: list[Row], at: datetime) -> list[Row | None]:
        """An answer per row, None for a rejected one; each is asked alone."""
        judged = self.one.judged(requested(rows))
        assert isinstance(judged, list), judged
        return [
            None
            if one.row is None or one.outcome == "reject"
            else msgspec.json.decode(msgspec.json.encode(self.one.answer(one, at)))
            for one in judged
        ]

    def batch(self, engine: Backend, rows: list[Row]) -> list[Row | None]:
        """The same."""
        levels = tuple(self.standing.levels or ())
        asked = asks(stored(engine, self.stated, rows), self.stated, levels)
        (batch,) = asked.asked.batches()
        said = answering.answers(batch, asked, self.standing)
        key = next(one.name for one in self.stated.request if one.role == "key")
        made = answering.table(said, self.standing, batch.column(asked.came[key]), key)
        found = {one[key]: one for one in made.to_pylist()}
        return [self._told(found.get(row[key]), key) for row in rows]

    def _told(self, row: Row | None, key: str) -> Row | None:
        if row is None:
            return None
        flags = row["flags"].split("\n") if row["flags"] else []
        named = {"key": row[key], **row, "flags": flags}
        named.pop(key if key != "key" else "")
        return named


class Tabled:
    """An engine by arithmetic: several classes, or one score that some rows have none of."""

    def __init__(self, classes: int) -> None:
        self.classes = classes

    def scores(self, matrix: np.ndarray) -> np.ndarray:
        """What is no number stays none."""
        sums = np.nan_to_num(matrix).sum(axis=1)
        score = 1 / (1 + np.exp(-sums / 50))
        score[np.abs(sums) > 70] = np.nan
        if self.classes == 1:
            return score
        spread = np.stack([np.sin(sums + at) + 2 for at in range(self.classes)], axis=1)
        spread[np.isnan(score)] = np.nan
        return spread / spread.sum(axis=1, keepdims=True)

    def score(self, row: list[float]) -> float:
        """Of one row."""
        return float(self.scores(np.array([row]))[0])

    def close(self) -> None:
        """Nothing is held."""
