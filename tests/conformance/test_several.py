"""Two models that have nothing in common behind one port, under the clients of others."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
import small_project
import unlike
from conftest import acting
from msgspec import json
from small_project import Serving

from mainstay.core.places import Places
from mainstay.seal.certificate import Scope

pytestmark = pytest.mark.slow
RECORDS = {"no-show": small_project.record(kind="new"), "house-price": unlike.record()}
COLUMNS = {name: list(record) for name, record in RECORDS.items()}


@pytest.fixture(scope="module")
def both(
    born: Path, ripe: Path, opened: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """A replay door for a classifier with context and a regression of other fields."""
    homes = unlike.lived(tmp_path_factory.mktemp("homes") / "house-price", born)
    with acting(ripe, small_project.AUTHOR):
        visits = small_project.serving(ripe, tmp_path_factory.mktemp("visits"))
        visits.publish(1, visits.certified(scope=Scope("replay")), environment="replay")
        with opened(visits, Serving(homes, Places(homes).serving, Places(homes).door)) as door:
            yield door


def asked(door: Any, model: str, path: str, body: object) -> Any:
    url = f"http://127.0.0.1:{door.http}/models/{model}/{path}"
    with urlopen(url, json.encode(body)) as answer:
        return json.decode(answer.read())


@pytest.fixture(scope="module")
def scores(both: Any) -> dict[str, float]:
    """What /predict says of each record."""
    return {
        name: asked(both, name, "predict", {"records": [record]})["answers"][0]["score"]
        for name, record in RECORDS.items()
    }


@pytest.mark.parametrize("wire", ["http", "grpc"])
def test_triton_finds_both_and_gets_the_score_of_the_one_it_names(
    wire: str, both: Any, scores: dict[str, float], client: Any, installed: Callable[[str], None]
) -> None:
    installed("triton")
    said = client("triton", both.http, both.grpc, script="client_triton_several", given=RECORDS)[
        wire
    ]

    assert said["ready"] == [True, True, True]
    assert said["index"] == sorted(RECORDS)
    assert {name: sorted(one) for name, one in said["inputs"].items()} == {
        name: sorted(one) for name, one in COLUMNS.items()
    }
    assert {name: set(found) for name, found in said["scores"].items()} == {
        name: {score} for name, score in scores.items()
    }
    assert all("is no field of this request" in one for one in said["crossed"])
    assert "nope is not served here; known: " in said["unknown"]


def test_kserve_gets_the_score_of_the_model_it_names(
    both: Any, scores: dict[str, float], client: Any, installed: Callable[[str], None]
) -> None:
    installed("kserve")
    said = client("kserve", both.http, both.grpc, script="client_kserve_several", given=RECORDS)

    for name, score in scores.items():
        assert said[name] == {"ready": [True, True], "scores": [score] * 4}


def test_mlflows_client_asks_below_the_path_of_a_model(
    both: Any, scores: dict[str, float], client: Any, installed: Callable[[str], None]
) -> None:
    installed("mlflow")

    assert client("mlflow", both.http, script="client_mlflow_several", given=RECORDS) == scores


@pytest.mark.parametrize("model", sorted(RECORDS))
@pytest.mark.parametrize("path", ["predict", "invocations"])
def test_curl_asks_below_the_path_of_a_model(
    model: str, path: str, both: Any, scores: dict[str, float], missing: Callable[[str], None]
) -> None:
    if shutil.which("curl") is None:
        missing("there is no curl")
    form = "records" if path == "predict" else "dataframe_records"
    more = {} if path == "predict" else {"params": {"output": "score"}}
    body = json.encode({form: [RECORDS[model]], **more})
    url = f"http://127.0.0.1:{both.http}/models/{model}/{path}"
    command = ["curl", "--fail-with-body", "-H", "content-type: application/json", "-d", "@-", url]
    said = json.decode(subprocess.run(command, input=body, capture_output=True, check=True).stdout)

    found = said["answers"][0]["score"] if path == "predict" else said["predictions"][0]
    assert found == scores[model]
