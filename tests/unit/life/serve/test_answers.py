"""Answers as columns."""

import pytest
from msgspec import json, structs
from small_project import Serving

from mainstay.bundle import manifest
from mainstay.bundle.guard import RequestColumn
from mainstay.bundle.manifest import Abstain, Manifest
from mainstay.life.serve import answers
from mainstay.life.serve.answers import Said

SAID = Said("k", None, 0.5, "baseline", "v1", "", ("rain", "kind"), covered=False)


@pytest.fixture
def stated(serving: Serving) -> Manifest:
    return manifest.read(serving.bundle)


@pytest.mark.parametrize(
    ("task", "datatype"), [("binary", "BOOL"), ("regression", "FP64"), ("multiclass", "BYTES")]
)
def test_a_decision_has_the_datatype_of_its_task(
    stated: Manifest, task: str, datatype: str
) -> None:
    columns = {one.name: one for one in answers.columns(structs.replace(stated, task=task))}

    assert columns["decision"].datatype == datatype
    assert columns["score"].datatype == "FP64"
    assert columns["key"].datatype == "BYTES"
    assert columns["flags"].value(SAID) == "rain\nkind"


def test_a_key_that_is_a_whole_number_stays_one(stated: Manifest) -> None:
    request = (RequestColumn("number", "int64", "key"), RequestColumn("wait", "int64"))
    columns = answers.columns(structs.replace(stated, request=request))

    assert {one.name: one.datatype for one in columns}["key"] == "INT64"


@pytest.mark.parametrize(("decision", "text"), [(None, ""), ("a", "a"), (7, "7"), (True, "true")])
def test_a_class_is_a_text(stated: Manifest, decision: object, text: str) -> None:
    columns = answers.columns(structs.replace(stated, task="multiclass"))
    (column,) = [one for one in columns if one.name == "decision"]

    assert column.value(structs.replace(SAID, decision=decision)) == text


def test_complaints_are_one_line_and_not_too_long() -> None:
    errors = [
        {"path": f"$.records[{n}].wait", "field": "wait", "what": "is null"} for n in range(22)
    ]

    said = answers.complaint(json.encode({"errors": errors}))

    assert said.startswith("records[0].wait is null; records[1].wait is null; ")
    assert said.endswith("records[19].wait is null; and 2 more")
    assert (
        answers.complaint(b'{"errors":[{"path":"$","field":"","what":"is no JSON"}]}')
        == "is no JSON"
    )


def test_a_version_is_named_where_there_is_one() -> None:
    other = structs.replace(SAID, version="v2")

    assert (answers.version([SAID, SAID]), answers.version([SAID, other])) == ("v1", "")


@pytest.mark.parametrize(
    ("to", "datatype", "no"), [("person", "BYTES", "false"), ("baseline", "BOOL", False)]
)
def test_a_yes_or_no_that_may_be_left_open_is_a_text(
    stated: Manifest, to: str, datatype: str, no: object
) -> None:
    columns = answers.columns(structs.replace(stated, abstain=Abstain(0.4, 0.6, to)))
    (column,) = [one for one in columns if one.name == "decision"]

    assert column.datatype == datatype
    assert column.value(structs.replace(SAID, decision=False)) == no
