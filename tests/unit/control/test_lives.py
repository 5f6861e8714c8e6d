"""A candidate against the live version over the life of its certificate."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec import structs
from planted_foresight import foresight

from mainstay.control import foreseeing, foretelling, lives, project, versions
from mainstay.control.commands import Build, Certify
from mainstay.control.handle import answer, handle
from mainstay.control.lives import Candidate
from mainstay.control.project import Project
from mainstay.control.queries import Approval
from mainstay.core.nouns import Evidence, Limit, Verdict
from mainstay.life.assess.foreseen import Foreseen
from mainstay.life.assess.foresight import Foresight

PERIODS = tuple(range(40))


@pytest.fixture
def two(live: Path) -> Path:
    """v1 is live, v2 is built of other code."""
    code = live / "model.py"
    code.write_text(code.read_text().replace("n_estimators=20", "n_estimators=5"))
    handle(live, Build())
    return live


def foreseen(opened: Project, name: str, found: Foresight) -> None:
    born = versions.birth(opened, versions.found(opened, name)).version
    with opened.ledger.transaction():
        foretelling.foreseen(opened, born.contract, born.code, found)


def compared(opened: Project, days: int = 12) -> Evidence:
    version = versions.found(opened, "v2")
    learned = versions.birth(opened, version).version.datasets[0].window
    begins: datetime = learned.until + timedelta(days=3)
    return lives.compared(
        opened, Candidate(version, "v1", 0.3, begins, begins + timedelta(days=days))
    )


def better(found: Foresight, by: float) -> Foresight:
    scores = [
        tuple(None if one is None else one + by for one in row) for row in found.forecast.scores
    ]
    return structs.replace(found, forecast=structs.replace(found.forecast, scores=tuple(scores)))


def test_where_nobody_foresaw_it_cannot_tell(two: Path) -> None:
    with project.opened(two) as opened:
        found = compared(opened)

    assert (found.estimate, found.limit, found.verdict) == (None, None, None)
    assert found.note.startswith("cannot tell: how models like v2 age was not foreseen (mainstay")


def test_where_the_live_version_was_not_foreseen_it_cannot_tell(two: Path) -> None:
    with project.opened(two) as opened:
        foreseen(opened, "v2", foresight(days=3))
        found = compared(opened)

    assert "how models like v1 age was not foreseen" in found.note


def test_a_better_recipe_is_better_by_that_over_its_life_and_says_the_money(two: Path) -> None:
    plain = structs.replace(foresight(days=3), begins=PERIODS)
    with project.opened(two) as opened:
        foreseen(opened, "v1", plain)
        foreseen(opened, "v2", better(plain, 0.03))
        found = compared(opened)

    assert found.estimate is not None
    assert found.estimate.value == pytest.approx(0.03)
    assert found.estimate.unit == "roc_auc"
    assert found.note.startswith("v2 is better than v1, 0 days older, on average from day 0 to day")
    assert "about EUR " in found.note


def test_money_of_other_rows_is_compared_on_one_scale_and_told(two: Path) -> None:
    """The same models, whose share of all there was to earn was another."""
    half = {"measure": "share of perfect money", "constant": 1000.0, "best": 3000.0}
    ours = structs.replace(foresight(days=3), begins=PERIODS, **half)
    scores = [
        tuple(None if one is None else 2 * one for one in row) for row in ours.forecast.scores
    ]
    less = structs.replace(ours.forecast, scores=tuple(scores))
    theirs = structs.replace(ours, best=2000.0, forecast=less)
    with project.opened(two) as opened:
        foreseen(opened, "v1", theirs)
        foreseen(opened, "v2", better(ours, 0.03))
        found = compared(opened)

    assert found.estimate is not None
    assert found.estimate.value == pytest.approx(0.03)
    assert "about EUR 60 (" in found.note


def limited(folder: Path, most: float) -> None:
    """The contract states how much worse a candidate may be over its life."""
    contract = folder / "contract.yaml"
    clause = f"certify:\n  champion: {{life_worse_by: {most}}}\n"
    contract.write_text(contract.read_text().replace("certify:\n", clause))


@pytest.mark.parametrize(
    ("by", "verdict"), [(0.03, Verdict.PASS), (-0.03, Verdict.FAIL), (None, Verdict.UNSURE)]
)
def test_where_the_contract_states_how_much_worse_it_is_a_gate(
    two: Path, by: float | None, verdict: Verdict
) -> None:
    plain = structs.replace(foresight(days=3), begins=PERIODS)
    limited(two, 0.01)
    with project.opened(two) as opened:
        if by is not None:
            foreseen(opened, "v1", plain)
            foreseen(opened, "v2", better(plain, by))
        found = compared(opened)

    assert (found.limit, found.verdict) == (Limit("at_least", -0.01), verdict)


def test_where_the_contract_asks_both_codes_are_foreseen_and_a_worse_life_is_refused(
    live: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fits of 60 days foretell nothing: what they would say is planted, rows and code are not."""
    contract, code = live / "contract.yaml", live / "model.py"
    limit = "  foresee: always\n  champion: {life_worse_by: 0.01, worse_by: 0.5}\n"
    contract.write_text(contract.read_text().replace("certify:\n", f"certify:\n{limit}"))
    code.write_text(code.read_text().replace("n_estimators=20", "n_estimators=19"))
    handle(live, Build())
    plain, asked = structs.replace(foresight(days=3), begins=PERIODS), []

    def planted(worker, rows, *_):
        asked.append(rows)
        text = (rows.training.code / "model.py").read_text()
        return Foreseen((), plain if "n_estimators=20" in text else better(plain, -0.03))

    monkeypatch.setattr(foreseeing, "ages", planted)
    said = handle(live, Certify())

    (gate,) = (one for one in said.evidence if one.clause == lives.CLAUSE)
    ours, theirs = asked
    assert ours.training.rows.tolist() == theirs.training.rows.tolist()
    assert ours.when.tolist() == theirs.when.tolist()
    assert (gate.verdict, gate.limit) == (Verdict.FAIL, Limit("at_least", -0.01))
    assert gate.estimate.value == pytest.approx(-0.03)
    assert said.verdict is Verdict.FAIL


def test_other_periods_are_not_the_same_test(two: Path) -> None:
    plain = foresight(days=3)
    with project.opened(two) as opened:
        foreseen(opened, "v1", structs.replace(plain, begins=tuple(at + 500 for at in PERIODS)))
        foreseen(opened, "v2", structs.replace(plain, begins=PERIODS))
        found = compared(opened)

    assert found.note == "cannot tell: the two were foreseen over other periods"


def test_ages_that_nobody_saw_are_left_out_and_that_is_said(two: Path) -> None:
    plain = structs.replace(foresight(days=3), begins=PERIODS)
    with project.opened(two) as opened:
        foreseen(opened, "v1", plain)
        foreseen(opened, "v2", better(plain, 0.03))
        found = compared(opened, days=300)

    assert f"to day {plain.seen * 3} of its age, the oldest any was seen" in found.note


def test_the_approver_sees_it(live: Path) -> None:
    code = live / "model.py"
    code.write_text(code.read_text().replace("n_estimators=20", "n_estimators=19"))
    handle(live, Build())
    said = handle(live, Certify())

    last = said.evidence[-1]
    assert last.clause == lives.CLAUSE
    assert last.note.startswith("cannot tell")
    if said.verdict == "pass":
        it = answer(live, Approval("v2")).facts["approval"]
        assert it["over_life"]["note"] == last.note
