"""Feast's way: lookups online, or a join of the past; figures as JSON.

Arguments: online PROJECT STORE URL, or past PROJECT. Runs in Feast's environment, without Mainstay.
"""

import json
import statistics
import sys
import time
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from feast import Entity, FeatureStore, FeatureView, Field, FileSource, RepoConfig, ValueType
from feast.types import Float64

MANY, CALLS, RUNS = 100, 500, 3


def opened(project: Path, store: str, url: str, names: list[str], ttl: timedelta) -> FeatureStore:
    """A repository over the same Parquet."""
    base = project / f"feast-{store}"
    base.mkdir(exist_ok=True)
    place = url.removeprefix("redis://").partition("/")[0]
    online = {
        "sqlite": {"type": "sqlite", "path": str(base / "online.db")},
        "redis": {"type": "redis", "connection_string": place},
    }[store]
    made = FeatureStore(
        config=RepoConfig(
            project="bench",
            provider="local",
            registry=str(base / "registry.db"),
            online_store=online,
            offline_store={"type": "file"},
            entity_key_serialization_version=3,
        )
    )
    entity = Entity(name="eid", join_keys=["eid"], value_type=ValueType.INT64)
    source = FileSource(path=str(project / "rows.parquet"), timestamp_field="ts")
    fields = [Field(name=name, dtype=Float64) for name in names]
    made.apply(
        [entity, FeatureView(name="view", entities=[entity], ttl=ttl, schema=fields, source=source)]
    )
    return made


def online(project: Path, store: str, url: str) -> dict[str, list[float]]:
    """Median microseconds of single calls."""
    names = [f"x{at}" for at in range(10)]
    rows = pd.read_parquet(project / "rows.parquet", columns=["eid", "ts"])
    made = opened(project, store, url, names, timedelta(days=3650))
    last = rows["ts"].max().to_pydatetime()
    begun = time.perf_counter()
    made.materialize(last - timedelta(days=1), last + timedelta(hours=1))
    rate = len(rows) / (time.perf_counter() - begun)
    wanted, random = [f"view:{name}" for name in names], np.random.default_rng(0)

    def called(count: int) -> float:
        asked = [{"eid": int(one)} for one in random.integers(0, len(rows), count)]
        begun = time.perf_counter()
        found = made.get_online_features(features=wanted, entity_rows=asked).to_dict()
        seconds = time.perf_counter() - begun
        if None in found["x0"]:
            raise ValueError("an entity was not found")
        return 1e6 * seconds

    for _ in range(50):
        called(1)
    one = [statistics.median(called(1) for _ in range(CALLS)) for _ in range(RUNS)]
    many = [statistics.median(called(MANY) for _ in range(CALLS // 10)) for _ in range(RUNS)]
    return {"one": one, "many": many, "refresh": [rate]}


def past(project: Path) -> dict[str, float]:
    """Seconds of one join of all decisions, and what it found."""
    names = ["a", "b", "c"]
    made = opened(project, "sqlite", "", names, timedelta(hours=6))
    asked = pd.read_parquet(project / "asked.parquet", columns=["eid", "event_timestamp"])
    begun = time.perf_counter()
    job = made.get_historical_features(entity_df=asked, features=[f"view:{one}" for one in names])
    found = job.to_df()
    seconds = time.perf_counter() - begun
    return {"seconds": seconds, "known": int(found["a"].notna().sum()), "rows": len(found)}


if __name__ == "__main__":
    act, folder, *rest = sys.argv[1:]
    figures = online(Path(folder), *rest) if act == "online" else past(Path(folder))
    print(json.dumps(figures))
