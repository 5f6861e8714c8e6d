"""What a certificate says at a moment."""

from datetime import datetime, timedelta

import msgspec

from mainstay.control.pages.standing import Standing, sentence, stamp, standing
from mainstay.core.nouns import Evidence, Limit
from mainstay.seal.certificate import Scope

DAY = timedelta(days=1)


def unsure(one: Evidence) -> Evidence:
    """The same gate with an interval across its limit."""
    estimate = msgspec.structs.replace(one.estimate, low=0.5, high=9.0)
    return msgspec.structs.replace(one, estimate=estimate, limit=Limit("at_least", 1))


def at(paper, moment: datetime) -> Standing:
    return standing(paper.certificate, (paper.author, paper.approver), moment)


def test_with_both_signatures_it_is_in_force(paper) -> None:
    it = at(paper, paper.certificate.issued + DAY)

    assert it.word == "in force"
    assert "<b>May serve until 29 August 2024 in production.</b>" in sentence(it)
    assert f"It keeps all {len(paper.certificate.gates)} promises" in sentence(it)
    assert "of contract revision 1." in sentence(it)
    assert "days left" in stamp(it)


def test_without_the_approver_it_waits(paper) -> None:
    it = standing(paper.certificate, (paper.author,), paper.certificate.issued)

    assert it.word == "waiting"
    assert "Must not serve yet: it waits for the approval of lead." in sentence(it)


def test_an_approver_who_is_an_author_does_not_count(paper) -> None:
    both = (*paper.certificate.authors, paper.approver.key)
    changed = msgspec.structs.replace(paper.certificate, authors=both)

    assert standing(changed, (paper.author, paper.approver), changed.issued).word == "waiting"


def test_its_last_moment_is_not_part_of_its_term(paper) -> None:
    ends = paper.certificate.not_after

    assert at(paper, ends - timedelta(seconds=1)).word == "in force"
    assert "last day" in stamp(at(paper, ends - timedelta(seconds=1)))
    assert at(paper, ends).word == "expired"
    assert "It kept all" in sentence(at(paper, ends))
    assert "3 days ago" in stamp(at(paper, ends + 3 * DAY))


def test_before_it_was_issued_it_is_not_in_force(paper) -> None:
    assert at(paper, paper.certificate.issued - DAY).word == "not yet in force"


def test_an_unsure_gate_holds_only_where_it_was_accepted(paper) -> None:
    first, *others = paper.certificate.gates
    gates = (unsure(first), *others)
    silent = msgspec.structs.replace(paper.certificate, gates=gates)
    named = msgspec.structs.replace(silent, accepted_unsure=(first.clause,))
    signers = (paper.author, paper.approver)

    refused, accepted = (standing(one, signers, one.issued) for one in (silent, named))

    assert (refused.word, accepted.word) == ("broken", "in force")
    assert "Must not serve: not every promise holds." in sentence(refused)
    assert f"not kept: {first.clause} (unsure)" in sentence(refused)
    assert "1 promise broken" in stamp(refused)
    assert f"accepted by the contract beforehand: {first.clause}" in sentence(accepted)


def test_a_share_of_the_traffic_is_said(paper) -> None:
    some = msgspec.structs.replace(paper.certificate, scope=Scope("replay", 0.25))
    it = standing(some, (paper.author, paper.approver), some.issued)

    assert "in replay, at most 25% of the traffic." in sentence(it)
