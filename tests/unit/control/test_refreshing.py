"""`context refresh` and `context show`; with a version that looks up: tests/e2e/test_context.py."""

from datetime import timedelta
from pathlib import Path

import pytest
import small_project

from mainstay.bundle import points
from mainstay.bundle.lookup import Lookup
from mainstay.bundle.redis_views import Server
from mainstay.bundle.views import Folder, View
from mainstay.control import project, refreshing
from mainstay.control.commands import RefreshContext
from mainstay.control.handle import answer, handle
from mainstay.control.queries import ContextViews
from mainstay.core.errors import Missing

NOW = small_project.AFTER
WEATHER = Lookup("weather", "w", ("town",), ("rain",), timed=True, fresh=7200.0)


def test_where_nothing_is_looked_up_nothing_is_made(live: Path) -> None:
    made, shown = handle(live, RefreshContext()), answer(live, ContextViews())

    assert made.headline == shown.headline == "No version that answers here looks context up."
    assert not (live / ".mainstay" / "serving" / "context").exists()


def test_before_a_deployment_there_is_nobody_to_look_anything_up(as_author: Path) -> None:
    with pytest.raises(Missing, match="answers nobody yet"):
        handle(as_author, RefreshContext())


@pytest.mark.parametrize(
    ("age", "why"),
    [(1, ""), (3, "its newest row is 10,800 s old, of 7,200"), (None, "it is empty")],
)
def test_a_view_is_late_by_the_freshness_of_its_contract(age: int | None, why: str) -> None:
    newest = None if age is None else points.moment(NOW - timedelta(hours=age))

    assert refreshing._late(WEATHER, View("weather", newest), NOW) == why
    assert refreshing._late(WEATHER, None, NOW) == "it was not made yet"


def test_a_server_keeps_them_where_one_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "contract.yaml").write_text(small_project.CONTRACT)
    with project.opened(tmp_path) as opened:
        assert isinstance(refreshing.shelf(opened), Folder)
        monkeypatch.setenv("MAINSTAY_CONTEXT", "redis://127.0.0.1:1/0")
        assert isinstance(refreshing.shelf(opened), Server)
