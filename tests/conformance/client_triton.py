"""What NVIDIA's tritonclient gets from a door: a JSON object of outcomes by name on stdout.

python client_triton.py HTTP_PORT GRPC_PORT MODEL < a record. Runs in an environment of its own.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import tritonclient.grpc
import tritonclient.http
from tritonclient.utils import InferenceServerException, np_to_triton_dtype

HTTP, GRPC, MODEL = sys.argv[1:]
RECORD = json.load(sys.stdin)
WHOLE = [np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64]
FLOATS = [np.float16, np.float32, np.float64]


def tensor(library: Any, name: str, values: np.ndarray, **how: bool) -> Any:
    made = library.InferInput(name, list(values.shape), np_to_triton_dtype(values.dtype))
    made.set_data_from_numpy(values, **how)
    return made


def inputs(library: Any, how: dict[str, bool], **types: type) -> list[Any]:
    """One record; types: of numbers, where they are not the usual ones."""
    usual: dict[str, Any] = {"wait": np.int64, "rain": np.float64}
    return [
        tensor(library, name, np.array([[value]], (usual | types).get(name, object)), **how)
        for name, value in RECORD.items()
    ]


def said(call: Callable[[], Any]) -> Any:
    """What a call returns, or what its error says."""
    try:
        return call()
    except InferenceServerException as error:
        return f"{error.status()}: {error.message()}"


def inferred(client: Any, given: list[Any], **more: Any) -> dict[str, Any]:
    result = client.infer(MODEL, given, **more)
    names = ("score", "decision", "decided_by", "version", "key")
    read = {name: result.as_numpy(name) for name in names}
    return {name: value.tolist()[0] for name, value in read.items() if value is not None}


def text(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else str(value)


def outcomes(library: Any, client: Any, ways: dict[str, dict[str, bool]]) -> dict[str, Any]:
    described = client.get_model_metadata(MODEL, **as_json(library))
    found: dict[str, Any] = {
        "live": client.is_server_live(),
        "ready": client.is_server_ready(),
        "model ready": client.is_model_ready(MODEL),
        "version ready": [client.is_model_ready(MODEL, one) for one in ("1", "v2", "7")],
        "extensions": client.get_server_metadata(**as_json(library))["extensions"],
        "inputs": {one["name"]: one["datatype"] for one in described["inputs"]},
        "versions": described["versions"],
        "index": client.get_model_repository_index(**as_json(library)),
        "load": said(lambda: client.load_model(MODEL)),
        "unload": said(lambda: client.unload_model(MODEL)),
        "unknown": said(lambda: client.get_model_metadata("nope")),
    }
    for way, how in ways.items():
        for whole in WHOLE:
            name = f"{way} {whole.__name__}"
            found[name] = inferred(client, inputs(library, how, wait=whole))
        for number in FLOATS[way == "json" :]:
            name = f"{way} {number.__name__}"
            found[name] = inferred(client, inputs(library, how, wait=number, rain=number))
        for version in ("1", "v2"):
            asked = inputs(library, how)
            found[f"{way} {version}"] = inferred(client, asked, model_version=version)
        record = tensor(library, "records", np.array([json.dumps(RECORD)], object), **how)
        found[f"{way} records"] = inferred(client, [record])
        others = [one for one in inputs(library, how) if one.name() != "wait"]
        wrong = [*others, tensor(library, "wait", np.array([b"20"], object), **how)]
        found[f"{way} wrong"] = said(lambda wrong=wrong: inferred(client, wrong))
        others = [one for one in inputs(library, how) if one.name() != "rain"]
        missing = [*others, tensor(library, "rain", np.array([np.nan]), **how)]
        found[f"{way} missing"] = inferred(client, missing)
        outputs = [library.InferRequestedOutput("score")]
        found[f"{way} one output"] = inferred(client, inputs(library, how), outputs=outputs)
    return found


def as_json(library: Any) -> dict[str, bool]:
    return {"as_json": True} if library is tritonclient.grpc else {}


if __name__ == "__main__":
    http = tritonclient.http.InferenceServerClient(f"127.0.0.1:{HTTP}")
    grpc = tritonclient.grpc.InferenceServerClient(f"127.0.0.1:{GRPC}")
    ways = {"json": {"binary_data": False}, "binary": {"binary_data": True}}
    both = {
        "http": outcomes(tritonclient.http, http, ways),
        "grpc": outcomes(tritonclient.grpc, grpc, {"raw": {}}),
    }
    json.dump(both, sys.stdout, default=text)
