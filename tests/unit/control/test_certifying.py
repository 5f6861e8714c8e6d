"""`certify`, on record."""

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pytest
import small_project
from pyarrow import parquet

from mainstay.control import certifying, lives, papers, versions
from mainstay.control import project as projects
from mainstay.control.commands import Approve, Build, Certify
from mainstay.control.handle import answer, handle
from mainstay.control.pages import errors
from mainstay.control.queries import Explain
from mainstay.core import settings
from mainstay.core.errors import Conflict, Mistake
from mainstay.core.nouns import Verdict
from mainstay.seal import certificate as seal


def edit(folder: Path, old: str, new: str) -> None:
    text = (folder / "contract.yaml").read_text()
    assert old in text
    (folder / "contract.yaml").write_text(text.replace(old, new))


def test_a_judgement_is_not_repeated_and_costs_one_look(as_author: Path) -> None:
    said = handle(as_author, Certify())

    assert said.verdict is Verdict.PASS
    with projects.opened(as_author) as opened:
        assert len(list(opened.ledger.events(kind="HoldoutOpened"))) == 1


@pytest.mark.parametrize("when", ["held out", "before"])
def test_a_corrected_hold_out_is_judged_anew_and_nothing_else_is(
    as_author: Path, when: str
) -> None:
    first = handle(as_author, Certify())
    path = as_author / "data" / "visits.parquet"
    rows = parquet.read_table(path)
    label = rows["missed"].to_pylist()
    at = len(label) - 400 if when == "held out" else 100
    label[at] = not label[at]
    place = rows.column_names.index("missed")
    parquet.write_table(rows.set_column(place, "missed", pa.array(label)), path)

    again = handle(as_author, Certify())

    anew = when == "held out"
    assert any("held-out rows changed since" in one for one in again.lines) is anew
    assert (again.facts["certificate"] != first.facts["certificate"]) is anew
    assert handle(as_author, Certify()).facts == again.facts
    with projects.opened(as_author) as opened:
        assert len(list(opened.ledger.events(kind="HoldoutOpened"))) == 1 + anew


def test_a_system_of_unknown_columns_is_a_mistake_before_anything_is_opened(
    as_author: Path,
) -> None:
    edit(as_author, "certify:\n", "certify:\n  robust: {systems: {booking: [wiat, kind]}}\n")
    handle(as_author, Build())

    with pytest.raises(
        Mistake, match=r"systems\.booking: the version reads no column wiat"
    ) as slip:
        handle(as_author, Certify())

    assert slip.value.hint.startswith("did you mean wait?")
    with projects.opened(as_author) as opened:
        assert len(list(opened.ledger.events(kind="HoldoutOpened"))) == 1  # that of v1


def test_columns_of_a_system_are_tried_together(as_author: Path) -> None:
    edit(as_author, "certify:\n", "certify:\n  robust: {systems: {booking: [wait, kind]}}\n")
    handle(as_author, Build())
    handle(as_author, Certify())

    with projects.opened(as_author) as opened:
        shaken = papers.record(opened, versions.found(opened, "v2")).details.shaken
    (one,) = (one for one in shaken.tried if one.name == "booking")
    assert (one.what, one.rejected) == ("missing", one.rows)


def test_a_version_that_falls_short_is_recorded_with_what_is_short(as_author: Path) -> None:
    edit(as_author, "at_least: 0.6}", "at_least: 0.95}")
    handle(as_author, Build())

    said = handle(as_author, Certify())

    assert said.verdict is Verdict.FAIL
    assert "not good enough yet" in said.headline
    assert said.next == "mainstay explain v2 'roc_auc'"
    assert "is beyond its limit ≥ 0.95" in said.facts["short"][0]
    assert said.facts["seconds"]["searching slices"] > 0
    assert said.lines[-1] == "Evidence: .mainstay/certify/v2.html"
    page = (as_author / ".mainstay" / "certify" / "v2.html").read_text()
    assert "not good enough yet" in page
    assert errors.TITLE in page
    with projects.opened(as_author) as opened:
        assert versions.found(opened, "v2").status == "refused"
        looks = opened.ledger.events(kind="HoldoutOpened")
        assert [event.payload["number"] for event in looks] == [1, 2]


def test_what_took_a_second_and_more_is_told_longest_first() -> None:
    seconds = {"goals": 2.4, "searching slices": 11.6, "copies": 0.2}

    (line,) = certifying._took(SimpleNamespace(seconds=seconds))

    assert line == "took 14 s: searching slices 12, goals 2"
    assert not list(certifying._took(SimpleNamespace(seconds={"goals": 0.3})))


