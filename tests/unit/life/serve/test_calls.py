"""Calls of gRPC at a door for several models."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from small_project import Serving, record

from mainstay.core.errors import Crowded, Missing, Refused
from mainstay.life.serve import messages
from mainstay.life.serve.calls import Switch
from mainstay.life.serve.several import Hall
from mainstay.life.serve.tensors import packed
from mainstay.seal import tokens

EXPIRES = datetime(2100, 1, 1, tzinfo=UTC)


def said(hall: Hall, call: str, token: str = "", **members: Any) -> Any:
    request = messages.classes()[f"{call}Request"](**members)
    if call == "ModelInfer":
        for name, value in record().items():
            kind = {int: "INT64", float: "FP64"}.get(type(value), "BYTES")
            request.inputs.add(name=name, datatype=kind, shape=[1])
            request.raw_input_contents.append(packed(kind, [value]))
    headers = {b"authorization": f"Bearer {token}".encode()} if token else {}
    return asyncio.run(Switch(hall).answer(call, request, headers))


def test_a_call_asks_the_model_it_names(hall: Hall) -> None:
    made = said(hall, "ModelInfer", model_name="late")

    assert (made.model_name, made.model_version) == ("late", "v1")
    assert [app.journal.added for app in hall.apps] == [0, 1]
    assert said(hall, "ModelMetadata", name="no-show").name == "no-show"
    assert said(hall, "ModelReady", name="late").ready
    assert not said(hall, "ModelReady", name="nobody").ready


def test_calls_that_name_none_speak_of_all(hall: Hall) -> None:
    assert [one.name for one in said(hall, "RepositoryIndex").models] == ["no-show", "late"]
    assert said(hall, "ServerLive").live
    assert said(hall, "ServerReady").ready
    assert said(hall, "ServerMetadata").name == "mainstay"
    hall.apps[1].watch.table.served[0].held.wrong = "it is off"
    assert not said(hall, "ServerReady").ready
    assert said(hall, "ModelReady", name="no-show").ready


def test_a_model_that_is_not_here_is_not_found(hall: Hall) -> None:
    with pytest.raises(Missing, match="nobody is not served here"):
        said(hall, "ModelInfer", model_name="nobody")


def test_a_token_opens_its_own_model_and_no_other(hall: Hall, serving: Serving) -> None:
    given = tokens.given(serving.keys, "shop", ("late",), ("predict",), EXPIRES)
    hall.apps[0].gate.look()

    assert said(hall, "ModelInfer", given, model_name="late").model_name == "late"
    assert [one.name for one in said(hall, "RepositoryIndex", given).models] == ["late"]
    with pytest.raises(Refused, match="not for this"):
        said(hall, "ModelInfer", given, model_name="no-show")
    for call, name in (("ModelInfer", "nobody"), ("RepositoryIndex", "")):
        with pytest.raises(Refused, match="a token is needed"):
            said(hall, call, **({"model_name": name} if name else {}))


def test_one_model_alone_answers_as_ever(hall: Hall) -> None:
    alone = Hall(hall.apps[:1])

    assert said(alone, "ModelInfer", model_name="no-show").model_name == "no-show"
    assert [one.name for one in said(alone, "RepositoryIndex").models] == ["no-show"]


def test_a_model_gives_way_to_those_above_it(hall: Hall) -> None:
    hall.shared.shedding = frozenset((hall.apps[1],))

    with pytest.raises(Crowded, match="higher priority"):
        said(hall, "ModelInfer", model_name="late")
    assert said(hall, "ModelMetadata", name="late").name == "late"
    assert said(hall, "ModelInfer", model_name="no-show").model_name == "no-show"
