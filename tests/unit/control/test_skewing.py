"""`context skew`; with a version that looks up: tests/e2e/test_context.py."""

from pathlib import Path

import pytest
import small_project

from mainstay.contract import document
from mainstay.contract.model import Contract
from mainstay.control import skewing
from mainstay.control.handle import answer
from mainstay.control.queries import ContextSkew
from mainstay.core.errors import Missing
from mainstay.core.nouns import Verdict
from mainstay.data.skew import Skew

SAME = Skew("weather", "rain", sent=False, rows=9, differing=0, now=2, example=None)
OTHER = SAME._replace(sent=True, differing=3, example=77)


@pytest.fixture
def contract() -> Contract:
    return document.parsed(small_project.CONTRACT.encode(), Path("contract.yaml")).contract


def test_before_a_deployment_nothing_was_answered(as_author: Path) -> None:
    with pytest.raises(Missing, match="answers nobody yet"):
        answer(as_author, ContextSkew())


def test_the_same_context_holds_and_says_what_came_late(contract: Contract) -> None:
    said = skewing._answer("v1", contract, (SAME,), ())

    assert said.verdict is Verdict.PASS
    assert said.headline == (
        "v1: the context of 9 answers is what training sees; 2 values became others after their"
        " view was made."
    )
    assert said.lines == ("● weather.rain, looked up: 9 the same, 2 would be others by now",)


def test_other_context_breaks_and_says_what_may_excuse_it(contract: Contract) -> None:
    said = skewing._answer("v1", contract, (SAME, OTHER), ())

    assert said.verdict is Verdict.FAIL
    assert said.lines[0] == (
        "◆ weather.rain, sent: 3 of 9 are others, for example at 77; without available_at nobody"
        " knows which rows came late or were corrected"
    )


def test_nothing_answered_and_what_is_hidden_are_unsure(contract: Contract) -> None:
    nothing = skewing._answer("v1", contract, (), ())
    hidden = skewing._answer("v1", contract, (SAME,), ("patients",))

    assert (nothing.verdict, hidden.verdict) == (Verdict.UNSURE, Verdict.UNSURE)
    assert "patients" in hidden.lines[-1]


def test_without_answers_there_is_nothing_to_hold_together(live: Path) -> None:
    assert answer(live, ContextSkew()).verdict is Verdict.UNSURE
