"""A second person between a certificate and its use."""

from pathlib import Path

import pytest

from mainstay.control.commands import Approve, Reject
from mainstay.control.handle import answer, handle
from mainstay.control.queries import Review, VerifyCertificate
from mainstay.core.errors import Conflict, Mistake, Refused
from mainstay.core.nouns import Verdict


def test_a_review_shows_all_evidence_and_whose_work_it_is(as_approver: Path) -> None:
    said = answer(as_approver, Review())

    assert said.headline == "no-show v1 waits for lead."
    assert said.verdict is Verdict.UNSURE
    assert any("made by ana" in line for line in said.lines)
    assert {one.clause.partition(",")[0] for one in said.evidence} >= {"roc_auc", "clean_room"}


def test_an_approval_lets_the_version_answer(as_approver: Path) -> None:
    said = handle(as_approver, Approve("v1"))

    assert said.verdict is Verdict.PASS
    assert Path(said.facts["page"]).is_file()
    assert answer(as_approver, VerifyCertificate("v1")).verdict is Verdict.PASS


def test_without_an_approval_it_may_not(as_approver: Path) -> None:
    assert answer(as_approver, VerifyCertificate("v1")).verdict is Verdict.FAIL


def test_a_rejection_is_final(as_approver: Path) -> None:
    handle(as_approver, Reject("v1", "too few scans"))

    with pytest.raises(Conflict, match="v1 is rejected"):
        handle(as_approver, Approve("v1"))


def test_a_rejection_needs_its_reason(as_approver: Path) -> None:
    with pytest.raises(Mistake, match="needs its reason"):
        handle(as_approver, Reject("v1", " "))


def test_only_the_approver_rejects(as_author: Path) -> None:
    with pytest.raises(Refused, match="lead decides"):
        handle(as_author, Reject("v1", "no"))
