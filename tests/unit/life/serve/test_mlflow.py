"""MLflow's scoring protocol."""

from typing import Any

import pytest
from msgspec import json, structs
from small_project import Serving

from mainstay.bundle import manifest
from mainstay.core.errors import Mistake
from mainstay.life.serve import mlflow
from mainstay.life.serve.answers import Said
from mainstay.life.serve.mlflow import Wanted

RECORDS = [{"a": 1, "b": "x"}, {"a": 2, "b": None}]
ROWS = [[1, "x"], [2, None]]
SAID = Said(
    "k",
    decision=True,
    score=0.5,
    decided_by="model",
    version="v1",
    certificate="c",
    flags=(),
    covered=True,
)


def read(body: Any) -> tuple[Any, Wanted]:
    content = body if isinstance(body, bytes) else json.encode(body)
    made, wanted = mlflow.of_json(content, (("a", "b"),))
    return json.decode(made)["records"], wanted


@pytest.mark.parametrize(
    "body",
    [
        {"dataframe_split": {"columns": ["a", "b"], "index": [0, 1], "data": ROWS}},
        {"dataframe_records": RECORDS},
        {"instances": RECORDS},
        {"instances": ROWS},
        {"inputs": RECORDS},
        {"inputs": ROWS},
        {"inputs": {"a": [1, 2], "b": ["x", None]}},
        {"inputs": {"a": [[1], [2]], "b": [["x"], [None]]}},
        {"dataframe_records": RECORDS, "params": None},
        b'{"dataframe_records": [{"a": 1, "b": "x"}, {"a": 2, "b": NaN}]}',
    ],
)
def test_every_form_is_the_same_records(body: Any) -> None:
    assert read(body) == (RECORDS, mlflow.USUAL)


@pytest.mark.parametrize(
    ("params", "wanted"),
    [
        ({"output": "score"}, Wanted("score")),
        ({"explain": True}, Wanted("answer", 5)),
        ({"explain": 2, "output": "answer"}, Wanted("answer", 2)),
        ({"explain": False}, mlflow.USUAL),
    ],
)
def test_params_say_what_is_wanted(params: dict[str, object], wanted: Wanted) -> None:
    assert read({"dataframe_records": RECORDS, "params": params})[1] == wanted


def test_reasons_have_no_place_beside_a_score() -> None:
    with pytest.raises(Mistake, match="no place where output is score") as told:
        read({"instances": RECORDS, "params": {"explain": True, "output": "score"}})

    assert told.value.hint == "leave output out, or write answer"


def test_one_value_of_each_is_one_record() -> None:
    assert read({"inputs": {"a": 1, "b": "x"}})[0] == RECORDS[:1]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "the request is no JSON object"),
        (b"[]", "the request is no JSON object"),
        ({}, "this one 0 of them"),
        ({"inputs": ROWS, "instances": ROWS}, "this one 2 of them"),
        ({"inputs": ROWS, "signature_name": "x"}, "holds signature_name, which nothing here reads"),
        ({"inputs": 7}, "inputs is no list"),
        ({"instances": {"a": [1]}}, "instances is no list"),
        ({"inputs": {}}, "there is no column"),
        ({"inputs": {"a": [1], "b": 2}}, "b is no list of values"),
        ({"inputs": [[1]]}, "row 0 has 1 cells, there are 2 columns"),
        ({"inputs": [[1, 2], {}]}, "inputs is no list of rows"),
        ({"dataframe_split": {"columns": ["a"]}}, "dataframe_split is no table"),
        ({"dataframe_split": {"columns": ["a"], "data": [1]}}, "data is no list of rows"),
        ({"inputs": ROWS, "params": 7}, "params is no JSON object"),
        ({"inputs": ROWS, "params": {"outptu": "score"}}, "params holds outptu"),
        ({"inputs": ROWS, "params": {"output": "x"}}, "params.output is x, not one of decision"),
    ],
)
def test_what_is_none_of_them_is_refused(body: Any, said: str) -> None:
    with pytest.raises(Mistake, match=said):
        read(body)


@pytest.mark.parametrize(
    ("stated", "kind"),
    [
        ("", mlflow.JSON), ("application/json", mlflow.JSON), ("TEXT/CSV", mlflow.CSV),
        ("text/csv; charset=UTF-8", mlflow.CSV), ("text/csv; charset=latin-1", ""),
        ("application/vnd.apache.parquet", mlflow.PARQUET), ("text/plain", ""),
    ],
)  # fmt: skip
def test_a_content_type_is_known_or_not(stated: str, kind: str) -> None:
    assert mlflow.kind(stated) == kind


@pytest.mark.parametrize(
    ("wanted", "changes", "prediction"),
    [
        ("decision", {"classes": ("no", "yes")}, "yes"),
        ("decision", {"classes": (0, 1)}, 1),
        ("decision", {"task": "regression", "classes": ()}, True),
        ("score", {}, 0.5),
    ],
)
def test_a_prediction_is_what_the_estimator_would_say(
    wanted: str, changes: dict[str, Any], prediction: object, serving: Serving
) -> None:
    stated = structs.replace(manifest.read(serving.bundle), **changes)

    assert json.decode(mlflow.predictions(wanted, stated, [SAID])) == {"predictions": [prediction]}


def test_the_whole_answer_can_be_asked_for(serving: Serving) -> None:
    said = mlflow.predictions("answer", manifest.read(serving.bundle), [SAID])

    assert json.decode(said)["predictions"][0] == json.decode(json.encode(SAID))
    assert read({"inputs": ROWS, "params": {"output": "answer"}})[1] == Wanted("answer")
