"""The shell of every page: only what somebody may open, and how much waits there."""

from pathlib import Path

from asking import Control, given
from visiting import visit

from mainstay.web import shell
from mainstay.web.visit import Waiting


def test_the_rail_leads_only_where_somebody_may_go() -> None:
    viewer, admin = (shell.rail(visit(role), "/") for role in ("viewer", "admin"))

    assert 'href="/people"' not in viewer
    assert 'href="/audit"' not in viewer
    assert 'href="/people"' in admin
    assert 'href="/predictions"' not in admin


def test_the_page_that_is_open_is_said_also_of_what_lies_below_it() -> None:
    def current(path: str) -> str:
        before = shell.rail(visit("viewer"), path).partition('aria-current="page"')[0]
        return before.rpartition('href="')[2].partition('"')[0]

    assert current("/") == "/"
    assert current("/incidents/3") == "/incidents"
    assert current("/models/no-show/life") == "/models/no-show/life"
    assert current("/datax") != "/data"


def test_what_waits_is_counted_in_words_too() -> None:
    drawn = shell.rail(visit("viewer")._replace(waiting=Waiting(2, 0)), "/")

    assert '<i>2<span class="vh"> open</span></i>' in drawn
    assert drawn.count("<i>") == 1


def test_every_way_has_a_letter_of_its_own() -> None:
    keys = [one.key for one in shell.ways("m")]

    assert len(set(keys)) == len(keys)


def test_every_way_leads_to_a_page(asked: Control, folder: Path) -> None:
    token = given(folder, "ada", "admin", "auditor", "rows")
    shown = {"authorization": f"Bearer {token}"}

    found = {one.path: asked.ask("GET", one.path, **shown).status for one in shell.ways("no-show")}

    assert set(found.values()) == {200}, found
