"""Five questions, a course, inputs, promises, tasks: of the last look, never greener than it."""

from pathlib import Path

import lived
import msgspec
import pytest
import small_project

from mainstay.control import health, project
from mainstay.control.commands import Watch
from mainstay.control.handle import answer, handle
from mainstay.control.health import Health
from mainstay.control.queries import ModelHealth
from mainstay.core.nouns import Estimate, Evidence, Limit, Verdict


def read(folder: Path) -> Health:
    with project.opened(folder) as opened:
        return health.health(opened)


@pytest.fixture
def looked(live: Path) -> Path:
    """Two looks at a week."""
    for days in (range(1, 6), range(6, 9)):
        lived.answered(live, days)
        handle(live, Watch())
    return live


def test_before_a_deployment_nothing_is_known_and_nothing_green(as_author: Path) -> None:
    found = read(as_author)

    assert found.version == ""
    assert {one.verdict for one in found.questions} == {None}
    assert found.verdict is None
    assert (found.realised, found.promises, found.lately) == ((), (), ())
    assert [one.command for one in found.tasks] == ["review v1"]


def test_an_empty_project_says_what_to_do_first(tmp_path: Path) -> None:
    (task,) = read(small_project.written(tmp_path / "p")).tasks

    assert (task.what, task.command) == ("no version yet.", "assess")
    assert task.verdict is Verdict.UNSURE


def test_a_live_version_is_told_by_its_looks(looked: Path) -> None:
    found = read(looked)

    assert (found.version, found.share) == ("v1", 1.0)
    assert found.questions[0].ask == "Is it worth it?"
    assert [one.at for one in found.realised] == sorted(one.at for one in found.realised)
    assert found.realised
    assert found.limit
    assert {one.kind for one in found.marks} >= {"deployed"}
    assert found.trained
    assert sum(one.rows for one in found.lately) > 0
    assert found.weights
    assert all(one.limit for one in found.promises)


def test_health_is_the_worst_of_the_five_and_unknown_is_not_green() -> None:
    def of(*verdicts: Verdict | None) -> Verdict | None:
        questions = tuple(health.Question("?", one, "", "") for one in verdicts)
        return msgspec.structs.replace(EMPTY, questions=questions).verdict

    assert of(Verdict.PASS, Verdict.PASS) is Verdict.PASS
    assert of(Verdict.PASS, None) is None
    assert of(None, Verdict.UNSURE) is Verdict.UNSURE
    assert of(Verdict.UNSURE, Verdict.FAIL, None) is Verdict.FAIL


def test_a_goal_is_judged_again_from_interval_and_limit() -> None:
    limit = Limit("at_least", 0.66)
    one = Evidence("realised, roc_auc", "v1", "", "", limit=limit, verdict=Verdict.PASS)
    wide = msgspec.structs.replace(one, estimate=Estimate(0.7, 0.6, 0.8, 900, ""))

    worth, right, *_ = health._questions((wide,), "roc_auc", None)

    assert worth.verdict is None
    assert (right.verdict, right.answer) == (Verdict.UNSURE, "0.700 roc_auc")
    assert right.detail == "0.600 to 0.800, ≥ 0.66"


def test_an_estimate_says_that_it_is_one() -> None:
    limit, sure = Limit("at_least", 0.66), Estimate(0.7, 0.68, 0.72, 900, "")
    one = Evidence("estimated, roc_auc", "v1", "", "", estimate=sure, limit=limit)

    right = list(health._questions((one,), "roc_auc", None))[1]

    assert (right.verdict, right.answer) == (Verdict.PASS, "0.700 roc_auc, estimated")


def test_one_broken_promise_of_the_data_is_named() -> None:
    held = Evidence("schema, weather", "v1", "", "", verdict=Verdict.PASS)
    late = Evidence("freshness, weather", "v1", "", "", verdict=Verdict.FAIL)

    assert health._data((held,)).verdict is Verdict.PASS
    assert health._data((held, late)).verdict is Verdict.FAIL
    assert health._data((held, late)).detail == "freshness, weather"
    assert health._data(()).verdict is None


def test_the_answer_holds_all_of_it(looked: Path) -> None:
    said = answer(looked, ModelHealth())

    again = msgspec.convert(said.facts["health"], Health)
    assert again == read(looked)
    assert said.verdict is again.verdict


EMPTY = Health("m", "o", "", 0.0, small_project.END, "▲ no version yet.", (), "", None)
