"""What comes next, from where everything stands."""

from pathlib import Path

import pytest
import small_project

from mainstay.control import running
from mainstay.control.commands import Approve, Run
from mainstay.control.handle import handle
from mainstay.control.running import Stand, outstanding
from mainstay.core import settings
from mainstay.core.errors import Conflict
from mainstay.core.nouns import Verdict
from mainstay.ledger.state import Version
from mainstay.life.deploy.shares import Part

V1 = Version("m", 1, "b", "c", "approved", "e", 3)
LIVE = (Part(1, 1.0),)
NOTHING = Stand(None, False, (), "", False, False, False)
AT_REST = Stand(V1, True, LIVE, "keep", False, False, False)


def status(name: str, number: int = 2) -> Version:
    return V1._replace(number=number, status=name)


@pytest.mark.parametrize(
    ("stand", "done", "step"),
    [
        (NOTHING, (), "assess"),
        (NOTHING, ("assess",), "build"),
        (NOTHING._replace(newest=status("built", 1), current=True), (), "certify"),
        (NOTHING._replace(newest=status("certified", 1), current=True), (), ""),
        (NOTHING._replace(newest=V1, current=True), (), "deploy"),
        (NOTHING._replace(newest=V1, current=False), ("assess",), "build"),
        (AT_REST, (), "watch"),
        (AT_REST, ("watch",), ""),
        (AT_REST._replace(act="retrain"), ("watch",), "build"),
        (AT_REST._replace(act="wait"), ("watch",), ""),
        (AT_REST._replace(act="roll back"), ("watch",), "roll back"),
        (AT_REST._replace(live=(Part(1, 0.1),), healthy=True), ("watch",), "promote"),
        (AT_REST._replace(live=(Part(1, 0.1),)), ("watch",), ""),
        (AT_REST._replace(ending=True), ("watch",), "renew"),
        (AT_REST._replace(ending=True, act="retrain"), ("watch",), "build"),
        (AT_REST._replace(renewed=True), ("watch",), "replace"),
        (AT_REST._replace(newest=status("refused"), act="retrain"), ("watch",), "build"),
        (AT_REST._replace(newest=status("refused"), act="retrain"), ("watch", "build"), ""),
        (AT_REST._replace(newest=status("refused"), act="keep"), ("watch",), ""),
        (AT_REST._replace(newest=status("certified"), act="retrain"), ("watch",), ""),
        (AT_REST._replace(newest=status("approved")), ("watch",), "deploy"),
    ],
)
def test_the_next_step_follows_from_where_everything_stands(
    stand: Stand, done: tuple[running.Step, ...], step: str
) -> None:
    assert outstanding(stand, frozenset(done)) == step


def test_a_run_waits_for_the_approver_then_deploys(as_author: Path) -> None:
    with pytest.raises(Conflict, match="nothing is outstanding"):
        handle(as_author, Run())

    with settings.given({"MAINSTAY_KEY": small_project.APPROVER}):
        handle(as_author, Approve("v1"))
    said = handle(as_author, Run())

    assert list(said.facts["steps"]) == ["deploy", "watch"]
    assert said.verdict is Verdict.UNSURE


def test_what_is_outstanding_is_said_where_nothing_can_be_done(as_author: Path) -> None:
    with pytest.raises(Conflict) as no:
        handle(as_author, Run())

    assert no.value.hint == "mainstay status"
