"""People run the life of a model from their browsers, and the record is that of the terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import small_project
from asking import given, ledger
from axe_playwright_python.sync_playwright import Axe
from conftest import acting
from msgspec import to_builtins
from planes import served
from playwright.sync_api import Browser, Page, expect

from mainstay.control import project as projects
from mainstay.control import worker
from mainstay.control.alike import Conflict, Side
from mainstay.control.commands import (
    Approve,
    Build,
    Certify,
    Comment,
    Deploy,
    Rollback,
    Trust,
)
from mainstay.control.handle import handle
from mainstay.core import settings
from mainstay.core.errors import Missing
from mainstay.seal import trust

PEOPLE = {
    "lead": ("approver",), "mara": ("ml-engineer",), "ada": ("admin",), "dana": ("data-engineer",),
}  # fmt: skip
CONFLICT = Conflict(
    "ab12cd34", "another zone", Side("no-show", "decisions", "called"),
    Side("no-show", "weather", "called"),
    "one name, but 97% of the moments of one are in the other 5 h later, 2% as they stand",
)  # fmt: skip
APPROVAL = "/models/no-show/versions/v1/approval"
LIFE = ("Approved", "Deployed", "RolledBack", "Commented")
SIGNS = "button:has-text('Approve and sign')"


class House(NamedTuple):
    """A control plane, and the tokens of who may sign in."""

    folder: Path
    url: str
    tokens: dict[str, str]
    browser: Browser

    @contextmanager
    def signed_in(self, name: str, **context: Any) -> Iterator[Page]:
        """Somebody in a browser of their own."""
        made = self.browser.new_context(**context)
        page = made.new_page()
        page.goto(f"{self.url}/sign-in")
        page.get_by_label("Token").fill(self.tokens[name])
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{self.url}/")
        yield page
        made.close()


@pytest.fixture
def house(born: Path, tmp_path: Path, browser: Browser) -> Iterator[House]:
    """v1 is certified and waits for its approver."""
    folder = small_project.copied(born, tmp_path / "pages")
    tokens = {name: given(folder, name, *roles) for name, roles in PEOPLE.items()}
    with acting(folder, small_project.AUTHOR):
        pass  # the clock stands where the terminal's does
    with served(folder, small_project.environment(folder, small_project.AUTHOR)) as server:
        yield House(folder, server.url, tokens, browser)


def brings_the_key(page: Page, house: House) -> None:
    page.goto(f"{house.url}/settings")
    page.get_by_label("lead.pem").set_input_files(house.folder / "keys" / "lead.pem")
    page.get_by_role("button", name="Make or bring a key").click()
    expect(page.get_by_text("This browser holds the key")).to_be_visible()
    expect(page.get_by_text("approver", exact=True).last).to_be_visible()


def recorded(folder: Path) -> list[tuple[str, dict[str, object]]]:
    """What happened to the model, without who asked and when."""
    with ledger(folder) as there:
        return [(one.kind, one.payload) for one in there.events() if one.kind in LIFE]


def test_two_people_in_browsers_leave_the_record_of_the_terminal(
    house: House, born: Path, tmp_path: Path
) -> None:
    with house.signed_in("lead") as page:
        brings_the_key(page, house)
        page.goto(f"{house.url}{APPROVAL}")
        form = page.locator("form.sign")
        form.get_by_label("Reason").fill("the gates hold")
        form.get_by_role("button").click()
        expect(page.get_by_text("It is approved and waits")).to_be_visible()
    with house.signed_in("mara", java_script_enabled=False) as page:
        for how in ("canary", "live"):
            page.goto(f"{house.url}{APPROVAL}")
            page.get_by_label("It answers").select_option(how)
            page.get_by_role("button", name="Deploy").click()
        page.goto(f"{house.url}/models/no-show/versions/v1")
        page.get_by_label("Your words").fill("@lead, it is live")
        page.get_by_role("button", name="Comment").click()
        expect(page.get_by_text("@lead, it is live")).to_be_visible()
        page.goto(f"{house.url}/models/no-show")
        page.get_by_label("Reason").fill("a test of the way back")
        page.get_by_role("button", name="Roll back").click()
    with house.signed_in("lead") as page:
        expect(page.get_by_text("@lead, it is live")).to_be_visible()

    terminal = small_project.copied(born, tmp_path / "terminal")
    given(terminal, "lead", "approver")
    with acting(terminal, "lead"):
        handle(terminal, Approve("v1", "the gates hold"))
    with acting(terminal, small_project.AUTHOR):
        handle(terminal, Deploy("v1"))
        handle(terminal, Deploy("v1", 1.0))
        handle(terminal, Comment("@lead, it is live", "v1"))
        handle(terminal, Rollback("a test of the way back"))
    assert recorded(house.folder) == recorded(terminal)


def test_a_signature_is_only_for_the_certificate_that_was_read(house: House) -> None:
    with house.signed_in("lead") as page:
        brings_the_key(page, house)
        page.goto(f"{house.url}{APPROVAL}")
        page.evaluate("document.querySelector('form.sign').dataset.payload = '00'")
        form = page.locator("form.sign")
        form.get_by_label("Reason").fill("x")
        form.get_by_role("button").click()
        expect(form.get_by_role("status")).to_contain_text("another one now")

    assert recorded(house.folder) == []


def test_without_a_key_or_a_script_nothing_is_signed_and_the_command_is_shown(
    house: House,
) -> None:
    with house.signed_in("lead") as page:
        page.goto(f"{house.url}{APPROVAL}")
        form = page.locator("form.sign")
        form.get_by_label("Reason").fill("x")
        form.get_by_role("button").click()
        expect(form.get_by_role("status")).to_contain_text("holds no key of yours")
    with house.signed_in("lead", java_script_enabled=False) as page:
        page.goto(f"{house.url}{APPROVAL}")
        expect(page.locator(SIGNS)).to_be_disabled()
        expect(page.get_by_text("mainstay approve v1")).to_be_visible()


def test_who_may_not_is_shown_no_form(house: House) -> None:
    for name in ("mara", "ada"):
        with house.signed_in(name) as page:
            page.goto(f"{house.url}{APPROVAL}")
            expect(page.get_by_text("you may not approve")).to_be_visible()
            assert page.locator(SIGNS).count() == 0


def test_a_key_made_in_a_browser_counts_once_it_was_compared_and_trusted(house: House) -> None:
    with house.signed_in("ada") as page:
        page.goto(f"{house.url}/settings")
        page.get_by_role("button", name="Make or bring a key").click()
        expect(page.get_by_text("nobody yet")).to_be_visible()
        key = page.get_by_text("This browser holds the key").inner_text().split()[-1].rstrip(".")
        readable = page.evaluate(_READ, "ada")
        with acting(house.folder, small_project.AUTHOR):
            with pytest.raises(Missing):
                handle(house.folder, Trust("ada", "approver", "0" * 16))
            handle(house.folder, Trust("ada", "approver", key))
            known = trust.read(settings.keys_folder()).named("ada")
        page.reload()
        expect(page.get_by_text("nobody yet")).to_have_count(0)

    assert known
    assert known.key.startswith(key)
    assert readable == "InvalidAccessError"


@pytest.fixture
def short(born: Path, tmp_path: Path) -> Path:
    """v2 is refused: its goal is out of reach."""
    folder = small_project.copied(born, tmp_path / "pages")
    stated = (folder / "contract.yaml").read_text()
    (folder / "contract.yaml").write_text(stated.replace("at_least: 0.6}", "at_least: 0.95}"))
    with acting(folder, small_project.AUTHOR):
        handle(folder, Build())
        handle(folder, Certify())
    return folder


def test_a_gate_is_waived_by_who_reads_what_they_sign(short: Path, browser: Browser) -> None:
    tokens = {name: given(short, name, *roles) for name, roles in PEOPLE.items()}
    with served(short, small_project.environment(short, small_project.AUTHOR)) as server:
        house = House(short, server.url, tokens, browser)
        with house.signed_in("lead") as page:
            brings_the_key(page, house)
            page.goto(f"{house.url}/models/no-show/versions/v2")
            page.get_by_role("link", name="excuse a gate").click()
            page.get_by_role("link", name="roc_auc").click()
            page.get_by_label("Reason").fill("the goal is of next year")
            page.get_by_label("Until this day").fill("2024-04-01")
            page.get_by_role("button", name="Write it").click()
            page.evaluate("document.querySelector('form.waive').dataset.reason = 'other'")
            page.get_by_role("button", name="Waive and sign").click()
            expect(page.get_by_role("status")).to_contain_text("another one than the page shows")
            page.reload()
            page.get_by_role("button", name="Waive and sign").click()
            page.wait_for_url(f"{house.url}/models/no-show/versions/v2")
            expect(page.get_by_text("waived", exact=True).first).to_be_visible()

    with ledger(short) as there:
        (event,) = there.events(kind="Waived")
    assert event.actor.name == "lead"
    assert event.payload["because"] == "the goal is of next year"


def test_a_run_shows_what_is_new_while_somebody_looks(house: House) -> None:
    with house.signed_in("mara") as page:
        page.goto(f"{house.url}/runs")
        ask = page.locator("section", has=page.get_by_role("heading", name="Ask for a run"))
        ask.get_by_label("Job").select_option("verify")
        ask.get_by_role("button", name="Ask for it").click()
        expect(page.get_by_text("It waits for a worker")).to_be_visible()
        with acting(house.folder, small_project.AUTHOR):
            worker.until_nothing_is_due(worker.worker(house.folder, lambda _: None))

        expect(page.get_by_role("status")).to_contain_text("done")
        expect(page.get_by_role("log")).to_contain_text("asked for by mara")
        expect(page.get_by_role("button", name="Do verify again")).to_be_visible()


_READ = """async (name) => {
  const db = await new Promise((done) => {
    const asked = indexedDB.open("mainstay");
    asked.onsuccess = () => done(asked.result);
  });
  const key = await new Promise((done) => {
    const asked = db.transaction("keys").objectStore("keys").get(name);
    asked.onsuccess = () => done(asked.result);
  });
  return crypto.subtle.exportKey("pkcs8", key.secret).then(() => "read", (error) => error.name);
}"""


def test_the_keyboard_leads(house: House) -> None:
    with house.signed_in("ada") as page:
        page.keyboard.press("g")
        page.keyboard.press("e")
        expect(page.get_by_role("heading", level=1)).to_have_text("People")
        page.keyboard.press("/")
        page.keyboard.type("rain")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Search")
        expect(page.get_by_role("link", name="rain", exact=True).first).to_be_visible()


def test_an_admin_invites_and_the_guest_sets_a_password(house: House) -> None:
    def card(page: Page, title: str) -> Any:
        return page.locator(".act", has=page.get_by_role("heading", name=title))

    with house.signed_in("ada", java_script_enabled=False) as page:
        page.goto(f"{house.url}/people")
        give = card(page, "Give a role")
        give.get_by_label("Name").fill("vera")
        give.get_by_label("Role").select_option("viewer")
        give.get_by_role("button").click()
        invite = card(page, "Invite by a link")
        invite.get_by_label("Name").fill("vera")
        invite.get_by_role("button").click()
        link = page.get_by_text("/invitation/").inner_text()
    guest = house.browser.new_context()
    page = guest.new_page()
    page.goto(f"{house.url}{link}")
    page.get_by_label("A password").fill("correct horse battery")
    page.get_by_label("The same again").fill("correct horse battery")
    page.get_by_role("button", name="Set it").click()
    expect(page.get_by_text("vera", exact=True)).to_be_visible()
    assert page.get_by_role("link", name="People").count() == 0
    guest.close()


def proposed(house: House) -> None:
    with projects.opened(house.folder) as opened:
        said = {"conflicts": [to_builtins(CONFLICT)]}
        opened.ledger.append("ConflictsProposed", "no-show", opened.actor, said)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_a_conflict_is_decided_from_its_page_by_keyboard_alone(
    house: House, scheme: str, width: int
) -> None:
    proposed(house)
    size = {"width": width, "height": 900}

    with house.signed_in("dana", color_scheme=scheme, viewport=size) as page:
        page.goto(f"{house.url}/data")
        page.get_by_role("link", name="Decide").press("Enter")
        page.wait_for_url(f"{house.url}/conflicts")
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found = [one["id"] for one in Axe().run(page).response["violations"]]
        page.get_by_label("Is it one?").select_option("no")
        page.get_by_label("Reason, kept on record").fill("the weather is called in UTC")
        page.get_by_role("button", name="Decide, for good").press("Enter")
        expect(page.get_by_text("None waits for a decision")).to_be_visible()
        expect(page.get_by_text("the weather is called in UTC")).to_be_visible()

    with ledger(house.folder) as there:
        (event,) = there.events(kind="ConflictSettled")
    assert (found, max(wide, 0)) == ([], 0)
    assert (event.actor.name, event.payload["verdict"]) == ("dana", "declined")


def test_who_may_not_decide_reads_conflicts_without_a_form(house: House) -> None:
    proposed(house)

    with house.signed_in("lead") as page:
        page.goto(f"{house.url}/conflicts")

        expect(page.get_by_text("who knows the data decides")).to_be_visible()
        assert page.get_by_role("button", name="Decide, for good").count() == 0
