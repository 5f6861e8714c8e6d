"""One table of all there is."""

from typing import get_args

from mainstay.control.roles import Permission
from mainstay.web.routes import ROUTES


def test_every_route_says_what_it_needs_and_stands_there_once() -> None:
    known = {*get_args(Permission), "public", "signed in", "as asked"}

    assert {one.needs for one in ROUTES} <= known
    assert len({(one.method, one.path) for one in ROUTES}) == len(ROUTES)
    assert all(one.says.endswith(".") for one in ROUTES)


def test_nothing_that_is_asked_of_the_project_is_public() -> None:
    public = {one.path for one in ROUTES if one.needs == "public"}

    assert public == {
        "/livez", "/readyz", "/api/openapi.json", "/sign-in", "/sign-in/provider",
        "/sign-in/return", "/invitation/{code}",
        "/static/{name:path}",
    }  # fmt: skip


def test_a_page_for_people_has_its_twin_for_scripts() -> None:
    paths = {one.path for one in ROUTES}
    pages = [one.path for one in ROUTES if one.page and one.needs == "read"]

    assert pages
    assert [one for one in pages if f"{one.rstrip('/') or '/index'}.json" not in paths] == []
