"""A peer's way through a batch: seconds after a warm-up on few rows, as JSON.

Arguments: engine, LightGBM's model text, table, output. Runs in the peer's environment, without
Mainstay.
"""

import json
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import lightgbm
import numpy as np

KEY, NUMBERS = "event", [f"n{at}" for at in range(10)]
THREADS, BATCH = 2, 65_536


def pandas(booster: lightgbm.Booster, source: str, out: str) -> None:
    """The whole table at once."""
    import pandas as pd  # noqa: PLC0415 - each peer has its own

    rows = pd.read_parquet(source, columns=[KEY, *NUMBERS])
    score = booster.predict(rows[NUMBERS], num_threads=THREADS)
    pd.DataFrame({KEY: rows[KEY], "score": score}).to_parquet(f"{out}.parquet", compression="zstd")


def polars(booster: lightgbm.Booster, source: str, out: str) -> None:
    """Batch by batch, as its streaming engine gives them."""
    import polars as pl  # noqa: PLC0415 - each peer has its own

    def scored(rows: pl.DataFrame) -> pl.DataFrame:
        matrix = rows.select(NUMBERS).to_numpy()
        score = booster.predict(matrix, num_threads=THREADS) if len(rows) else np.empty(0)
        return pl.DataFrame({KEY: rows[KEY], "score": score})

    found = pl.scan_parquet(source).select([KEY, *NUMBERS])
    schema = {KEY: pl.Int64, "score": pl.Float64}
    found.map_batches(scored, schema=schema, streamable=True).sink_parquet(f"{out}.parquet")


def spark(booster: lightgbm.Booster, source: str, out: str) -> None:
    """MapInArrow on two threads."""
    import pyarrow as pa  # noqa: PLC0415 - each peer has its own
    from pyspark.sql import SparkSession  # noqa: PLC0415 - each peer has its own

    text = booster.model_to_string()

    def scored(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        model = lightgbm.Booster(model_str=text)
        for batch in batches:
            columns = [batch.column(name).to_numpy(zero_copy_only=False) for name in NUMBERS]
            score = model.predict(np.column_stack(columns), num_threads=1)
            yield pa.RecordBatch.from_arrays([batch.column(KEY), pa.array(score)], [KEY, "score"])

    stated = {
        "spark.ui.enabled": "false", "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1", "spark.driver.memory": "2g",
        "spark.sql.execution.arrow.maxRecordsPerBatch": str(BATCH),
        "spark.ui.showConsoleProgress": "false",
    }  # fmt: skip
    session = SparkSession.builder.master(f"local[{THREADS}]").config(map=stated).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    rows = session.read.parquet(source).select(KEY, *NUMBERS)
    rows.mapInArrow(scored, f"{KEY} long, score double").write.mode("overwrite").parquet(out)


if __name__ == "__main__":
    engine, model, source, out = sys.argv[1:]
    act = {"pandas": pandas, "polars": polars, "spark": spark}[engine]
    booster = lightgbm.Booster(model_file=model)
    for path in (Path(source).with_name("warm.parquet"), Path(source)):
        shutil.rmtree(out, ignore_errors=True)
        begun = time.perf_counter()
        act(booster, str(path), out)
    print(json.dumps({"seconds": time.perf_counter() - begun}))
