"""A model of 200 trees lived through Mainstay, over a table without context."""

from datetime import timedelta
from pathlib import Path

from bench.scoring import table
from bench.servers.project import brought_live
from mainstay.core import clock

ROWS, DAYS = 60_000, 100
CONTRACT = """\
mainstay: 1
model: bench-score
owner: bench
objective:
  decision: Act where the label will be 1.
  why_ml: No rule finds enough.
  task: binary
  value: {{currency: EUR, true_positive: 10, false_positive: -8}}
  good_enough:
    - {{metric: roc_auc, at_least: 0.6}}
  baseline: {{constant: 0.5}}
data:
  decisions: {{from: learned.parquet, key: event, time: at}}
  label: {{column: label, known_after: 1h, never_after: 3d}}
  fields:
{fields}
certify: {{hold_out: 20d, calibration_error: {{at_most: 0.3}}}}
serve: {{latency_p99: 10s}}
access: {{approver: bench-approver}}
"""
FIELD = "    {}: {{type: number, between: [-20, 20], nulls: allowed, on_breach: reject}}\n"
MODEL = """\
# /// script
# requires-python = ">=3.11"
# dependencies = ["lightgbm>=4.5,<5", "pandas", "scikit-learn"]
# ///
from lightgbm import LGBMClassifier


def train(inputs, label):
    return LGBMClassifier(n_estimators=200, random_state=0, verbose=-1).fit(inputs, label)
"""


def lived(folder: Path, seed: int) -> Path:
    """A project in a new folder whose only version answers everything."""
    folder.mkdir()
    ago = clock.machine() - timedelta(days=4)
    table.written(folder / "learned.parquet", ROWS, seed, ago, days=DAYS)
    fields = "".join(map(FIELD.format, table.NUMBERS)).rstrip()
    (folder / "contract.yaml").write_text(CONTRACT.format(fields=fields))
    names = ", ".join(map(repr, table.NUMBERS))
    (folder / "features.py").write_text(f"def features(row):\n    return row.select({names})\n")
    (folder / "model.py").write_text(MODEL)
    return brought_live(folder)
