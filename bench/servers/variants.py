"""Other models and another wire at the door: same table, same contract, asked for the same rows."""

import json
import struct
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bench.servers import project
from mainstay.core.typed import FLAG, INTEGER, NUMBER

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
    """model: the text of its model.py. kind: of its engine. binary: asked in that form of V2."""

    model: str
    kind: str
    binary: bool = False


def _sklearn(package: str, estimator: str, coded: str, given: str) -> str:
    return HEAD.format(package=f"sklearn.{package}", estimator=estimator, coded=coded, given=given)


VARIANTS: Mapping[str, Variant] = {
    "mainstay_v2": Variant(project.MODEL, "lightgbm", binary=True),
    "mainstay_linear": Variant(
        _sklearn("linear_model", "LogisticRegression", ONE_HOT, "max_iter=1000"), "linear"
    ),
    "mainstay_onnx": Variant(
        _sklearn("ensemble", "HistGradientBoostingClassifier", ORDINAL,
                 "max_iter=300, early_stopping=False, random_state=0"), "onnx"
    ),
    "mainstay_worker": Variant(
        _sklearn("neighbors", "KNeighborsClassifier", ORDINAL, "n_neighbors=50"), "worker"
    ),
}  # fmt: skip
"""linear, onnx: computed from the portable form; worker: a model that the form does not hold."""
KINDS = ("linear", "onnx", "worker")
DATATYPES = {INTEGER: "INT64", NUMBER: "FP64", FLAG: "BOOL"}
CODES = {"INT64": "q", "FP64": "d", "BOOL": "?"}
Types = Mapping[str, str]
"""Of the columns of a request, as the contract says them."""


def model(kind: str) -> str:
    """The text of the model.py of one of KINDS, for any other that of the bench's own model."""
    return VARIANTS[f"mainstay_{kind}"].model if kind in KINDS else project.MODEL


def binary_path(model: str) -> str:
    """Where a door is asked in the form of V2."""
    return f"/v2/models/{model}/infer"


def tellable(records: Sequence[Row], types: Types) -> list[Row]:
    """Those that tensors can tell: there is no missing text, date, time or flag in them."""
    strict = [name for name, kind in types.items() if kind not in (INTEGER, NUMBER)]
    return [one for one in records if all(one[name] is not None for name in strict)]


def binary(records: Sequence[Row], types: Types) -> tuple[bytes, Mapping[str, str]]:
    """The records as tensors whose data follow as bytes, and the headers that say so."""
    made = [_tensor(name, [one[name] for one in records], kind) for name, kind in types.items()]
    stated = {
        "inputs": [head for head, _ in made],
        "outputs": [{"name": "score", "parameters": {"binary_data": True}}],
    }
    head = json.dumps(stated).encode()
    headers = {"Inference-Header-Content-Length": str(len(head)),
               "Content-Type": "application/octet-stream"}  # fmt: skip
    return head + b"".join(content for _, content in made), headers


def _tensor(name: str, values: Sequence[object], kind: str) -> tuple[dict[str, object], bytes]:
    """What is said of a column, and its bytes; a whole number that is missing is an FP64 NaN."""
    missing = None in values
    datatype = "FP64" if missing else DATATYPES.get(kind, "BYTES")
    known = [float("nan") if one is None else one for one in values]
    packed = struct.pack(f"<{len(known)}{CODES[datatype]}", *known) if datatype in CODES else (
        _texts(known))  # fmt: skip
    head = {"name": name, "shape": [len(known)], "datatype": datatype,
            "parameters": {"binary_data_size": len(packed)}}  # fmt: skip
    return head, packed


def _texts(values: Sequence[object]) -> bytes:
    texts = [str(one).encode() for one in values]
    return b"".join(struct.pack("<I", len(one)) + one for one in texts)
