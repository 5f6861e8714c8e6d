"""NVIDIA's tritonclient, HTTP and gRPC: health, metadata, repository, one score on every way."""

from typing import Any

import pytest
from small_project import record

pytestmark = pytest.mark.slow
INPUTS = {
    "visit": "BYTES", "at": "BYTES", "patient": "BYTES", "wait": "INT64", "rain": "FP64",
    "kind": "BYTES",
}  # fmt: skip
WHOLE = [f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)]
FLOATS = ["float16", "float32", "float64"]
WAYS = [
    *(("http", f"json {kind}") for kind in (*WHOLE, *FLOATS[1:], "1", "v2", "records")),
    *(("http", f"binary {kind}") for kind in (*WHOLE, *FLOATS, "1", "v2", "records")),
    *(("grpc", f"raw {kind}") for kind in (*WHOLE, *FLOATS, "1", "v2", "records")),
]


@pytest.fixture(scope="module")
def found(door: Any, client: Any) -> Any:
    return client("triton", door.http, door.grpc, "no-show")


@pytest.fixture(autouse=True)
def needed(installed: Any) -> None:
    installed("triton")


@pytest.mark.parametrize("wire", ["http", "grpc"])
def test_it_finds_a_door_live_and_ready_and_described_by_its_contract(
    wire: str, found: Any
) -> None:
    said = found[wire]

    assert (said["live"], said["ready"], said["model ready"]) == (True, True, True)
    assert said["version ready"] == [True, True, False]
    assert said["extensions"] == ["binary_tensor_data", "model_repository"]
    assert said["inputs"] == INPUTS
    assert said["inputs"].keys() == record().keys()
    assert said["versions"] == ["v1", "v2"]


@pytest.mark.parametrize("wire", ["http", "grpc"])
def test_its_repository_is_the_routing_which_it_cannot_change(wire: str, found: Any) -> None:
    said = found[wire]
    listed = said["index"] if wire == "http" else said["index"]["models"]

    assert [(one["version"], one["state"]) for one in listed] == [("v1", "READY"), ("v2", "READY")]
    assert said["load"] is None
    assert "as long as its signed routing says so" in said["unload"]
    assert "nope is not served here; known: no-show" in said["unknown"]


@pytest.mark.parametrize(("wire", "way"), WAYS)
def test_one_record_has_one_score_in_every_datatype(
    wire: str, way: str, found: Any, score: float
) -> None:
    said = found[wire][way]

    assert said["score"] == score
    assert (said["decided_by"], said["key"]) == ("model", "Besuch Nº 1")
    if way.split()[1] in ("1", "v2"):
        assert said["version"].removeprefix("v") == way.split()[1].removeprefix("v")


@pytest.mark.parametrize(("wire", "way"), [("http", "json"), ("http", "binary"), ("grpc", "raw")])
def test_text_in_a_number_is_refused_by_its_name_and_nan_is_missing(
    wire: str, way: str, found: Any, score: float
) -> None:
    assert 'records[0].wait is "20", not a whole number' in found[wire][f"{way} wrong"]
    assert found[wire][f"{way} missing"]["decided_by"] == "model"
    assert found[wire][f"{way} missing"]["score"] != score
    assert found[wire][f"{way} one output"] == {"score": score}
