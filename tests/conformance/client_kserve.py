"""What KServe's clients get from a door: a JSON object of outcomes by name on stdout.

python client_kserve.py HTTP_PORT GRPC_PORT MODEL < a record. Runs in an environment of its own.
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

HTTP, GRPC, MODEL = sys.argv[1:]
RECORD = json.load(sys.stdin)
URL = f"http://127.0.0.1:{HTTP}"


def request(*, binary: bool, **changes: Any) -> InferRequest:
    inputs = []
    for name, value in (RECORD | changes).items():
        kinds: dict[type, tuple[str, Any]] = {int: ("INT64", np.int64), float: ("FP64", float)}
        datatype, kind = kinds.get(type(value), ("BYTES", object))
        one = InferInput(name, [1], datatype)
        one.set_data_from_numpy(np.array([value], kind), binary_data=binary)
        inputs.append(one)
    return InferRequest(MODEL, inputs, request_id="the request")


def told(response: InferResponse) -> dict[str, Any]:
    found = {one.name: one.as_numpy().tolist()[0] for one in response.outputs}
    return {"id": response.id, "model": response.model_name, **found}


async def rest() -> dict[str, Any]:
    client = InferenceRESTClient(RESTConfig(protocol="v2"))
    found = {
        "live": await client.is_server_live(URL),
        "ready": await client.is_server_ready(URL),
        "model ready": await client.is_model_ready(URL, MODEL),
        "unknown ready": await client.is_model_ready(URL, "nope"),
        "json": told(await client.infer(URL, request(binary=False), model_name=MODEL)),
        "binary": told(await client.infer(URL, request(binary=True), model_name=MODEL)),
    }
    try:
        await client.infer(URL, request(binary=False, wait="20"), model_name=MODEL)
    except Exception as error:  # noqa: BLE001 - whatever the client makes of it
        found["wrong"] = str(error)
    await client.close()
    return found


async def grpc() -> dict[str, Any]:
    client = InferenceGRPCClient(f"127.0.0.1:{GRPC}", retries=0)
    found = {
        "live": await client.is_server_live(),
        "ready": await client.is_server_ready(),
        "model ready": await client.is_model_ready(MODEL),
        "unknown ready": await client.is_model_ready("nope"),
        "typed": told(await client.infer(request(binary=False))),
        "raw": told(await client.infer(request(binary=True))),
    }
    try:
        await client.infer(request(binary=False, wait="20"))
    except Exception as error:  # noqa: BLE001 - whatever the client makes of it
        found["wrong"] = str(error)
    await client.close()
    return found


def text(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else str(value)


async def both() -> dict[str, Any]:
    return {"rest": await rest(), "grpc": await grpc()}


if __name__ == "__main__":
    json.dump(asyncio.run(both()), sys.stdout, default=text)
