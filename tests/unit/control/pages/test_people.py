"""The page of people."""

from typing import get_args

from mainstay.control.pages import people
from mainstay.control.pages.markup import Html
from mainstay.control.roles import ROLES, Permission
from mainstay.core.answers import Answer

ANA = {
    "name": "ana", "roles": [{"role": "viewer", "model": "*", "expires": None}], "password": True,
    "tokens": [],
}  # fmt: skip


def test_the_matrix_tells_every_permission_of_every_role() -> None:
    drawn = people.content("People", Answer("1", facts={"people": [ANA]}), Html())

    assert set(people.MEANINGS) == set(get_args(Permission))
    assert drawn.count(">yes</td>") == sum(map(len, ROLES.values()))
    assert drawn.count(">by leave</td>") == 4


def test_people_stand_with_their_roles_and_what_they_sign_in_with() -> None:
    drawn = people.content("People", Answer("1", facts={"people": [ANA]}), Html("<p>change</p>"))

    for words in ("ana", "viewer of every model", "a password", "<p>change</p>"):
        assert words in drawn
    assert "Nobody has a role yet" in people.content("P", Answer("", facts={"people": []}), Html())
