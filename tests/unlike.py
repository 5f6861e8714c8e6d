"""A project unlike the small one: whole prices of houses by other fields, a regression."""

import shutil
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import small_project
from conftest import acting
from pyarrow import parquet
from small_project import DAYS, MODEL, PER_DAY, START

from mainstay.control.commands import Approve, Build, Certify, Deploy
from mainstay.control.handle import handle

CONTRACT = """\
mainstay: 1
model: house-price
owner: estates
objective:
  decision: Offer what a house will sell for.
  why_ml: A price by size is too coarse.
  task: regression
  good_enough:
    - {metric: mae, at_most: 60}
  baseline: {rate_by: [district]}
data:
  decisions: {from: data/houses.parquet, key: house, time: listed}
  label: {column: price, known_after: 12h, never_after: 3d}
  fields:
    area: {type: number, unit: m2, between: [10, 1000], on_breach: reject}
    garden: {type: boolean, on_breach: reject}
certify: {hold_out: 15d}
serve: {latency_p99: 10s}
access: {approver: lead}
"""
FEATURES = """\
def features(row):
    return row.select("area", "garden", "district")
"""


def written(folder: Path, seed: int = 0) -> Path:
    """Its three files and its table in a folder; its model needs the same environment."""
    (folder / "data").mkdir(parents=True)
    (folder / "contract.yaml").write_text(CONTRACT)
    (folder / "features.py").write_text(FEATURES)
    (folder / "model.py").write_text(MODEL.replace("LGBMClassifier", "LGBMRegressor"))
    random, count = np.random.default_rng(seed), DAYS * PER_DAY
    area, garden = random.uniform(20, 200, count).round(1), random.random(count) < 0.3
    district = random.choice(["hill", "port"], count)
    price = 2 * area + 40 * garden + 30 * (district == "hill") + random.normal(0, 20, count)
    listed = [START + timedelta(minutes=int(at)) for at in np.linspace(0, DAYS * 1440 - 1, count)]
    table = {
        "house": np.arange(count), "listed": pa.array(listed, pa.timestamp("us", "UTC")),
        "area": area, "garden": garden, "district": district, "price": price.round(1),
    }  # fmt: skip
    parquet.write_table(pa.table(table), folder / "data" / "houses.parquet")
    return folder


def lived(folder: Path, born: Path) -> Path:
    """A live project in that folder, for replay doors; born: whose environments and keys it has."""
    small_project.furnished(written(folder), born)
    shutil.copytree(born / "keys", folder / "keys")
    with acting(folder, small_project.AUTHOR):
        handle(folder, Build())
        certified = handle(folder, Certify(environment="replay"))
    assert certified.verdict == "pass", certified
    with acting(folder, small_project.APPROVER):
        handle(folder, Approve("v1"))
    with acting(folder, small_project.AUTHOR):
        handle(folder, Deploy("v1", 1.0, environment="replay"))
    return folder


def record(**changes: object) -> dict[str, object]:
    """One house as a caller sends it."""
    usual = {
        "house": 7, "listed": "2024-03-01T09:00:00Z", "area": 100.0, "garden": True,
        "district": "hill",
    }  # fmt: skip
    return {**usual, **changes}
