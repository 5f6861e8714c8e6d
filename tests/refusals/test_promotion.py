"""No way from a fitted model to an approved version leads around the contract."""

import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
import small_project
from pyarrow import parquet

from mainstay.contract import document
from mainstay.control import project as projects
from mainstay.control import versions
from mainstay.control.commands import Approve, Build, Certify
from mainstay.control.handle import answer, handle
from mainstay.control.queries import VerifyBundle, VerifyCertificate, VerifyLedger
from mainstay.core.errors import Broken, Conflict, Missing, Refused
from mainstay.core.nouns import Verdict
from mainstay.core.places import Places
from mainstay.life.certify.certify import Order, certified


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def told(folder: Path, environment: str = "production") -> str:
    """What the check of v1's certificate says, which must not be that it may answer."""
    said = answer(folder, VerifyCertificate("v1", environment))
    assert said.verdict is Verdict.FAIL
    return said.headline


def looks(folder: Path) -> int:
    """How often held-out rows were opened."""
    with projects.opened(folder) as opened:
        return len(list(opened.ledger.events(kind="HoldoutOpened")))


def test_the_author_may_not_approve(as_author: Path) -> None:
    with pytest.raises(Refused, match="has signed this already"):
        handle(as_author, Approve("v1"))


def test_nobody_approves_their_own_work_under_another_name(as_approver: Path) -> None:
    edit(as_approver / "contract.yaml", "hold_out: 15d", "hold_out: 16d")
    handle(as_approver, Build())
    shutil.copy(as_approver / "keys" / "trust.json", as_approver / "before.json")
    edit(as_approver / "keys" / "trust.json", '"approver"', '"author",\n        "approver"')
    handle(as_approver, Certify("v2"))

    with pytest.raises(Refused, match="has signed this already"):
        handle(as_approver, Approve("v2"))


def test_the_same_approval_counts_once(as_approver: Path) -> None:
    handle(as_approver, Approve("v1"))

    with pytest.raises(Conflict, match="nothing waits for a decision"):
        handle(as_approver, Approve("v1"))


def test_a_contract_edited_after_registration_stops_certification(as_author: Path) -> None:
    edit(as_author / "contract.yaml", "at_least: 0.6", "at_least: 0.5")

    before = looks(as_author)

    with pytest.raises(Conflict, match=r"contract\.yaml changed since v1 was built"):
        handle(as_author, Certify())
    assert looks(as_author) == before


def test_certify_without_registration_is_refused(as_author: Path) -> None:
    with projects.opened(as_author) as opened:
        version = versions.birth(opened, versions.found(opened, "v1")).version
    read = document.read(as_author / "contract.yaml")
    order = Order(read, Places(as_author), version, None, datetime(2024, 3, 2, tzinfo=UTC))

    with pytest.raises(Refused, match="not registered"):
        certified(order)


def test_a_row_edited_to_approve_a_version_is_found_and_changes_nothing(as_author: Path) -> None:
    with sqlite3.connect(as_author / ".mainstay" / "ledger.db") as database:
        database.execute("UPDATE version SET status = 'approved'")
    database.close()

    assert answer(as_author, VerifyLedger()).verdict is Verdict.FAIL
    assert "lead has not approved" in told(as_author)


def test_a_file_swapped_under_a_certified_version_is_found(as_approver: Path) -> None:
    handle(as_approver, Approve("v1"))
    (bundle,) = (as_approver / ".mainstay" / "bundles").iterdir()
    edit(bundle / "code" / "model.py", "random_state=0", "random_state=1")

    assert "code/model.py was changed" in told(as_approver)
    with pytest.raises(Broken, match=r"code/model\.py differs"):
        answer(as_approver, VerifyBundle("v1"))


def test_an_expired_certificate_is_refused(as_approver: Path) -> None:
    handle(as_approver, Approve("v1"))
    (as_approver / "clock").write_text("2024-12-24T00:00:00+00:00")

    assert "expired" in told(as_approver)


def test_a_production_certificate_does_not_open_a_replay_door(as_approver: Path) -> None:
    handle(as_approver, Approve("v1"))

    assert "certified for production, not for replay" in told(as_approver, "replay")


def test_without_a_goal_nothing_is_certified(as_author: Path) -> None:
    edit(as_author / "contract.yaml", "    - {metric: roc_auc, at_least: 0.6}\n", "")
    edit(as_author / "contract.yaml", "good_enough:\n", "good_enough: []\n")
    handle(as_author, Build())

    with pytest.raises(Broken, match="how good is good enough"):
        handle(as_author, Certify("v2"))


def test_an_untrusted_author_opens_no_held_out_row(as_author: Path) -> None:
    edit(as_author / "contract.yaml", "hold_out: 15d", "hold_out: 14d")
    handle(as_author, Build())
    (as_author / "keys" / "trust.json").write_text('{"principals": []}')

    with pytest.raises(Refused, match="not trusted as author"):
        handle(as_author, Certify("v2"))

    with projects.opened(as_author) as opened:
        assert len(list(opened.ledger.events(kind="HoldoutOpened"))) == 1


def test_a_column_that_changed_its_type_stops_certification(as_author: Path) -> None:
    edit(as_author / "contract.yaml", "hold_out: 15d", "hold_out: 14d")
    handle(as_author, Build())
    path = as_author / "data" / "visits.parquet"
    table = parquet.read_table(path)
    at = table.column_names.index("wait")
    parquet.write_table(table.set_column(at, "wait", table["wait"].cast("float64")), path)

    with pytest.raises(Broken, match=r"wait was int64 and is float64.*certification is stopped"):
        handle(as_author, Certify("v2"))


def test_too_few_rows_are_refused_and_never_pass(born: Path, tmp_path: Path) -> None:
    folder = small_project.furnished(small_project.written(tmp_path / "few"), born)
    path = folder / "data" / "visits.parquet"
    table = parquet.read_table(path)
    parquet.write_table(table.take([*range(60), *range(2000, 3000)]), path)
    edit(folder / "contract.yaml", "hold_out: 15d", "hold_out: 20d")

    with pytest.raises(Broken, match="too few for any fit"):
        handle(folder, Build())


def test_a_period_without_decisions_is_refused(as_author: Path) -> None:
    late = datetime(2030, 1, 1, tzinfo=UTC)

    with pytest.raises(Missing, match="no decision") as refused:
        handle(as_author, Build(since=late))

    assert refused.value.hint