@pytest.mark.parametrize("margin", ["", ", simplest: {margin: 0.001}"])
def test_a_refused_version_is_held_against_something_simpler_only_where_that_is_asked(
    as_author: Path, margin: str
) -> None:
    edit(as_author, "at_least: 0.6}", "at_least: 0.95}")
    edit(as_author, "  hold_out: 15d", f"  hold_out: 15d\n  {margin[2:]}")
    handle(as_author, Build())

    clauses = [one.clause for one in handle(as_author, Certify()).evidence]

    assert any(one.startswith("simplest, ") for one in clauses) is bool(margin)
    assert not any(one.startswith("robust, ") for one in clauses)
    assert any(one.startswith("found_slices") for one in clauses)


def test_a_certificate_names_its_authors_its_approver_and_its_end(born: Path) -> None:
    with (
        settings.given({"MAINSTAY_KEYS": str(born / "keys")}),
        projects.opened(born) as opened,
    ):
        issued = seal.opened(papers.envelope(opened, versions.found(opened)), opened.trust)
        (author,) = issued.authors
        holder = opened.trust.holder(author)

    assert holder is not None
    assert holder.name == small_project.AUTHOR
    assert issued.approver == small_project.APPROVER
    assert issued.not_after - issued.issued == timedelta(days=180)
    assert issued.registered.look == 1


def test_only_an_approved_version_is_renewed(as_author: Path) -> None:
    with pytest.raises(
        Conflict, match="v1 is certified: only an approved or refused version is judged anew"
    ):
        handle(as_author, Certify("v1", renew=True))


def test_a_renewal_is_judged_on_the_newest_rows_and_needs_a_new_approval(project: Path) -> None:
    common = {"MAINSTAY_CLOCK": str(project / "clock"), "MAINSTAY_KEYS": str(project / "keys")}
    (project / "clock").write_text(small_project.END.isoformat())
    with settings.given({**common, "MAINSTAY_KEY": small_project.APPROVER}):
        (project / "clock").write_text((small_project.END + timedelta(days=1)).isoformat())
        handle(project, Approve("v1"))
    with settings.given({**common, "MAINSTAY_KEY": small_project.AUTHOR}):
        (project / "clock").write_text((small_project.END + timedelta(days=2)).isoformat())
        said = handle(project, Certify("v1", renew=True))

    assert said.verdict is Verdict.PASS
    room = next(one for one in said.evidence if one.clause == "clean_room")
    first = small_project.END + timedelta(days=1)
    assert room.method.endswith(f"{first:%Y-%m-%d}")  # the bundle is what it was
    with settings.given(common), projects.opened(project) as opened:
        assert versions.found(opened, "v1").status == "certified"


def test_an_unknown_environment_is_a_mistake(as_author: Path) -> None:
    with pytest.raises(Mistake, match="'staging' is no environment"):
        handle(as_author, Certify(environment="staging"))


def test_a_hold_out_of_too_few_days_is_unsure_and_can_still_be_explained(as_author: Path) -> None:
    edit(as_author, "hold_out: 15d", "hold_out: 5d")
    handle(as_author, Build())

    said = handle(as_author, Certify())

    assert said.verdict is Verdict.UNSURE
    assert handle(as_author, Certify()) == said
    explained = answer(as_author, Explain("v2", "roc_auc"))
    assert explained.verdict is Verdict.UNSURE
    assert explained.evidence[0].note == "too few rows or days for any interval"


def test_a_candidate_is_held_against_the_live_version(live: Path) -> None:
    model = live / "model.py"
    model.write_text(model.read_text().replace("n_estimators=20", "n_estimators=40"))
    handle(live, Build())

    said = handle(live, Certify("v2"))

    found = {one.clause: one for one in said.evidence if one.clause.startswith("champion")}
    assert list(found) == ["champion, roc_auc", "champion, slices", lives.CLAUSE]
    assert found["champion, roc_auc"].population.startswith("hold-out, v2 and v1 on the same")
    overall = found["champion, roc_auc"]
    assert overall.limit.judge(overall.estimate) is overall.verdict
    assert answer(live, Explain("v2", "champion, roc_auc")).verdict is overall.verdict


def test_a_live_version_that_learned_from_the_rows_makes_it_unsure(live: Path) -> None:
    """v2 is of an earlier period: what judges it is what v1 learned from."""
    handle(live, Build(until=small_project.START + timedelta(days=40)))

    said = handle(live, Certify("v2"))

    one = next(one for one in said.evidence if one.clause.startswith("champion"))
    assert (one.verdict, one.estimate) == (Verdict.UNSURE, None)
    assert "v1 learned from decisions until" in one.note


def test_the_live_version_is_not_held_against_itself(live: Path) -> None:
    with projects.opened(live) as opened:
        version = versions.found(opened, "v1")

        assert certifying._champion(opened, version) is None
