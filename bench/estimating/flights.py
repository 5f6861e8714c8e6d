"""The example's flights as a table of this bench: a model of the first months, then the rest."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from pyarrow import parquet

RAW = Path(__file__).resolve().parents[2] / "examples" / "flights" / "raw"
FEATURES = ("month", "hour", "distance", "carrier", "origin", "dest", "temp", "humid", "wind_speed",
            "precip", "pressure", "visib")  # fmt: skip
LEARNED, FOLDS = 120, 4
"""Days learned from; scores of the reference are out of fold, by stretches of time."""


def written(folder: Path, data: Path | None = None) -> str:
    """Both parts as Parquet; the task. data: a folder with flights and weather as Parquet."""
    rows = _rows(data or RAW)
    first = rows[rows.day < LEARNED].reset_index(drop=True)
    later = rows[rows.day >= LEARNED].reset_index(drop=True)
    names = [name for name in rows.columns if name.startswith("f_")]
    score = np.empty(len(first))
    for block in np.array_split(np.arange(len(first)), FOLDS):
        other = np.setdiff1d(np.arange(len(first)), block)
        fitted = _model().fit(first.loc[other, names], first.label[other])
        score[block] = fitted.predict_proba(first.loc[block, names])[:, 1]
    model = _model().fit(first[names], first.label)
    said = (score, model.predict_proba(later[names])[:, 1])
    for part, table, one in zip(("reference", "analysis"), (first, later), said, strict=True):
        made = table.assign(score=one, decided=(one >= 0.3).astype(float))
        made.to_parquet(folder / f"flights_{part}.parquet")
    print("flights: ready", file=sys.stderr)
    return "binary"


def _model() -> LGBMClassifier:
    return LGBMClassifier(n_estimators=100, learning_rate=0.05, random_state=0, verbose=-1)


def _rows(data: Path) -> pd.DataFrame:
    """In the order of time; day: counted from the first of January."""
    flights = parquet.read_table(data / "flights.parquet").to_pandas()
    weather = parquet.read_table(data / "weather.parquet").to_pandas()
    shared = ["origin", "time_hour"]
    air = weather.drop_duplicates(shared)[[*shared, *FEATURES[6:]]]
    every = flights.dropna(subset=["arr_delay"]).merge(air, on=shared, how="left")
    every = every.sort_values(["month", "day", "hour", "minute"], kind="stable")
    day = pd.to_datetime(every[["year", "month", "day"]]).dt.dayofyear - 1
    made = {"label": (every.arr_delay > 15).astype(float), "day": day.astype(float)}
    for at, name in enumerate(FEATURES):
        values = every[name]
        number = pd.api.types.is_numeric_dtype(values)
        made[f"f_{at}"] = (values if number else values.astype("category").cat.codes).astype(float)
    return pd.DataFrame({name: np.asarray(one) for name, one in made.items()})
