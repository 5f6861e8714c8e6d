"""Other models and another wire at the door: same table, same contract, asked for the same rows."""

import json
import struct
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bench.servers import project
from bench.servers.table import NUMBERS

HEAD = """\
# /// script
# requires-python = ">=3.11"
# dependencies = ["scikit-learn>=1.5,<2", "pandas"]
# ///
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
from {package} import {estimator}

def train(inputs, label):
    numbers = [name for name in inputs if name.startswith("n")]
    texts = [name for name in inputs if name.startswith("c")]
    filled = Pipeline([("fill", SimpleImputer(strategy="median")), ("scale", StandardScaler())])
    prepared = ColumnTransformer([("numbers", filled, numbers), ("texts", {coded}, texts)])
    return Pipeline([("prepared", prepared), ("last", {estimator}({given}))]).fit(inputs, label)
"""
ONE_HOT = 'OneHotEncoder(handle_unknown="ignore", sparse_output=False)'
ORDINAL = 'OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)'
Row = Mapping[str, object]


class Variant(NamedTuple):
    """model: the text of its model.py. binary: asked in the binary form of V2."""

    model: str
    binary: bool = False


def _sklearn(package: str, estimator: str, coded: str, given: str) -> str:
    return HEAD.format(package=f"sklearn.{package}", estimator=estimator, coded=coded, given=given)


VARIANTS: Mapping[str, Variant] = {
    "mainstay_v2": Variant(project.MODEL, binary=True),
    "mainstay_linear": Variant(
        _sklearn("linear_model", "LogisticRegression", ONE_HOT, "max_iter=1000")
    ),
    "mainstay_onnx": Variant(
        _sklearn("ensemble", "HistGradientBoostingClassifier", ORDINAL,
                 "max_iter=300, early_stopping=False, random_state=0")
    ),
    "mainstay_worker": Variant(
        _sklearn("neighbors", "KNeighborsClassifier", ORDINAL, "n_neighbors=50")
    ),
}  # fmt: skip
"""linear, onnx: written as ONNX from the portable form; worker: which the form does not hold."""
BINARY_PATH = "/v2/models/bench/infer"


def binary(records: Sequence[Row]) -> tuple[bytes, Mapping[str, str]]:
    """The records as tensors whose data follow as bytes, and the headers that say so."""
    tensors, tail = [], []
    for name in records[0]:
        numeric = name in NUMBERS
        values = [one[name] for one in records]
        content = struct.pack(f"<{len(values)}d", *values) if numeric else _texts(values)
        tail.append(content)
        tensors.append({"name": name, "shape": [len(values)],
                        "datatype": "FP64" if numeric else "BYTES",
                        "parameters": {"binary_data_size": len(content)}})  # fmt: skip
    stated = {
        "inputs": tensors,
        "outputs": [{"name": "score", "parameters": {"binary_data": True}}],
    }
    head = json.dumps(stated).encode()
    headers = {"Inference-Header-Content-Length": str(len(head)),
               "Content-Type": "application/octet-stream"}  # fmt: skip
    return head + b"".join(tail), headers


def _texts(values: Sequence[object]) -> bytes:
    texts = [str(one).encode() for one in values]
    return b"".join(struct.pack("<I", len(one)) + one for one in texts)
