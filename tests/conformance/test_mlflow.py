"""MLflow's scoring client, and what pandas makes of a frame for it."""

from typing import Any

import pytest

import mainstay

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found(door: Any, client: Any) -> Any:
    return client("mlflow", door.http)


@pytest.fixture(autouse=True)
def needed(installed: Any) -> None:
    installed("mlflow")


def test_its_client_waits_for_the_door_and_reads_its_version(found: Any) -> None:
    assert found["version"] == mainstay.__version__


def test_predictions_are_classes_and_scores_where_they_are_asked_for(
    found: Any, score: float
) -> None:
    first, second = found["frame score"]

    assert first == score != second
    assert all(isinstance(one, bool) for one in found["frame"])
    assert (found["as a frame"], found["as an array"]) == ([2, 1], [first, second])
    assert found["list"] == [score]
    assert found["answer"] == [1, 8]


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_frame_as_a_file_gets_what_it_gets_as_json(form: str, found: Any) -> None:
    assert found[form] == {"predictions": found["frame"]}


def test_its_error_names_the_field(found: Any) -> None:
    assert "error code 422" in found["wrong"]
    assert r"records[0].wait is \"20\", not a whole number" in found["wrong"].replace("\\\\", "\\")
