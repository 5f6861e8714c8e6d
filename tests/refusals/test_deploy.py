"""Nothing reaches a door that is not approved, by a key that is trusted, as of now."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
import small_project

from mainstay.control import project as projects
from mainstay.control import publish
from mainstay.control.commands import Approve, Deploy, NewKey, Reject, Rollback
from mainstay.control.handle import handle
from mainstay.core import settings
from mainstay.core.errors import Broken, Conflict, MainstayError, Mistake, Refused


def serving(folder: Path) -> Path:
    return folder / ".mainstay" / "serving"


def by_hand(folder: Path, statement: str) -> None:
    connection = sqlite3.connect(folder / ".mainstay" / "ledger.db")
    with connection:
        connection.execute(statement)
    connection.close()


def later(folder: Path, days: int) -> None:
    moment = small_project.END + timedelta(days=days)
    (folder / "clock").write_text(moment.isoformat())


def refuses(folder: Path, what: str, kind: type[MainstayError] = Refused) -> None:
    """Refused, and the doors were told nothing."""
    with pytest.raises(kind, match=what):
        handle(folder, Deploy("v1"))

    assert not serving(folder).exists()


def test_a_version_nobody_approved_is_refused(as_approver: Path) -> None:
    refuses(as_approver, "v1 is certified: only an approved version")


def test_a_rejected_version_is_refused(as_approver: Path) -> None:
    handle(as_approver, Reject("v1", "no"))

    refuses(as_approver, "v1 is rejected")


def test_an_expired_certificate_is_refused(as_approver: Path) -> None:
    handle(as_approver, Approve("v1"))
    later(as_approver, 200)

    refuses(as_approver, "expired at")


def test_a_version_for_another_environment_is_refused(as_approver: Path) -> None:
    handle(as_approver, Approve("v1"))

    with pytest.raises(Refused, match="certified for production, not for replay"):
        handle(as_approver, Deploy("v1", environment="replay"))


def test_a_version_called_approved_by_hand_is_refused(as_approver: Path) -> None:
    by_hand(as_approver, "UPDATE version SET status = 'approved'")

    refuses(as_approver, "lead has not approved")


def test_a_changed_bundle_is_refused(as_approver: Path) -> None:
    handle(as_approver, Approve("v1"))
    manifest = next(as_approver.glob(".mainstay/bundles/*/manifest.json"))
    manifest.chmod(0o644)
    manifest.write_text(manifest.read_text() + " ")

    refuses(as_approver, "manifest.json")


def test_a_key_nobody_trusts_deploys_nothing(as_approver: Path) -> None:
    handle(as_approver, Approve("v1"))
    handle(as_approver, NewKey("mallory"))

    with settings.given({"MAINSTAY_KEY": "mallory"}):
        refuses(as_approver, "the key of mallory .* is not trusted")


def test_a_deployment_edited_by_hand_is_not_published(as_approver: Path) -> None:
    handle(as_approver, Approve("v1"))
    handle(as_approver, Deploy("v1"))
    before = (serving(as_approver) / "routing.json").read_bytes()
    by_hand(as_approver, "UPDATE deployment SET share = 0.5")

    with (
        projects.opened(as_approver) as opened,
        pytest.raises(Broken, match="changed by hand"),
    ):
        publish.published(opened)

    assert (serving(as_approver) / "routing.json").read_bytes() == before


def test_a_certificate_that_ended_is_not_published_again(as_approver: Path) -> None:
    handle(as_approver, Approve("v1"))
    handle(as_approver, Deploy("v1"))
    (serving(as_approver) / "routing.json").unlink()
    later(as_approver, 200)

    with (
        projects.opened(as_approver) as opened,
        pytest.raises(Refused, match="expired at"),
    ):
        publish.published(opened)


def test_a_rollback_without_history_is_a_conflict(as_approver: Path) -> None:
    with pytest.raises(Conflict, match="nothing was ever deployed"):
        handle(as_approver, Rollback("slow"))


def test_a_rollback_beyond_the_baseline_is_a_conflict(as_approver: Path) -> None:
    handle(as_approver, Approve("v1"))
    handle(as_approver, Deploy("v1", 1.0))
    handle(as_approver, Rollback("slow"))

    with pytest.raises(Conflict, match="the baseline answers everything already"):
        handle(as_approver, Rollback("slow"))


def test_a_rollback_needs_its_reason(as_approver: Path) -> None:
    with pytest.raises(Mistake, match="needs its reason"):
        handle(as_approver, Rollback(" "))
