"""Who answers during an event, and what may help against it."""

from datetime import timedelta
from pathlib import Path

import pytest
import small_project
from msgspec import structs, to_builtins

from mainstay.contract import document
from mainstay.control import field, frozen, publish, unforeseen
from mainstay.control import project as projects
from mainstay.control.commands import Approve, Build, Certify, Deploy
from mainstay.control.handle import handle
from mainstay.control.project import Project
from mainstay.core import settings
from mainstay.core.errors import Refused
from mainstay.core.nouns import Verdict, Window
from mainstay.core.weighing import Weighing
from mainstay.life.watch.event import CLAUSE
from mainstay.life.watch.order import Finding, Watched
from mainstay.seal import routing

SINCE = small_project.END + timedelta(days=3)
EVENT = Finding(
    CLAUSE, ("wait", "rain"), "2 inputs broke at once", "the world", "clinic", "get labels",
    Verdict.FAIL, Window(SINCE, SINCE + timedelta(days=1)),
)  # fmt: skip
REFUTED = structs.replace(EVENT, clause="estimate")
NOTHING = Watched((), None, (), (), (), None, None, ())


def stated(folder: Path, clause: str) -> None:
    path = folder / "contract.yaml"
    path.write_text(
        path.read_text().replace("access:", f"watch: {{unforeseen: {clause}}}\naccess:")
    )


def begun(project: Project) -> None:
    """An event, as a look puts it on record."""
    said = {"finding": to_builtins(EVENT), "columns": list(EVENT.columns)}
    broken = {"clause": CLAUSE, "what": EVENT.what, **said}
    project.ledger.append("IncidentOpened", project.model, project.actor, broken)


def ended(project: Project) -> None:
    incident, _ = frozen.opened(project)
    project.ledger.append("IncidentClosed", project.model, project.actor, {"incident": incident.id})


def told(project: Project) -> routing.Routing:
    """What the doors read."""
    return routing.read(project.places.serving / routing.FILE, project.trust)


@pytest.mark.parametrize("answer", ["baseline", "person"])
def test_somebody_else_answers_while_it_is_open_and_the_model_after_it(
    live: Path, answer: str
) -> None:
    stated(live, f"{{answer: {answer}}}")
    with projects.opened(live) as project:
        before = unforeseen.wants_shelter(project)
        begun(project)
        wanted = unforeseen.wants_shelter(project)
        said = unforeseen.sheltered(project)
        during, again = told(project), unforeseen.wants_shelter(project)
        open_ = unforeseen.is_over(project)
        ended(project)
        over = unforeseen.is_over(project)
        unforeseen.returned(project)
        after = told(project)
        reasons = [event.payload["because"] for event in publish.history(project)]

    assert (before, wanted, again, open_, over) == (False, True, False, False, True)
    assert said.headline.startswith("Something unforeseen: ")
    assert (during.shares[0].share, during.person) == (0.0, answer == "person")
    assert (after.shares[0].share, after.person) == (1.0, False)
    assert reasons[1] == "2 inputs broke at once: get labels"
    assert reasons[2].startswith("the unforeseen event is over")


def test_without_a_version_before_the_baseline_answers(live: Path) -> None:
    stated(live, "{answer: previous}")
    with projects.opened(live) as project:
        begun(project)
        said = unforeseen.sheltered(project)

        assert said.headline == "Something unforeseen: the baseline of v1 answers everything."
        assert told(project).shares[0].share == 0


@pytest.mark.slow
def test_the_version_before_answers_where_the_contract_says_so(as_approver: Path) -> None:
    handle(as_approver, Approve("v1"))
    handle(as_approver, Deploy("v1", 1.0))
    stated(as_approver, "{answer: previous}")
    with settings.given({"MAINSTAY_KEY": small_project.AUTHOR}):
        handle(as_approver, Build())
        said = handle(as_approver, Certify("v2"))
    assert said.verdict is Verdict.PASS, said.facts["short"]
    handle(as_approver, Approve("v2"))
    handle(as_approver, Deploy("v2", 1.0))
    with projects.opened(as_approver) as project:
        begun(project)
        said = unforeseen.sheltered(project)

        assert said.headline == "Something unforeseen: v1 answers everything."
        assert [one.version for one in told(project).shares] == ["v1"]
        ended(project)
        assert not unforeseen.is_over(project)


def test_the_model_goes_on_unless_the_contract_says_otherwise(live: Path) -> None:
    with projects.opened(live) as project:
        begun(project)

        assert not unforeseen.wants_shelter(project)
        assert unforeseen.weighing(project) is None


def test_a_version_built_meanwhile_weighs_rows_as_the_contract_says(live: Path) -> None:
    stated(live, "{train: recent}")
    with projects.opened(live) as project:
        before = unforeseen.weighing(project)
        begun(project)

        assert (before, unforeseen.weighing(project)) == (None, Weighing("recent", SINCE))


def test_promotion_is_refused_unless_proven_on_it_or_overruled(live: Path) -> None:
    with projects.opened(live) as project:
        begun(project)
    handle(live, Deploy("v1", 0.5))  # less than it has is no promotion

    with pytest.raises(Refused, match="promotion is frozen: v1 was proven on decisions since"):
        handle(live, Deploy("v1", 1.0))
    handle(live, Deploy("v1", 1.0, because="it is a holiday"))

    with projects.opened(live) as project:
        assert publish.history(project)[-1].payload["because"] == "it is a holiday"


def test_other_weights_are_tried_where_they_can_help(live: Path) -> None:
    cases = [
        ("all", (), 99, ""),
        ("recent", (), 20, ""),
        ("recent", (), 23, "labelled rows since then count as much"),
        ("alike", (), 1, "rows like those of now count more"),
        ("alike", (REFUTED,), 1, ""),
    ]
    path = live / "contract.yaml"
    text = path.read_text()
    with projects.opened(live) as project:
        order = field.order(project, SINCE, ())
    for train, findings, days, says in cases:
        path.write_text(text)
        stated(live, f"{{train: {train}}}")
        seen = NOTHING._replace(event=EVENT, findings=findings)
        now = SINCE + timedelta(days=days)
        asked = order._replace(document=document.read(path), now=now)

        found = unforeseen.weighted(asked, seen)

        assert (says in found) if says else found == "", (train, days)
        assert unforeseen.weighted(asked, NOTHING) == ""
