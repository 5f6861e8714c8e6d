"""The one policy; everything x everybody stands in tests/refusals/test_rights.py."""

from datetime import UTC, datetime, timedelta
from typing import get_args

from mainstay.control import roles
from mainstay.control.commands import Command, Deploy, Grant, Invite
from mainstay.control.queries import Query
from mainstay.control.roles import EVERY, Principal, Seat

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_everything_that_can_be_asked_has_its_line_and_nothing_else_has() -> None:
    assert set(roles.NEEDS) == {*get_args(Command), *get_args(Query)}


def test_roles_add_up_and_each_ends_by_itself() -> None:
    mara = Principal(
        "mara", (Seat("ml-engineer", "m", NOW), Seat("viewer", "m", NOW + timedelta(days=1)))
    )

    assert roles.ruling(mara, "deploy", "m", NOW - timedelta(seconds=1)) == "allowed"
    assert roles.ruling(mara, "deploy", "m", NOW) == "forbidden"
    assert roles.ruling(mara, "deploy", "m", NOW + timedelta(days=2)) == "hidden"


def test_a_token_never_widens_what_a_role_holds() -> None:
    vera = Principal("vera", (Seat("viewer", EVERY),), frozenset({"read", "deploy"}))

    assert roles.permissions(vera, "m", NOW) == {"read"}


def test_people_are_about_the_model_that_is_named_or_all() -> None:
    assert roles.concerned(Grant("ana", "viewer", "m")) == "m"
    assert roles.concerned(Grant("ana", "viewer")) == roles.concerned(Invite("ana")) == EVERY
    assert roles.concerned(Deploy("v1")) == ""
