"""What every wire of a door makes of records: their scores, or one complaint."""

import asyncio
import math
import struct
from typing import Any

import numpy as np
from msgspec import json
from small_project import record

from mainstay.core.errors import Mistake
from mainstay.life.serve import messages
from mainstay.life.serve.app import App
from mainstay.life.serve.grpc import Calls
from mainstay.life.serve.handle import ENCODE
from mainstay.life.serve.wires import Asking

Records = list[dict[str, Any]]
Found = tuple[int, Any]
INFER = "/v2/models/no-show/infer"
NAMES = tuple(record())


def posted(
    app: App, path: str, body: bytes, **headers: str
) -> tuple[int, bytes, dict[bytes, bytes]]:
    return asyncio.run(sent(app, "POST", path, body, headers))


def got(app: App, path: str, method: str = "GET") -> Found:
    status, body, _ = asyncio.run(sent(app, method, path, b"", {}))
    return status, json.decode(body)


async def sent(
    app: App, method: str, path: str, body: bytes, headers: dict[str, str]
) -> tuple[int, bytes, dict[bytes, bytes]]:
    stated = {name.replace("_", "-").encode(): text.encode() for name, text in headers.items()}
    response = await app.wires.response(Asking(method, path, stated, body))
    return response.status, response.body, dict(response.headers)


def predicted(app: App, body: bytes) -> Found:
    """What /predict says, all or nothing."""
    status, content = asyncio.run(app._predict(body, "", ack=False))
    said = json.decode(content)
    answers = said.get("answers", [])
    errors = said.get("errors", []) + [e for one in answers for e in one.get("errors", ())]
    if errors:
        return 422, "; ".join(f"{e['path'].removeprefix('$.')} {e['what']}" for e in errors[:20])
    return status, [one["score"] for one in answers]


def by_record(app: App, records: Records) -> Found:
    return predicted(app, ENCODE({"records": records}))


def by_column(app: App, records: Records) -> Found:
    return predicted(app, ENCODE({"columns": columns(records)}))


def columns(records: Records) -> dict[str, list[Any]]:
    return {name: [one[name] for one in records] for name in NAMES}


def datatype(name: str, values: list[Any]) -> str:
    return {"wait": "INT64", "rain": "FP64"}.get(name, "BYTES")


def by_tensors_in_json(app: App, records: Records) -> Found:
    inputs = [
        {
            "name": name,
            "shape": [len(values), 1],
            "datatype": datatype(name, values),
            "data": values,
        }
        for name, values in columns(records).items()
    ]
    return inferred(app, ENCODE({"inputs": inputs}))


def by_tensors_in_bytes(app: App, records: Records) -> Found | None:
    packed = tensors_of(records)
    if packed is None:
        return None
    inputs = [
        {
            "name": name, "datatype": kind, "shape": [len(records)],
            "parameters": {"binary_data_size": len(content)},
        }
        for name, kind, content in packed
    ]  # fmt: skip
    head = ENCODE({"inputs": inputs, "parameters": {"binary_data_output": True}})
    body = head + b"".join(content for _, _, content in packed)
    return inferred(app, body, inference_header_content_length=str(len(head)))


def tensors_of(records: Records) -> list[tuple[str, str, bytes]] | None:
    """Name, datatype and bytes: the narrowest that holds them; None where a text is missing."""
    made = []
    for name, values in columns(records).items():
        if name in ("wait", "rain"):
            kind = narrowest(values)
            if kind is None:
                return None
            floats = [math.nan if one is None else one for one in values]
            made.append((name, kind[0], np.array(floats, kind[1]).tobytes()))
        elif None in values:
            return None
        else:
            texts = [value.encode() for value in values]
            content = b"".join(struct.pack("<I", len(text)) + text for text in texts)
            made.append((name, "BYTES", content))
    return made


def narrowest(values: list[Any]) -> tuple[str, str] | None:
    held = [one for one in values if one is not None]
    if len(held) == len(values) and all(isinstance(one, int) for one in held):
        fits = [bits for bits in (8, 16, 32, 64) if all(abs(one) < 2 ** (bits - 1) for one in held)]
        return (f"INT{fits[0]}", f"<i{fits[0] // 8}") if fits else ("INT64", "<i8")
    with np.errstate(over="ignore"):
        for name, kind in (("FP16", "<f2"), ("FP32", "<f4"), ("FP64", "<f8")):
            if all(float(np.dtype(kind).type(one)) == one for one in held):
                return name, kind
    return None


