"""A second person between a certificate and its use."""

from pathlib import Path

import msgspec
import pytest
import small_project

from mainstay.control import project as projects
from mainstay.control.commands import Approve, Countersign, Reject
from mainstay.control.handle import answer, handle
from mainstay.control.queries import Paper, Review, VerifyCertificate
from mainstay.control.roles import Principal
from mainstay.core import settings
from mainstay.core.errors import Conflict, Mistake, Refused
from mainstay.core.nouns import Actor, Verdict
from mainstay.seal import dsse, keys
from mainstay.seal.dsse import Envelope

LEAD, ANA = Principal("lead", ()), Principal("ana", ())


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


def signed(folder: Path, name: str) -> Countersign:
    """The approval of v1 as somebody signs it elsewhere."""
    facts = answer(folder, Paper("v1")).facts
    envelope = msgspec.convert(facts["envelope"], Envelope)
    both = dsse.countersigned(envelope, keys.load(settings.keys_folder(), name))
    return Countersign("v1", facts["certificate"], both.signatures[-1], "read it")


def test_an_approval_signed_elsewhere_lets_the_version_answer(as_author: Path) -> None:
    said = handle(as_author, signed(as_author, "lead"), by=LEAD)

    assert said.headline == "no-show v1 is approved by lead."
    assert answer(as_author, VerifyCertificate("v1")).verdict is Verdict.PASS
    with projects.opened(as_author) as opened:
        event = list(opened.ledger.events(kind="Approved"))[-1]
    lead = keys.load(settings.keys_folder(), "lead")
    assert event.actor == Actor("lead", lead.id)


def test_somebody_elses_signature_cannot_be_handed_in(as_author: Path) -> None:
    with pytest.raises(Refused, match="ana asks, but lead signed"):
        handle(as_author, signed(as_author, "lead"), by=ANA)


def test_an_author_does_not_approve_from_elsewhere_either(as_author: Path) -> None:
    with pytest.raises(Refused, match="signed twice"):
        handle(as_author, signed_again(as_author), by=ANA)


def signed_again(folder: Path) -> Countersign:
    """The author's own signature, handed in once more."""
    facts = answer(folder, Paper("v1")).facts
    envelope = msgspec.convert(facts["envelope"], Envelope)
    return Countersign("v1", facts["certificate"], envelope.signatures[0])


def test_the_signature_of_another_certificate_is_not_taken(as_author: Path) -> None:
    other = msgspec.structs.replace(signed(as_author, "lead"), certificate="0" * 64)

    with pytest.raises(Conflict, match="another certificate now"):
        handle(as_author, other, by=LEAD)


def test_a_signature_that_was_changed_is_not_taken(as_author: Path) -> None:
    made = signed(as_author, "lead")
    other = msgspec.structs.replace(made.signature, sig="A" * 86 + "==")

    with pytest.raises(Refused, match="does not hold"):
        handle(as_author, msgspec.structs.replace(made, signature=other), by=LEAD)


def test_who_had_a_hand_in_it_by_name_does_not_approve_it(as_approver: Path) -> None:
    with projects.opened(as_approver) as opened:
        since, until = small_project.START, small_project.END
        opened.ledger.append(
            "HoldoutOpened", "no-show", Actor("lead"),
            {"number": 1, "contract": opened.document.digest, "since": since, "until": until},
        )  # fmt: skip

    with pytest.raises(Refused, match="lead had a hand in no-show v1"):
        handle(as_approver, Approve("v1"))


def test_a_rejection_is_that_of_who_signed_in(as_author: Path) -> None:
    with pytest.raises(Refused, match="ana may not reject"):
        handle(as_author, Reject("v1", "no"), by=ANA)

    handle(as_author, Reject("v1", "too few scans"), by=LEAD)

    with projects.opened(as_author) as opened:
        assert list(opened.ledger.events(kind="Rejected"))[-1].actor == Actor("lead")
