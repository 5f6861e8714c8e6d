"""Who has which role, and what they sign in with."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import small_project

from mainstay.control import admission
from mainstay.control.commands import (
    GiveToken,
    Grant,
    Invite,
    OfPeople,
    OwnToken,
    TakeBack,
    Withdraw,
)
from mainstay.control.handle import answer, handle
from mainstay.control.project import Project, opened
from mainstay.control.queries import People
from mainstay.control.roles import Principal
from mainstay.core import clock, settings
from mainstay.core.errors import Conflict, Missing, Mistake, Refused

ADA = Principal("ada", ())


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "contract.yaml").write_text(small_project.CONTRACT)
    with settings.given({"MAINSTAY_KEYS": str(tmp_path / "keys")}):
        handle(tmp_path, Grant("mara", "ml-engineer"))
        yield tmp_path


@pytest.fixture
def project(folder: Path) -> Iterator[Project]:
    with opened(folder) as made:
        yield made


def test_a_role_is_given_on_record_and_taken_again(folder: Path) -> None:
    handle(folder, Grant("vera", "viewer", "no-show", days=30), by=ADA)
    handle(folder, Withdraw("vera", "viewer", "no-show"), by=ADA)

    with opened(folder) as project:
        events = [event for event in project.ledger.events() if event.actor.name == "ada"]
    assert [event.kind for event in events] == ["Granted", "Withdrawn"]
    assert {event.subject for event in events} == {"no-show"}
    with pytest.raises(Conflict, match="vera is not viewer of no-show"):
        handle(folder, Withdraw("vera", "viewer", "no-show"))


@pytest.mark.parametrize(
    ("command", "what"),
    [
        (Grant("Ada", "viewer"), "cannot name a person"),
        (Grant("ana", "emperor"), "is no role"),
        (Grant("ana", "viewer", "../x"), "cannot name a model"),
        (Grant("ana", "viewer", days=0), "at least a day"),
        (Invite("mara", 0), "1 to 168 hours"),
        (Invite("mara", 169), "1 to 168 hours"),
        (GiveToken("mara", "laptop", days=367), "1 to 366 days"),
        (GiveToken("mara", "My Laptop"), "cannot name a token"),
        (GiveToken("mara", "laptop", ("everything",)), "is no scope"),
        (OwnToken("laptop"), "nobody is signed in"),
    ],
)
def test_what_makes_no_sense_is_a_mistake(folder: Path, command: OfPeople, what: str) -> None:
    with pytest.raises(Mistake, match=what):
        handle(folder, command)


def test_nobody_changes_roles_of_their_own(folder: Path) -> None:
    for command in (Grant("ada", "ml-engineer"), Withdraw("ada", "admin")):
        with pytest.raises(Refused, match="of their own"):
            handle(folder, command, by=ADA)


@pytest.mark.parametrize("command", [Invite("eve"), GiveToken("eve", "laptop")])
def test_who_has_no_role_gets_nothing_to_sign_in_with(folder: Path, command: OfPeople) -> None:
    with pytest.raises(Missing, match="eve has no role here"):
        handle(folder, command)


def test_an_invitation_sets_a_password_once(folder: Path, project: Project) -> None:
    code = handle(folder, Invite("mara")).facts["path"].rpartition("/")[2]
    now = clock.machine()

    name = admission.accepted(project, code, "eve", "correct horse battery", now)

    assert name == "mara"
    assert admission.by_password(project.ledger, "mara", "correct horse battery")
    with pytest.raises(Missing):
        admission.accepted(project, code, "", "another horse battery", now)


def test_a_token_is_shown_once_and_counts_within_its_scopes(folder: Path, project: Project) -> None:
    said = handle(folder, GiveToken("mara", "laptop", ("read",)))

    found = admission.by_token(project.ledger, said.facts["token"], clock.machine())
    assert found
    assert (found.name, found.scopes) == ("mara", {"read"})
    with pytest.raises(Conflict, match="has a token laptop already"):
        handle(folder, GiveToken("mara", "laptop"))
    assert said.facts["token"] not in str(answer(folder, People()).facts)


def test_a_token_of_ones_own_is_never_wider_than_what_it_is_asked_with(
    folder: Path, project: Project
) -> None:
    narrowed = Principal("mara", (), frozenset({"read", "own tokens"}))

    with pytest.raises(Refused, match="does not have: deploy"):
        handle(folder, OwnToken("a", ("deploy",)), by=narrowed)
    same = handle(folder, OwnToken("b"), by=narrowed).facts["token"]
    free = handle(folder, OwnToken("c"), by=narrowed._replace(scopes=None)).facts["token"]

    scopes = [admission.by_token(project.ledger, one, clock.machine()) for one in (same, free)]
    assert [one.scopes for one in scopes if one] == [narrowed.scopes, None]


def test_one_token_is_taken_back_and_then_everything(folder: Path, project: Project) -> None:
    first, second = (
        handle(folder, GiveToken("mara", label)).facts["token"] for label in ("one", "two")
    )
    session = admission.begun(project.ledger, "mara", clock.machine())

    def known() -> list[bool]:
        now = clock.machine()
        tokens = [bool(admission.by_token(project.ledger, one, now)) for one in (first, second)]
        return [*tokens, bool(admission.by_session(project.ledger, session.secret, now))]

    assert known() == [True, True, True]
    handle(folder, TakeBack("mara", "one"))
    assert known() == [False, True, True]
    handle(folder, TakeBack("mara"))
    assert known() == [False, False, False]
    with pytest.raises(Missing, match="mara has no credential"):
        handle(folder, TakeBack("mara"))


def test_everybody_is_listed_with_what_they_may_and_sign_in_with(folder: Path) -> None:
    handle(folder, GiveToken("mara", "laptop"))
    handle(folder, Grant("vera", "viewer", "no-show"))

    said = answer(folder, People())

    assert said.headline == "2 have a role or sign in."
    mara, vera = said.facts["people"]
    assert (mara["roles"][0]["role"], mara["tokens"][0]["label"]) == ("ml-engineer", "laptop")
    assert (vera["roles"][0]["model"], vera["password"]) == ("no-show", False)
    assert "cannot sign in" in said.lines[1]
