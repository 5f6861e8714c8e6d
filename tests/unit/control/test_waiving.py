"""`waive`, from a refused version to one that a door lets answer until the waiver ends."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
import small_project
from conftest import acting

from mainstay.control import papers, versions, waiving
from mainstay.control import project as projects
from mainstay.control.commands import Approve, Build, Certify, SendWaiver, Trust, Waive
from mainstay.control.handle import answer, handle
from mainstay.control.queries import Explain, Review, Shortfall, VerifyCertificate
from mainstay.control.roles import Principal
from mainstay.core import settings
from mainstay.core.errors import Conflict, MainstayError, Mistake, Refused
from mainstay.core.nouns import Verdict
from mainstay.seal import certificate as seal
from mainstay.seal import keys, waiver
from mainstay.seal.waiver import Waiver

UNTIL = datetime(2024, 4, 1, tzinfo=UTC)
LEAD = {"MAINSTAY_KEY": small_project.APPROVER}


@pytest.fixture(scope="module")
def fallen(born: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """v2 is refused: its goal is out of reach. Do not change it."""
    folder = small_project.copied(born, tmp_path_factory.mktemp("fallen") / "no-show")
    stated = (folder / "contract.yaml").read_text()
    (folder / "contract.yaml").write_text(stated.replace("at_least: 0.6}", "at_least: 0.95}"))
    with acting(folder, small_project.AUTHOR):
        handle(folder, Build())
        assert handle(folder, Certify()).verdict is Verdict.FAIL
    return folder


@pytest.fixture
def short(fallen: Path, tmp_path: Path) -> Path:
    """A copy of it, while its author acts."""
    return small_project.copied(fallen, tmp_path / "no-show")


@pytest.fixture(autouse=True)
def author(short: Path):
    with acting(short, small_project.AUTHOR):
        yield


def waived(folder: Path, name: str = small_project.APPROVER, **changes: object):
    asked = Waive("v2", "roc_auc", "the goal is of next year", UNTIL)
    with settings.given({"MAINSTAY_KEY": name}):
        return handle(folder, msgspec.structs.replace(asked, **changes))


def test_a_waived_version_is_certified_until_its_waiver_ends(short: Path) -> None:
    said = waived(short)

    again = handle(short, Certify("v2"))

    assert said.headline.startswith("roc_auc of no-show v2 is waived by lead until 2024-04-01")
    assert (said.next, again.verdict) == ("mainstay certify v2", Verdict.PASS)
    assert "gates hold, 1 waived; valid until 2024-04-01" in again.headline
    assert again.waived == ("roc_auc",)
    broken = next(one for one in again.evidence if one.clause == "roc_auc")
    assert broken.verdict is Verdict.FAIL
    with projects.opened(short) as opened:
        issued = seal.opened(papers.envelope(opened, versions.found(opened, "v2")), opened.trust)
    assert issued.not_after == UNTIL
    assert [one.waiver.reason for one in issued.waivers] == ["the goal is of next year"]
    assert "roc_auc does not hold: waived by lead" in Path(again.facts["page"]).read_text()
    told = answer(short, Explain("v2"))
    assert told.headline.endswith(" gates hold, 0 unsure, 0 broken, 1 waived.")
    assert (told.waived, told.next) == (("roc_auc",), "mainstay explain v2 'roc_auc'")


def test_once_approved_it_may_answer_and_no_longer_than_that(short: Path) -> None:
    waived(short)
    handle(short, Certify("v2"))
    with settings.given(LEAD):
        review = answer(short, Review("v2"))
        handle(short, Approve("v2"))

    assert review.waived == ("roc_auc",)
    assert any("roc_auc is waived by lead until 2024-04-01" in line for line in review.lines)
    assert answer(short, VerifyCertificate("v2")).verdict is Verdict.PASS
    (short / "clock").write_text(UNTIL.isoformat())
    assert answer(short, VerifyCertificate("v2")).verdict is Verdict.FAIL


def test_a_waiver_that_ended_before_the_certificate_excuses_nothing(short: Path) -> None:
    waived(short)
    (short / "clock").write_text((UNTIL + timedelta(days=1)).isoformat())

    assert handle(short, Certify("v2")).verdict is Verdict.FAIL


def test_other_rows_need_another_waiver(short: Path) -> None:
    """A renewal keeps to the rows that were seen only while all that fell short is excused."""
    waived(short)
    with projects.opened(short) as opened:
        version = versions.found(opened, "v2")
        signed = waiving.on_record(opened, version)
        seen = signed[0].waiver.shortfall.gate.window
        record = papers.record(opened, version)

        assert waiving.window(opened, version, signed) == seen
        assert waiving.window(opened, version, ()) is None
    other = msgspec.structs.replace(seen, until=seen.until + timedelta(days=1))
    (gate,) = (one for one in record.evidence if one.clause == "roc_auc")
    assert signed[0].waiver.excuses(gate)
    assert not signed[0].waiver.excuses(msgspec.structs.replace(gate, window=other))


def test_how_to_waive_and_who_did_is_told(short: Path) -> None:
    before = answer(short, Explain("v2", "roc_auc"))
    waived(short)
    after = answer(short, Explain("v2", "roc_auc"))

    assert before.next == "mainstay waive v2 'roc_auc' --because REASON --until DATE"
    assert after.waived == ("roc_auc",)
    assert "waived by lead until 2024-04-01: the goal is of next year" in after.lines[-1]
    assert answer(short, Explain("v2", "clean_room")).next == ""


@pytest.mark.parametrize(
    ("changes", "kind", "what"),
    [
        ({"clause": "rocauc"}, Mistake, "is no gate of v2"),
        ({"clause": "stopped"}, Mistake, "holds: there is nothing to waive"),
        ({"because": " "}, Mistake, "needs its reason"),
        ({"until": datetime(2024, 2, 1, tzinfo=UTC)}, Mistake, "is over"),
        ({"until": datetime(2025, 2, 1, tzinfo=UTC)}, Mistake, "too long: .* 180d"),
        ({"version": "v1"}, Mistake, "holds: there is nothing to waive"),
        ({"name": small_project.AUTHOR}, Refused, "ana may not waive 'roc_auc'"),
    ],
)
def test_what_cannot_be_waived_is_refused(
    short: Path, changes: dict[str, object], kind: type[MainstayError], what: str
) -> None:
    with pytest.raises(kind, match=what):
        waived(short, **changes)
    with projects.opened(short) as opened:
        assert not list(opened.ledger.events(kind=waiving.KIND))


def test_an_author_who_is_an_approver_too_excuses_nothing_of_theirs(short: Path) -> None:
    handle(short, Trust(small_project.AUTHOR, "approver"))

    with pytest.raises(Refused, match="nobody excuses their own work"):
        waived(short, small_project.AUTHOR)


def sent(folder: Path, change: Callable[[Waiver], Waiver] = lambda one: one) -> SendWaiver:
    """As lead signs it elsewhere; change: after it was signed."""
    found = answer(folder, Shortfall("v2", "roc_auc")).facts["shortfall"]
    about = msgspec.convert(found, waiver.Missed)
    now = datetime.fromisoformat((folder / "clock").read_text())
    made = Waiver(about, "agreed", "lead", now, UNTIL)
    signed = waiver.signed(made, keys.load(settings.keys_folder(), "lead"))
    return SendWaiver(change(signed.waiver), signed.signature)


def test_a_waiver_signed_elsewhere_counts_as_one_signed_here(short: Path) -> None:
    said = handle(short, sent(short), by=Principal("lead", ()))

    assert said.facts["by"] == "lead"
    assert handle(short, Certify("v2")).verdict is Verdict.PASS
    with projects.opened(short) as opened:
        (event,) = opened.ledger.events(kind=waiving.KIND)
    lead = keys.load(settings.keys_folder(), "lead")
    assert (event.actor.name, event.actor.key) == ("lead", lead.id)


@pytest.mark.parametrize(
    ("members", "kind", "what"),
    [
        ({"expires": UNTIL + timedelta(days=9)}, Refused, "does not hold"),
        ({"reason": "because"}, Refused, "does not hold"),
        ({"by": "ana"}, Refused, "lead asks, but ana signed"),
    ],
)
def test_what_was_changed_on_its_way_is_refused(
    short: Path, members: dict[str, object], kind: type[MainstayError], what: str
) -> None:
    forged = sent(short, lambda one: msgspec.structs.replace(one, **members))

    with pytest.raises(kind, match=what):
        handle(short, forged, by=Principal("lead", ()))


def test_what_is_measured_otherwise_by_now_is_not_excused(short: Path) -> None:
    def better(one: Waiver) -> Waiver:
        gate = msgspec.structs.replace(one.shortfall.gate, note="better")
        about = msgspec.structs.replace(one.shortfall, gate=gate)
        return msgspec.structs.replace(one, shortfall=about)

    with pytest.raises(Conflict, match="is not what was signed any more"):
        handle(short, sent(short, better), by=Principal("lead", ()))
