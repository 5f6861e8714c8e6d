"""KServe's REST and gRPC clients."""

from typing import Any

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found(door: Any, client: Any) -> Any:
    return client("kserve", door.http, door.grpc, "no-show")


@pytest.fixture(autouse=True)
def needed(installed: Any) -> None:
    installed("kserve")


@pytest.mark.parametrize("wire", ["rest", "grpc"])
def test_it_finds_the_door_and_the_model_ready_and_no_other(wire: str, found: Any) -> None:
    said = [found[wire][name] for name in ("live", "ready", "model ready", "unknown ready")]

    assert said == [True, True, True, False]


@pytest.mark.parametrize(
    ("wire", "way"), [("rest", "json"), ("rest", "binary"), ("grpc", "typed"), ("grpc", "raw")]
)
def test_it_gets_the_same_score_and_its_own_id(
    wire: str, way: str, found: Any, score: float
) -> None:
    said = found[wire][way]

    assert (said["score"], said["id"], said["model"]) == (score, "the request", "no-show")
    assert (said["key"], said["decided_by"], said["covered"]) == ("Besuch Nº 1", "model", True)


@pytest.mark.parametrize("wire", ["rest", "grpc"])
def test_its_error_names_the_field(wire: str, found: Any) -> None:
    assert 'records[0].wait is "20", not a whole number' in found[wire]["wrong"]
