"""What an answer says of its reasons."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec import json, structs
from small_project import Serving, record

from mainstay.bundle.baseline import Constant, OfColumn, Rates
from mainstay.bundle.manifest import Abstain
from mainstay.life.serve import reasons
from mainstay.life.serve.app import App
from mainstay.life.serve.handle import Asked

NONE = {"reasons": None, "base": None, "margin": None}


@pytest.fixture
def explained(app: App, serving: Serving) -> Callable[..., list[dict[str, Any]]]:
    """Answers of the small project's LightGBM model."""
    serving.publish(1)
    app.watch.look()

    def answers(*records: dict[str, object], most: int = 9) -> list[dict[str, Any]]:
        begun = app.door.begun(json.encode({"records": records}))
        assert isinstance(begun, Asked)
        status, reply, _ = app.door.ended(begun._replace(explain=most))
        assert status == 200
        return json.decode(reply)["answers"]

    return answers


def test_an_answer_says_which_inputs_moved_it_and_from_where(
    explained: Callable[..., list[dict[str, Any]]],
) -> None:
    (answer,) = explained(record())

    values = {one["input"]: one["value"] for one in answer["reasons"]}
    sizes = [abs(one["contribution"]) for one in answer["reasons"]]
    total = answer["base"] + sum(one["contribution"] for one in answer["reasons"])
    assert values.items() <= {"wait": 20, "rain": 1.5, "kind": "new", "weekday": 4}.items()
    assert sizes == sorted(sizes, reverse=True)
    assert total == pytest.approx(answer["margin"], rel=1e-9)
    assert answer["score"] == pytest.approx(1 / (1 + 2.718281828459045 ** -answer["margin"]))
    assert answer["why_none"] == ""


def test_each_record_of_many_has_its_own(explained: Callable[..., list[dict[str, Any]]]) -> None:
    every = explained(record(wait=1), record(wait=59), record(wait=99), most=1)

    assert [len(one["reasons"]) for one in every[:2]] == [1, 1]
    assert every[0]["margin"] < every[1]["margin"]
    assert every[2]["rejected"]
    assert "reasons" not in every[2]


def test_an_answer_by_the_baseline_says_which_rule_answered(
    explained: Callable[..., list[dict[str, Any]]],
) -> None:
    (answer,) = explained(record(rain=200.0))

    rule = "the baseline answered: the mean of the rows trained on, by kind"
    assert answer.items() >= {**NONE, "why_none": rule, "decided_by": "baseline"}.items()


@pytest.mark.parametrize(
    ("baseline", "rule"),
    [
        (Constant(0.25), "always 0.25"),
        (OfColumn("today", 0.5), "what column today says"),
        (Rates((), (), 0.5), "the mean of the rows trained on"),
    ],
)
def test_every_kind_of_baseline_has_its_words(baseline: Any, rule: str) -> None:
    assert reasons._rule(baseline) == rule


def test_an_engine_that_says_nothing_is_told_and_the_answer_stands(
    app: App, serving: Serving
) -> None:
    serving.publish(1, structs.replace(serving.with_a_worker(2), share=1.0))
    app.watch.look()
    begun = app.door.begun(json.encode({"records": [record()]}))

    status, reply, _ = app.door.ended(begun._replace(explain=3))

    (answer,) = json.decode(reply)["answers"]
    why = "a model in its own process gives no reasons"
    assert status == 200
    assert answer.items() >= {**NONE, "decided_by": "model", "why_none": why}.items()


def test_a_person_who_decides_is_told_why_the_score_is_what_it_is(
    app: App, serving: Serving
) -> None:
    serving.publish(1, serving.changed(2, abstain=Abstain(0.0, 0.999, "person")))
    app.watch.look()
    begun = app.door.begun(json.encode({"records": [record()]}))

    _, reply, _ = app.door.ended(begun._replace(explain=3))

    (answer,) = json.decode(reply)["answers"]
    assert (answer["decided_by"], answer["decision"], len(answer["reasons"])) == ("person", None, 3)
