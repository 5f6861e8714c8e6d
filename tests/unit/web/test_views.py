"""Pages of one query each, and their twins."""

from pathlib import Path

import pytest
from asking import Control, control, given

from mainstay.web import views

PATHS = [
    "/models/no-show", "/contract", "/incidents", "/approvals", "/data", "/models/no-show/life",
    "/search?q=rain", "/settings", "/runs?state=failed", "/contract/revisions", "/conflicts",
]  # fmt: skip


def shown(folder: Path, name: str = "vera", role: str = "viewer") -> dict[str, str]:
    return {"authorization": f"Bearer {given(folder, name, role)}"}


@pytest.mark.parametrize("path", PATHS)
def test_every_page_has_a_twin_with_the_same_sentence(
    asked: Control, folder: Path, path: str
) -> None:
    token = shown(folder)

    page, twin = (
        asked.ask("GET", path, **token),
        asked.ask("GET", path.replace("?", ".json?") if "?" in path else f"{path}.json", **token),
    )

    assert (page.status, twin.status) == (200, 200)
    assert twin.json["headline"]
    assert page.text.count("<main") == 1
    assert page.text.count("<script") == page.text.count('<script src="/static/') >= 1


def test_a_model_that_was_never_deployed_is_unknown_and_never_green(
    asked: Control, folder: Path
) -> None:
    page = asked.ask("GET", "/models/no-show", **shown(folder))

    assert page.text.count('class="question unknown"') == 5
    assert 'class="state pass"' not in page.text


def test_the_audit_is_for_those_who_may_audit(asked: Control, folder: Path) -> None:
    viewer, auditor = shown(folder), shown(folder, "otto", "auditor")

    assert asked.ask("GET", "/audit", **viewer).status == 403
    assert asked.ask("GET", "/audit", **auditor).status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/models/other",
        "/incidents/99",
        "/incidents/x",
        "/contracts",
        "/incidents/99999999999999999999",
    ],
)
def test_what_is_not_there_is_missing(asked: Control, folder: Path, path: str) -> None:
    assert asked.ask("GET", path, **shown(folder)).status == 404


@pytest.mark.slow
def test_a_version_shows_its_evidence(as_author: Path) -> None:
    page = control(as_author).ask("GET", "/models/no-show/versions/v1", **shown(as_author))

    assert page.status == 200
    assert "roc_auc" in page.text
    assert "Evidence" in page.text


def test_every_view_is_read_by_a_route_of_its_own() -> None:
    paths = [route.path for route in views.routes()]

    assert len(paths) == len(set(paths))
    assert {one.path for one in views.VIEWS} < set(paths)
