"""What a hold-out will tell, asked before a look is spent."""

from pathlib import Path

import pytest
import small_project

from mainstay.bundle.layout import UNSEEN
from mainstay.control import project as projects
from mainstay.control.commands import Build, Certify
from mainstay.control.handle import answer, handle
from mainstay.control.queries import Plan
from mainstay.core.errors import Unsure
from mainstay.core.nouns import Verdict


def looks(folder: Path) -> int:
    with projects.opened(folder) as opened:
        return len(list(opened.ledger.events(kind="HoldoutOpened")))


def edit(folder: Path, *pairs: tuple[str, str]) -> None:
    path = folder / "contract.yaml"
    for old, new in pairs:
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))


def test_a_plan_tells_each_limit_and_opens_nothing(as_author: Path) -> None:
    before = looks(as_author)

    said = answer(as_author, Plan())

    clauses = {one.clause: one for one in said.evidence}
    assert set(clauses) >= {"roc_auc", "slices, kind = new"}
    assert clauses["roc_auc"].note.startswith("15 days tell ±0.0")
    assert "nothing was opened" in said.lines[-1]
    assert said.next == "mainstay certify v1"
    assert looks(as_author) == before


def test_a_plan_of_a_renewal_is_of_the_newest_days(as_author: Path) -> None:
    said = answer(as_author, Plan(renew=True))

    assert said.next == "mainstay certify v1 --renew"
    assert said.evidence[0].window.until == small_project.END


def test_an_older_bundle_cannot_tell(as_author: Path) -> None:
    (bundle,) = (as_author / ".mainstay" / "bundles").iterdir()
    (bundle / UNSEEN).unlink()

    said = answer(as_author, Plan())

    assert (said.verdict, said.evidence) == (Verdict.UNSURE, ())


@pytest.fixture
def hopeless(as_author: Path) -> Path:
    """A goal that 15 days will not tell, and a contract that then leaves them closed."""
    edit(
        as_author,
        ("at_least: 0.6}", "at_least: 0.72}"),
        ("  hold_out: 15d", "  hold_out: 15d\n  cannot_tell: stop"),
    )
    return as_author


def test_a_hold_out_that_cannot_tell_stays_closed_where_the_contract_says_so(
    hopeless: Path,
) -> None:
    built = handle(hopeless, Build())
    before = looks(hopeless)

    with pytest.raises(Unsure, match=r"the hold-out stays closed: roc_auc ≥ 0.72: 15 days tell"):
        handle(hopeless, Certify())

    assert any("before the hold-out is opened: roc_auc ≥ 0.72" in line for line in built.lines)
    assert looks(hopeless) == before
