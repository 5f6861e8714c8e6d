"""Who is asking, by what they show."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from asking import given

from mainstay.control import admission
from mainstay.control.project import Project
from mainstay.core import clock
from mainstay.core.errors import Missing, Refused
from mainstay.core.places import Places
from mainstay.ledger.store import Ledger
from mainstay.ledger.verify import verify

NOW = clock.machine()
PASSWORD = "correct horse battery"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    places = Places(tmp_path)
    with Ledger(places.ledger) as ledger:
        yield Project(places, ledger)


def set_up(project: Project) -> str:
    code = admission.opened(project.ledger, NOW)
    assert code
    return admission.accepted(project, code, "ada", PASSWORD, NOW)


def test_the_first_person_is_admin_of_everything_and_on_record(project: Project) -> None:
    set_up(project)

    assert [seat.role for seat in admission.seats(project.ledger, "ada")] == ["admin"]
    assert admission.by_password(project.ledger, "ada", PASSWORD)
    assert [event.kind for event in project.ledger.events()] == ["Granted", "CredentialGiven"]
    assert verify(project.ledger) == ()


def test_nobody_else_comes_in_by_set_up(project: Project) -> None:
    code = admission.opened(project.ledger, NOW)
    set_up(project)

    assert admission.opened(project.ledger, NOW) is None
    with pytest.raises(Missing, match="was used"):
        admission.invitation(project.ledger, str(code), NOW)


def test_a_new_start_makes_the_link_before_it_worthless(project: Project) -> None:
    first, second = (admission.opened(project.ledger, NOW) for _ in range(2))

    admission.invitation(project.ledger, str(second), NOW)
    with pytest.raises(Missing):
        admission.invitation(project.ledger, str(first), NOW)


def test_the_link_is_good_for_a_day(project: Project) -> None:
    code = str(admission.opened(project.ledger, NOW))

    admission.invitation(project.ledger, code, NOW + timedelta(hours=23))
    with pytest.raises(Missing):
        admission.invitation(project.ledger, code, NOW + timedelta(hours=25))


def test_a_session_ends_when_nobody_uses_it_and_in_any_case_after_a_week(project: Project) -> None:
    ledger, idle = project.ledger, admission.IDLE
    session = admission.begun(ledger, "ada", NOW)
    moment = NOW
    while moment < NOW + admission.LONGEST - idle:
        moment += idle / 2
        assert admission.by_session(ledger, session.secret, moment)
    unused = admission.begun(ledger, "ada", NOW)

    assert admission.by_session(ledger, session.secret, NOW + admission.LONGEST) is None
    assert admission.by_session(ledger, unused.secret, NOW + idle) is None


def test_what_a_session_is_for_no_token_is(project: Project) -> None:
    session = admission.begun(project.ledger, "ada", NOW)

    assert admission.by_token(project.ledger, session.secret, NOW) is None
    assert admission.by_session(project.ledger, "", NOW) is None


def test_no_session_begins_by_a_token_nobody_gave(project: Project) -> None:
    with pytest.raises(Refused, match="not known"):
        admission.begun(project.ledger, "", NOW, token="wrong")


def test_no_secret_is_kept_as_it_is(project: Project) -> None:
    session = admission.begun(project.ledger, "ada", NOW)
    code = admission.opened(project.ledger, NOW)
    token = given(project.places.folder, "ada", "viewer")
    project.ledger.close()

    stored = b"".join(
        path.read_bytes() for path in project.places.state.rglob("*") if path.is_file()
    )
    assert b"credential" in stored
    for secret in (session.secret, str(code), token):
        assert secret.encode() not in stored


def test_somebody_can_sign_in_only_with_a_role_that_lasts(project: Project) -> None:
    given(project.places.folder, "eve")
    assert not admission.anybody(project.ledger, NOW)
    given(project.places.folder, "old", "admin", expires=NOW - timedelta(days=1))
    assert not admission.anybody(project.ledger, NOW)
    given(project.places.folder, "vera", "viewer")
    assert admission.anybody(project.ledger, NOW)


def test_two_secrets_are_one_only_when_they_are_the_same() -> None:
    assert admission.same("a", "a")
    assert not admission.same("a", "b")
    assert not admission.same("", "a")
