"""What becomes of a version in the field: renewed, expired, rolled back. Through `handle`."""

from collections.abc import Iterator
from pathlib import Path

import conftest
import lived
import pytest
import small_project

from mainstay.control import project
from mainstay.control.commands import Approve, Build, Certify, Deploy, Run
from mainstay.control.handle import answer, handle
from mainstay.control.queries import Status
from mainstay.core import settings
from mainstay.core.answers import Answer
from mainstay.ledger import state
from mainstay.ledger.verify import verify

CARELESS = """

class Careless:
    def __init__(self, model):
        self.model = model
        self.classes_ = model.classes_

    def predict_proba(self, inputs):
        said = self.model.predict_proba(inputs)
        said[inputs["rain"].isna()] = [1.0, 0.0]
        return said


def train(inputs, label):
    return Careless(LGBMClassifier(n_estimators=20, random_state=0, verbose=-1).fit(inputs, label))
"""


@pytest.fixture
def live(ripe: Path, tmp_path: Path) -> Iterator[Path]:
    """The approved v1, which answers everything from the day after the last visit."""
    folder = small_project.copied(ripe, tmp_path / "no-show")
    with conftest.acting(folder, small_project.AUTHOR):
        handle(folder, Deploy("v1", 1.0))
        yield folder


def approved(folder: Path, version: str) -> None:
    with settings.given({"MAINSTAY_KEY": small_project.APPROVER}):
        handle(folder, Approve(version))


def steps(said: Answer) -> list[str]:
    return list(said.facts["steps"])


def incidents(folder: Path) -> dict[str, bool]:
    """Clause -> whether it is closed."""
    with project.opened(folder) as opened:
        return {one.clause: bool(one.closed) for one in state.incidents(opened.ledger, "no-show")}


def flaws(folder: Path) -> list[str]:
    with project.opened(folder) as opened:
        return [str(flaw) for flaw in verify(opened.ledger)]


@pytest.mark.slow
def test_a_certificate_that_ends_is_renewed_in_time(live: Path) -> None:
    lived.grown(live, range(150, 168))
    before = lived.answered(live, range(165, 167))
    early = handle(live, Run())
    lived.answered(live, range(167, 168))
    noticed = handle(live, Run())
    open_before = incidents(live)
    waiting = handle(live, Run())
    approved(live, "v1")
    replaced = handle(live, Run())
    lived.answered(live, range(168, 169))
    closing = handle(live, Run())
    after = lived.answered(live, range(182, 183))

    assert steps(early) == ["watch"]
    assert steps(noticed) == ["watch", "renew"]
    assert open_before["not_after"] is False
    assert steps(waiting) == ["watch"]
    assert steps(replaced) == ["watch", "replace"]
    assert steps(closing) == ["watch"]
    assert incidents(live)["not_after"] is True
    assert {one["decided_by"] for one in after} == {"model"}
    assert {one["certificate"] for one in before} != {one["certificate"] for one in after}
    assert flaws(live) == []


@pytest.mark.slow
def test_a_certificate_that_nobody_renews_ends_the_model(live: Path) -> None:
    before = lived.answered(live, range(179, 180))
    after = lived.answered(live, range(181, 183))

    told = answer(live, Status())

    assert {(one["decided_by"], *one["flags"]) for one in before} == {("model",)}
    assert {(one["decided_by"], *one["flags"]) for one in after} == {("baseline", "certificate")}
    assert told.verdict == "fail"
    assert told.headline.startswith("no-show  ◆ v1 may not answer: ")
    assert "expired" in told.headline


@pytest.mark.slow
def test_a_newer_version_that_is_worse_on_the_same_rows_is_rolled_back(live: Path) -> None:
    model = live / "model.py"
    model.write_text(model.read_text().partition("\n\ndef train")[0] + CARELESS)
    handle(live, Build())
    certified = handle(live, Certify("v2"))
    approved(live, "v2")
    handle(live, Deploy("v2", 1.0))
    said = lived.answered(live, range(1, 24), lambda one: {**one, "rain": None})
    run = handle(live, Run())
    with project.opened(live) as opened:
        [event] = opened.ledger.events(kind="RolledBack", subject="no-show")
    later = lived.answered(live, range(24, 25))

    assert certified.verdict == "pass"
    assert {(one["version"], one["decided_by"]) for one in said} == {("v2", "model")}
    assert steps(run) == ["watch", "roll back"]
    assert event.payload["because"].startswith("v1 is better than the live version on the same")
    assert [(one["version"], one["share"]) for one in event.payload["shares"]] == [(1, 1.0)]
    assert {one["version"] for one in later} == {"v1"}
    assert flaws(live) == []