def inferred(app: App, body: bytes, **headers: str) -> Found:
    status, content, said = posted(app, INFER, body, **headers)
    if status != 200:
        return status, json.decode(content)["error"]
    length = said.get(b"inference-header-content-length")
    head = json.decode(content[: int(length)] if length else content)
    (score,) = [one for one in head["outputs"] if one["name"] == "score"]
    if not length:
        return status, score["data"]
    size = score["parameters"]["binary_data_size"]
    return status, np.frombuffer(content[int(length) :][:size], "<f8").tolist()


def by_record_tensor(app: App, records: Records) -> Found:
    return inferred(app, record_tensor(records))


def record_tensor(records: Records) -> bytes:
    texts = [ENCODE(one).decode() for one in records]
    tensor = {"name": "records", "shape": [len(texts)], "datatype": "BYTES", "data": texts}
    return ENCODE({"inputs": [tensor]})


def by_grpc(app: App, records: Records) -> Found | None:
    packed = tensors_of(records)
    if packed is None:
        return None
    request = infer_request(records)
    for name, kind, content in packed:
        request.inputs.add(name=name, datatype=kind, shape=[len(records)])
        request.raw_input_contents.append(content)
    return called(app, request)


def by_typed_grpc(app: App, records: Records) -> Found | None:
    values = columns(records)
    if any(one is None for column in values.values() for one in column):
        return None
    request = infer_request(records)
    for name, column in values.items():
        kind = datatype(name, column)
        tensor = request.inputs.add(name=name, datatype=kind, shape=[len(records), 1])
        texts = [one.encode() for one in column] if kind == "BYTES" else column
        getattr(tensor.contents, messages.CONTENTS[kind]).extend(texts)
    return called(app, request)


def infer_request(records: Records) -> Any:
    return messages.classes()["ModelInferRequest"](model_name="no-show", id=str(len(records)))


def called(app: App, request: Any) -> Found:
    """As it travels: through bytes, there and back."""
    received = type(request).FromString(request.SerializeToString())
    try:
        calls = Calls(app.watch, app.exchanged, app.gate)
        made = asyncio.run(calls.answer("ModelInfer", received, {}))
    except Mistake as error:
        return 422, str(error)
    said = type(made).FromString(made.SerializeToString())
    (at,) = [at for at, one in enumerate(said.outputs) if one.name == "score"]
    if said.raw_output_contents:
        return 200, np.frombuffer(said.raw_output_contents[at], "<f8").tolist()
    return 200, list(said.outputs[at].contents.fp64_contents)


def invoked(app: App, body: bytes, kind: str = "application/json") -> Found:
    status, content, _ = posted(app, "/invocations", body, content_type=kind)
    said = json.decode(content)
    return status, said["predictions"] if status == 200 else said["message"]


def by_split(app: App, records: Records) -> Found:
    rows = [[one[name] for name in NAMES] for one in records]
    split = {"columns": NAMES, "index": list(range(len(rows))), "data": rows}
    return invoked(app, ENCODE({"dataframe_split": split, "params": {"output": "score"}}))


def by_dataframe_records(app: App, records: Records) -> Found:
    return invoked(app, ENCODE({"dataframe_records": records, "params": {"output": "score"}}))


def by_instances(app: App, records: Records) -> Found:
    return invoked(app, ENCODE({"instances": records, "params": {"output": "score"}}))


def by_inputs(app: App, records: Records) -> Found:
    return invoked(app, ENCODE({"inputs": columns(records), "params": {"output": "score"}}))


def by_position(app: App, records: Records) -> Found:
    names = app.watch.table.served[0].held.runtime.manifest.columns
    rows = [[one[name] for name in names] for one in records]
    return invoked(app, ENCODE({"inputs": rows, "params": {"output": "score"}}))


WIRES = [
    by_column, by_tensors_in_json, by_tensors_in_bytes, by_record_tensor, by_grpc, by_typed_grpc,
    by_split, by_dataframe_records, by_instances, by_inputs, by_position,
]  # fmt: skip
