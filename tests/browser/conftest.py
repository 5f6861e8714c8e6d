"""A real Chromium before a control plane whose model has lived for two weeks."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import lived
import pytest
import small_project
from asking import given
from planes import served
from playwright.sync_api import Browser, Page, sync_playwright
from signing_in import NAME, PASSWORD, Plane

from mainstay.control.commands import Deploy, RunNow, Watch
from mainstay.control.handle import handle
from mainstay.core import settings

DAYS = 8


@pytest.fixture(scope="session")
def browser(missing: Callable[[str], None]) -> Iterator[Browser]:
    """The Chromium of this machine."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        missing("there is no Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield made
        made.close()


def inches(one: lived.Record) -> lived.Record:
    """Rain in inches instead of millimetres."""
    return {**one, "rain": float(str(one["rain"])) / 25.4}


@pytest.fixture(scope="session")
def aged(ripe: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """v1 live for a week as ever, then for one whose rain changed its unit."""
    folder = small_project.copied(ripe, tmp_path_factory.mktemp("aged") / "no-show")
    values = {
        "MAINSTAY_CLOCK": str(folder / "clock"),
        "MAINSTAY_KEYS": str(folder / "keys"),
        "MAINSTAY_KEY": small_project.AUTHOR,
    }
    with settings.given(values):
        handle(folder, Deploy("v1", 1.0))
        lived.answered(folder, range(1, DAYS))
        handle(folder, Watch())
        lived.answered(folder, range(DAYS, 2 * DAYS), inches)
        handle(folder, Watch())
        handle(folder, RunNow("verify"))
    return folder


@pytest.fixture(scope="session")
def plane(aged: Path, browser: Browser) -> Iterator[Plane]:
    """Served, and set up by the link as its first person does it; who may look at all there is."""
    with served(aged, small_project.environment(aged, small_project.AUTHOR)) as server:
        context = browser.new_context()
        page = context.new_page()
        page.goto(server.link)
        page.get_by_label("Your name").fill(NAME)
        page.get_by_label("A password").fill(PASSWORD)
        page.get_by_label("The same again").fill(PASSWORD)
        page.get_by_role("button", name="Set it").click()
        page.wait_for_url(f"{server.url}/")
        given(aged, NAME, "auditor", "approver", "data-engineer", "ml-engineer", "rows")
        yield Plane(server.url, context.storage_state())
        context.close()


@pytest.fixture(params=[("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)], ids=str)
def page(request: pytest.FixtureRequest, browser: Browser, plane: Plane) -> Iterator[Page]:
    """Signed in; light and dark, on a desk and on a phone."""
    scheme, width = request.param
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 900}, storage_state=plane.state
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def plain(browser: Browser, plane: Plane) -> Iterator[Page]:
    """Signed in, without JavaScript."""
    context = browser.new_context(java_script_enabled=False, storage_state=plane.state)
    yield context.new_page()
    context.close()
