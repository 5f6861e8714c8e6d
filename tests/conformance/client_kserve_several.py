"""What KServe's clients get from a door for several models: outcomes by name on stdout.

python client_kserve_several.py HTTP_PORT GRPC_PORT < records by model.

Runs in an environment of its own.
"""

import asyncio
import json
import sys
from typing import Any

import numpy as np
from kserve import (
    InferenceGRPCClient,
    InferenceRESTClient,
    InferInput,
    InferRequest,
    InferResponse,
    RESTConfig,
)

HTTP, GRPC = sys.argv[1:]
RECORDS = json.load(sys.stdin)
URL = f"http://127.0.0.1:{HTTP}"
KINDS: dict[type, tuple[str, Any]] = {
    bool: ("BOOL", np.bool_), int: ("INT64", np.int64), float: ("FP64", float),
}  # fmt: skip


def request(model: str, *, binary: bool) -> InferRequest:
    inputs = []
    for name, value in RECORDS[model].items():
        datatype, kind = KINDS.get(type(value), ("BYTES", object))
        one = InferInput(name, [1], datatype)
        one.set_data_from_numpy(np.array([value], kind), binary_data=binary)
        inputs.append(one)
    return InferRequest(model, inputs)


def score(response: InferResponse) -> float:
    found = {one.name: one.as_numpy().tolist()[0] for one in response.outputs}
    return found["score"]


async def found(model: str) -> dict[str, Any]:
    rest = InferenceRESTClient(RESTConfig(protocol="v2"))
    grpc = InferenceGRPCClient(f"127.0.0.1:{GRPC}", retries=0)
    ready = [await rest.is_model_ready(URL, model), await grpc.is_model_ready(model)]
    scores = []
    for binary in (False, True):
        asked = request(model, binary=binary)
        scores.append(score(await rest.infer(URL, asked, model_name=model)))
        scores.append(score(await grpc.infer(request(model, binary=binary))))
    await rest.close()
    await grpc.close()
    return {"ready": ready, "scores": scores}


async def outcomes() -> dict[str, Any]:
    return {model: await found(model) for model in RECORDS}


if __name__ == "__main__":
    json.dump(asyncio.run(outcomes()), sys.stdout)
