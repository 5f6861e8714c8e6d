"""What an approver decides on."""

from pathlib import Path

import msgspec
import pytest
import small_project
from conftest import acting

from mainstay.control import papers, versions
from mainstay.control.commands import Approve, Deploy, Reject
from mainstay.control.differing import changes, inputs
from mainstay.control.handle import answer, handle
from mainstay.control.judging import Judged
from mainstay.control.project import opened
from mainstay.control.queries import Approval, Approvals, Paper
from mainstay.core import digest
from mainstay.core.errors import Missing
from mainstay.core.nouns import Verdict
from mainstay.ledger import blobs
from mainstay.seal import dsse
from mainstay.seal.dsse import Envelope


def judged(folder: Path) -> Judged:
    facts = answer(folder, Approval("v1")).facts["approval"]
    return msgspec.convert(msgspec.json.decode(msgspec.json.encode(facts)), Judged)


def test_it_says_who_made_it_and_what_was_measured(as_author: Path) -> None:
    it = judged(as_author)

    assert (it.version, it.status, it.approver, it.champion) == ("v1", "certified", "lead", "")
    assert [one.name for one in it.parties] == [small_project.AUTHOR]
    assert {"built it", "opened its hold-out"} < set(it.parties[0].did)
    assert "roc_auc" in {one.challenger.clause for one in it.pairs}
    assert all(one.champion is None for one in it.pairs)


def test_the_bytes_to_sign_are_those_of_the_certificate_that_waits(as_author: Path) -> None:
    facts = answer(as_author, Paper("v1")).facts
    envelope = msgspec.convert(facts["envelope"], Envelope)

    it = judged(as_author)

    assert it.certificate == facts["certificate"]
    assert it.payload == digest.of_bytes(dsse.unproven(envelope))


def test_what_waits_and_what_was_decided_stand_apart(as_author: Path) -> None:
    waiting = answer(as_author, Approvals())
    with acting(as_author, small_project.APPROVER):
        handle(as_author, Reject("v1", "too few visits"))

    decided = answer(as_author, Approvals())

    assert [one["version"] for one in waiting.facts["waiting"]] == ["v1"]
    assert waiting.facts["decided"] == []
    assert decided.facts["waiting"] == []
    assert [(one["what"], one["because"]) for one in decided.facts["decided"]] == [
        ("rejected", "too few visits")
    ]


def test_a_version_that_answers_is_not_its_own_champion(as_author: Path) -> None:
    with acting(as_author, small_project.APPROVER):
        handle(as_author, Approve("v1"))
    with acting(as_author, small_project.AUTHOR):
        handle(as_author, Deploy("v1", 1.0))

        assert judged(as_author).champion == ""


def test_the_same_version_differs_in_nothing(as_author: Path) -> None:
    with opened(as_author) as there:
        one = versions.found(there, "v1")

        assert {each.lines for each in changes(there, one, one)} == {()}
        assert tuple(inputs(there, one, one)) == ()


def test_what_was_never_certified_cannot_be_judged(as_author: Path) -> None:
    with pytest.raises(Missing):
        answer(as_author, Approval("v9"))


def test_an_approved_version_keeps_its_numbers_where_a_later_renewal_was_refused(
    as_author: Path,
) -> None:
    with acting(as_author, small_project.APPROVER):
        handle(as_author, Approve("v1"))
    before = judged(as_author)
    with opened(as_author) as project:
        fresh = msgspec.structs.replace(before.pairs[0].challenger, verdict=Verdict.FAIL)
        record = papers.Record((fresh,), (), None)
        sha = blobs.stored(project.ledger.blobs, digest.canonical(record))
        said = {"number": 1, "blobs": [sha]}
        project.ledger.append("CertificateRefused", "no-show", project.actor, said)

        after = judged(as_author)
        page = papers.page(project, versions.found(project, "v1"))

    assert after.status == "approved"
    assert after.pairs == before.pairs
    assert after.against[0].startswith("a renewal on newer rows was refused on 2024-")
    assert after.against[0].endswith(f"{fresh.clause} fail")
    assert after.against[1:] == before.against
    assert "v1" in page
