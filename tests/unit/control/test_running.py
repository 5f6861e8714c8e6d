"""What comes next, from where everything stands."""

from datetime import timedelta
from pathlib import Path

import pytest
import small_project
from msgspec import structs

from mainstay.control import field, running
from mainstay.control import project as projects
from mainstay.control.commands import Approve, Run
from mainstay.control.handle import handle
from mainstay.control.running import Stand, outstanding
from mainstay.core import settings
from mainstay.core.nouns import Verdict
from mainstay.ledger.state import Status, Version
from mainstay.life.deploy.shares import Part

DAY = timedelta(days=1)
V1 = Version("m", 1, "b", "c", "approved", "e", 3)
LIVE = (Part(1, 1.0),)
NOTHING = Stand(
    None, current=False, abandoned=False, stale=False, live=(), act="", healthy=False,
    ending=False, renewed=False,
)  # fmt: skip
AT_REST = NOTHING._replace(newest=V1, current=True, live=LIVE, act="keep")


def status(name: Status, number: int = 2) -> Version:
    return structs.replace(V1, number=number, status=name)


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
        (AT_REST._replace(live=(Part(1, 0.1),), losing="so"), ("watch",), "drop"),
        (AT_REST._replace(ending=True), ("watch",), "renew"),
        (AT_REST._replace(ending=True, act="retrain"), ("watch",), "build"),
        (AT_REST._replace(renewed=True), ("watch",), "replace"),
        (AT_REST._replace(newest=status("refused"), act="retrain"), ("watch",), "try again"),
        (AT_REST._replace(newest=status("refused"), act="retrain"), ("watch", "certify"), ""),
        (
            AT_REST._replace(newest=status("refused"), stale=True, act="retrain"),
            ("watch",),
            "build",
        ),
        (AT_REST._replace(newest=status("refused"), act="keep"), ("watch",), ""),
        (AT_REST._replace(newest=status("certified"), act="retrain"), ("watch",), ""),
        (AT_REST._replace(newest=status("approved")), ("watch",), "deploy"),
        (AT_REST._replace(newest=status("approved"), abandoned=True), ("watch",), ""),
        (AT_REST._replace(act="freeze", shelter=True), ("watch",), "shelter"),
        (AT_REST._replace(act="freeze", shelter=True), ("watch", "shelter"), ""),
        (AT_REST._replace(over=True), ("watch",), "return"),
        (AT_REST._replace(newest=status("approved"), frozen=True), ("watch",), ""),
        (
            AT_REST._replace(live=(Part(1, 0.1),), healthy=True, frozen=True),
            ("watch",),
            "",
        ),
        (AT_REST._replace(newest=status("approved"), blocked=True), ("watch",), ""),
        (
            AT_REST._replace(live=(Part(1, 0.1),), healthy=True, blocked=True),
            ("watch",),
            "",
        ),
        (AT_REST._replace(act="propose"), ("watch",), ""),
        (
            AT_REST._replace(newest=status("approved"), live=(*LIVE, Part(2, 0.1)), act="retrain"),
            ("watch",),
            "",
        ),
        (
            AT_REST._replace(newest=status("approved"), abandoned=True, act="retrain"),
            ("watch",),
            "build",
        ),
    ],
)
def test_the_next_step_follows_from_where_everything_stands(
    stand: Stand, done: tuple[running.Step, ...], step: str
) -> None:
    assert outstanding(stand, frozenset(done)) == step


def test_a_run_says_who_must_act_then_deploys_and_watches(as_author: Path) -> None:
    waits = handle(as_author, Run())
    with settings.given({"MAINSTAY_KEY": small_project.APPROVER}):
        handle(as_author, Approve("v1"))
    said = handle(as_author, Run())

    assert waits.headline == "no-show  ▲ v1 waits for lead."
    assert list(said.facts["steps"]) == ["deploy", "watch"]
    assert said.verdict is Verdict.UNSURE


def test_no_certificate_is_renewed_while_a_source_blocks(live: Path) -> None:
    with projects.opened(live) as project:
        end = field.term(project).not_after - 5 * DAY
        (live / "clock").write_text(end.isoformat())
        before = running._stand(project, [])
        (live / "data" / "weather.db").unlink()

        after = running._stand(project, [])

    assert (before.ending, after.ending) == (True, False)
