"""What NVIDIA's tritonclient gets from a door for several models: outcomes by name on stdout.

python client_triton_several.py HTTP_PORT GRPC_PORT < records by model.

Runs in an environment of its own.
"""

import json
import sys
from typing import Any

import numpy as np
import tritonclient.grpc
import tritonclient.http
from tritonclient.utils import InferenceServerException, np_to_triton_dtype

HTTP, GRPC = sys.argv[1:]
RECORDS = json.load(sys.stdin)
KINDS: dict[type, Any] = {bool: np.bool_, int: np.int64, float: np.float64}


def inputs(library: Any, record: dict[str, Any], **how: bool) -> list[Any]:
    made = []
    for name, value in record.items():
        values = np.array([[value]], KINDS.get(type(value), object))
        one = library.InferInput(name, [1, 1], np_to_triton_dtype(values.dtype))
        one.set_data_from_numpy(values, **how)
        made.append(one)
    return made


def inferred(client: Any, model: str, given: list[Any]) -> Any:
    try:
        return client.infer(model, given).as_numpy("score").tolist()[0]
    except InferenceServerException as error:
        return error.message()


def outcomes(library: Any, client: Any, ways: list[dict[str, bool]]) -> dict[str, Any]:
    told = {"as_json": True} if library is tritonclient.grpc else {}
    index = client.get_model_repository_index(**told)
    described = {name: client.get_model_metadata(name, **told)["inputs"] for name in RECORDS}
    crossed = zip(RECORDS, reversed(RECORDS.values()), strict=True)
    return {
        "ready": [client.is_server_ready(), *map(client.is_model_ready, RECORDS)],
        "index": sorted(one["name"] for one in (index["models"] if told else index)),
        "inputs": {name: [one["name"] for one in found] for name, found in described.items()},
        "scores": {
            name: [inferred(client, name, inputs(library, record, **how)) for how in ways]
            for name, record in RECORDS.items()
        },
        "crossed": [inferred(client, name, inputs(library, one)) for name, one in crossed],
        "unknown": inferred(client, "nope", inputs(library, {"a": 1})),
    }


if __name__ == "__main__":
    http = tritonclient.http.InferenceServerClient(f"127.0.0.1:{HTTP}")
    grpc = tritonclient.grpc.InferenceServerClient(f"127.0.0.1:{GRPC}")
    ways = [{"binary_data": False}, {"binary_data": True}]
    both = {
        "http": outcomes(tritonclient.http, http, ways),
        "grpc": outcomes(tritonclient.grpc, grpc, [{}]),
    }
    json.dump(both, sys.stdout)
