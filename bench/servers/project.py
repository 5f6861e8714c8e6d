"""The same model lived through Mainstay: contract, build, certificate, approval, deployment.

LightGBM gets the texts as categories, which it splits itself, where the peers' pipeline gives it
ordinal codes: as many trees of as many leaves. That pipeline's imputing and scaling change none.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from bench.form import progress
from bench.servers import table
from bench.servers.table import Table
from mainstay.control.commands import Approve, Build, Certify, Deploy, NewKey, Trust
from mainstay.control.handle import handle
from mainstay.core import settings
from mainstay.core.places import Places

AUTHOR, APPROVER = "bench-author", "bench-approver"
CONTRACT = """\
mainstay: 1
model: bench
owner: bench
objective:
  decision: Act where the label will be 1.
  why_ml: No rule finds enough.
  task: binary
  value: {{currency: EUR, true_positive: 10, false_positive: -8}}
  good_enough:
    - {{metric: roc_auc, at_least: 0.6}}
  baseline: {{rate_by: [c0]}}
data:
  decisions: {{from: table.csv, key: decision, time: at, entity: who}}
  label: {{column: label, known_after: 1h, never_after: 3d}}
  fields:
{fields}
certify: {{hold_out: 20d, calibration_error: {{at_most: 0.3}}}}
serve: {{latency_p99: 10s}}
access: {{approver: bench-approver}}
"""
NUMBER = "    {}: {{type: number, between: [-20, 20], nulls: allowed, on_breach: reject}}\n"
TEXT = "    {}: {{type: string, one_of: observed, on_breach: reject}}\n"
FEATURES = "def features(row):\n    return row.select({})\n"
MODEL = """\
# /// script
# requires-python = ">=3.11"
# dependencies = ["lightgbm>=4.5,<5", "pandas", "scikit-learn"]
# ///
from lightgbm import LGBMClassifier


def train(inputs, label):
    model = LGBMClassifier(n_estimators=300, num_leaves=31, n_jobs=1, random_state=0, verbose=-1)
    return model.fit(inputs, label)
"""


def lived(folder: Path, learned: Table, model: str = MODEL) -> Path:
    """A project in a new folder whose only version answers everything; model: its model.py."""
    folder.mkdir()
    table.written(folder / "table.csv", learned)
    fields = "".join(map(NUMBER.format, table.NUMBERS)) + "".join(map(TEXT.format, table.LEVELS))
    (folder / "contract.yaml").write_text(CONTRACT.format(fields=fields.rstrip()))
    (folder / "features.py").write_text(FEATURES.format(", ".join(map(repr, table.COLUMNS))))
    (folder / "model.py").write_text(model)
    return brought_live(folder)


def brought_live(folder: Path) -> Path:
    """The project of a folder, whose files are written, built, certified, approved and deployed."""
    with settings.given(acting(folder, AUTHOR)):
        for name, role in ((AUTHOR, "author"), (APPROVER, "approver")):
            handle(folder, NewKey(name))
            handle(folder, Trust(name, role))
        progress("the project builds its model")
        handle(folder, Build())
        certified = handle(folder, Certify())
    if certified.verdict != "pass":
        raise SystemExit(f"the bench's own model is not certified: {certified}")
    with settings.given(acting(folder, APPROVER)):
        handle(folder, Approve("v1"))
    with settings.given(acting(folder, AUTHOR)):
        handle(folder, Deploy("v1", 1.0))
    return folder


def acting(folder: Path, name: str = AUTHOR) -> dict[str, str]:
    """The settings of somebody who acts on the project."""
    return {"MAINSTAY_KEYS": str(keys(folder)), "MAINSTAY_KEY": name}


def keys(folder: Path) -> Path:
    """Where the project made here keeps its keys and its trust file."""
    return folder / "keys"


def door(serving: Path, log: Path) -> list[str]:
    """The command line of a production door; {port} is to be filled in."""
    program = str(Path(sys.executable).with_name("mainstay"))
    return [program, "serve", "--serving", str(serving), "--log", str(log), "--port", "{port}"]


def serving(model: Path) -> Path:
    """The serving folder of a project, or the folder itself where it is one."""
    inside = Places(model).serving
    return inside if inside.is_dir() else model


def environment(trusted: Path) -> Mapping[str, str]:
    """The settings of a door that believes the trust file of a keys folder."""
    return {"MAINSTAY_KEYS": str(trusted)}
