"""Which of several models to begin with."""

from pathlib import Path

import pytest
import small_project

from mainstay.control.commands import AssessAll
from mainstay.control.handle import handle
from mainstay.control.hopes import Hopes
from mainstay.control.priorities import Candidate, answer
from mainstay.core.errors import Missing
from mainstay.core.nouns import Estimate, Verdict


def candidate(
    model: str, month: float, effort: float | None, verdict: Verdict = Verdict.PASS
) -> Candidate:
    worth = Estimate(month, 0.9 * month, 1.1 * month, 60, "EUR a month")
    return Candidate(model, model, "worth trying.", verdict, worth, effort)


def test_worth_for_a_day_of_work_orders_not_worth_alone() -> None:
    found = answer((candidate("large", 9000, 90), candidate("small", 4000, 10)))

    assert found.facts["order"] == ["small", "large"]
    assert found.headline == (
        "2 projects: begin with small, 400 EUR a month for a day of work if the goal is reached."
    )
    assert found.evidence[1].estimate.value == pytest.approx(100)
    assert found.evidence[1].note.startswith("if the goal is reached; ")


def test_a_goal_that_is_hardly_reached_and_much_retrained_is_worth_little() -> None:
    bold = candidate("bold", 9000, 10)._replace(hopes=Hopes(0.1, 3.0), per_retrain=-100)
    sound = candidate("sound", 2000, 10)._replace(hopes=Hopes(0.9, 0.0), per_retrain=-100)

    found = answer((bold, sound))

    assert found.facts["order"] == ["sound", "bold"]
    assert found.headline == "2 projects: begin with sound, 180 EUR a month for a day of work."
    told = found.evidence[1]
    assert told.estimate.value == pytest.approx((0.1 * 9000 - 300) / 10)
    assert told.note.startswith(
        "the goal is reached by a chance of 10%, less 3 new versions a month; "
    )


def test_retraining_that_nobody_counted_is_named() -> None:
    one = candidate("one", 9000, 10)._replace(per_retrain=-100)

    assert "before what retraining costs" in answer((one,)).evidence[0].note


def test_what_lies_close_is_not_told_apart() -> None:
    found = answer((candidate("one", 1000, 10), candidate("two", 950, 10)))

    assert found.evidence[1].note.startswith("not told apart from one")
    assert "told apart" not in found.evidence[0].note


def test_something_to_fix_is_behind_what_can_be_begun() -> None:
    found = answer((candidate("leaks", 9000, 1, Verdict.FAIL), candidate("sound", 10, 10)))

    assert found.facts["order"] == ["sound", "leaks"]
    assert found.verdict is Verdict.FAIL


def test_without_effort_nothing_is_ranked_and_it_is_said() -> None:
    found = answer((candidate("one", 1000, None), candidate("two", 10, 5)))

    assert found.facts["order"] == ["two"]
    assert found.lines == ("not ranked: one: state objective.effort",)


def test_currencies_are_never_weighed_against_each_other() -> None:
    pounds = candidate("pounds", 5, 1)
    other = pounds._replace(month=Estimate(5, 4, 6, 60, "GBP a month"))

    found = answer((other, candidate("euros", 4, 1)))

    assert "told apart" not in found.evidence[1].note


def test_a_folder_without_projects_is_said(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="no project"):
        handle(tmp_path, AssessAll())


@pytest.mark.usefixtures("as_author")
def test_projects_below_a_folder_are_assessed_and_one_in_error_stops_no_other(
    tmp_path: Path,
) -> None:
    sound = small_project.written(tmp_path / "all" / "sound")
    stated = "  task: binary\n  effort: 5d\n"
    text = (sound / "contract.yaml").read_text().replace("  task: binary\n", stated)
    (sound / "contract.yaml").write_text(text)
    (tmp_path / "all" / "odd").mkdir()
    (tmp_path / "all" / "odd" / "contract.yaml").write_text("mainstay: 1\n")

    found = handle(tmp_path / "all", AssessAll())

    assert found.facts["order"] == ["no-show"]
    assert [one.clause for one in found.evidence] == ["no-show", "odd"]
    assert "a month for a day of work" in found.headline
    assert found.verdict is Verdict.UNSURE
