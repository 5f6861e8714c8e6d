"""One sentence: how the model stands."""

from pathlib import Path

import small_project

from mainstay.control.commands import Approve, Build, Certify, Deploy, Reject
from mainstay.control.handle import answer, handle
from mainstay.control.queries import Status
from mainstay.core import settings
from mainstay.core.answers import Answer
from mainstay.core.nouns import Verdict


def status(folder: Path) -> Answer:
    return answer(folder, Status())


def test_nothing_built_is_unsure_and_never_green(tmp_path: Path) -> None:
    said = status(small_project.written(tmp_path / "p"))

    assert (said.verdict, said.next) == (Verdict.UNSURE, "mainstay assess")


def test_a_certified_version_waits_for_its_approver(as_approver: Path) -> None:
    said = status(as_approver)

    assert said.headline == "no-show  ▲ v1 waits for lead."
    assert said.next == "mainstay review v1"


def test_an_approved_version_is_green(as_approver: Path) -> None:
    handle(as_approver, Approve("v1"))

    assert status(as_approver).verdict is Verdict.PASS


def test_an_expired_certificate_is_never_green(as_approver: Path) -> None:
    handle(as_approver, Approve("v1"))
    (as_approver / "clock").write_text("2024-12-24T00:00:00+00:00")

    said = status(as_approver)

    assert said.verdict is Verdict.FAIL
    assert "v1 may not answer" in said.headline
    assert "expired" in said.headline


def test_a_version_that_nobody_is_sure_of_is_unsure_and_not_broken(as_author: Path) -> None:
    path = as_author / "contract.yaml"
    path.write_text(path.read_text().replace("hold_out: 15d", "hold_out: 5d"))
    handle(as_author, Build())
    handle(as_author, Certify())

    said = status(as_author)

    assert said.verdict is Verdict.UNSURE
    assert said.headline == "no-show  ▲ v2 is not known to be good enough."


def test_a_rejected_version_asks_for_another_build(as_approver: Path) -> None:
    handle(as_approver, Reject("v1", "no"))

    said = status(as_approver)

    assert (said.verdict, said.next) == (Verdict.FAIL, "mainstay build")


def test_a_contract_changed_since_the_build_is_said(as_approver: Path) -> None:
    path = as_approver / "contract.yaml"
    path.write_text(path.read_text().replace("owner: clinic", "owner: ward"))

    assert "contract.yaml changed since v1" in status(as_approver).headline


def test_the_separation_in_force_is_said_plainly(as_approver: Path) -> None:
    assert any(
        "two keys on one machine are only that" in line for line in status(as_approver).lines
    )


def test_who_answers_comes_first_where_a_candidate_fell_short(as_approver: Path) -> None:
    handle(as_approver, Approve("v1"))
    handle(as_approver, Deploy("v1", 1.0))
    path = as_approver / "contract.yaml"
    path.write_text(path.read_text().replace("hold_out: 15d", "hold_out: 5d"))
    with settings.given({"MAINSTAY_KEY": small_project.AUTHOR}):
        handle(as_approver, Build())
        handle(as_approver, Certify())

    assert status(as_approver).headline == (
        "no-show  ▲ v1 is live, not measured in the field yet. v2 is not known to be good enough."
    )
