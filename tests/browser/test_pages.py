"""Every page as people see it: nothing that axe finds, nothing fetched from elsewhere, small."""

import gzip
import re
import statistics
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from signing_in import NAME, PASSWORD, Plane

PATHS = (
    "/", "/models/no-show", "/models/no-show/versions/v1", "/contract", "/incidents?closed",
    "/audit", "/models/no-show/versions/v1/certificate", "/audit/chain", "/approvals",
    "/models/no-show/versions/v1/approval", "/models/no-show/life", "/data", "/search?q=rain",
    "/people", "/settings", "/predictions?key=d1-0", "/runs", "/runs?state=due", "/runs/1",
    "/contract/revisions", "/conflicts", "/models/no-show/versions/v1/waive",
)  # fmt: skip
PAGE, STYLE = 60_000, 15_000
"""Bytes at most, gzipped."""
SQUEEZED = """() => [...document.querySelectorAll("main *")].filter(one => {
  const own = [...one.childNodes].filter(each => each.nodeType === Node.TEXT_NODE)
  const box = one.getBoundingClientRect(), line = parseFloat(getComputedStyle(one).lineHeight)
  const text = document.createRange()
  text.selectNodeContents(one)
  const tall = text.getBoundingClientRect().height > 5.2 * line  // a neighbour may stretch its box
  return own.some(each => each.data.trim()) && box.width < 70 && tall
}).map(one => one.textContent)"""
"""Texts of more than five lines in a column narrower than a word or two."""
PAINT = "performance.getEntriesByName('first-contentful-paint')"


def incident(page: Page, plane: Plane) -> str:
    """The path of an incident that tells of a change of unit."""
    page.goto(f"{plane.url}/incidents?closed")
    rows = page.get_by_role("row").filter(has_text="rain")
    return str(rows.first.get_by_role("link").get_attribute("href"))


def test_axe_finds_nothing_nothing_is_fetched_from_elsewhere_and_all_fits(
    page: Page, plane: Plane
) -> None:
    complaints, hosts = list[str](), set[str]()
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda one: hosts.add(urlsplit(one.url).netloc))
    found, wide, squeezed = {}, {}, {}
    for path in (*PATHS, incident(page, plane)):
        answered = page.goto(f"{plane.url}{path}")
        assert answered
        assert answered.status == 200, path
        wide[path] = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        squeezed[path] = page.evaluate(SQUEEZED)
        found[path] = [(one["id"], one["impact"]) for one in violations(page)]

    assert not any(found.values()), found
    assert {path: by for path, by in wide.items() if by > 0} == {}
    assert {path: texts for path, texts in squeezed.items() if texts} == {}
    assert complaints == []
    assert hosts == {urlsplit(plane.url).netloc}


def test_axe_would_find_a_picture_without_words(page: Page, plane: Plane) -> None:
    page.goto(plane.url)
    page.evaluate("document.querySelector('main').append(document.createElement('img'))")

    assert [one["id"] for one in violations(page)] == ["image-alt"]


def test_a_text_in_a_column_too_narrow_would_be_seen(page: Page, plane: Plane) -> None:
    page.goto(plane.url)
    page.evaluate(
        "const one = document.createElement('p');"
        "one.textContent = 'none of us reads this or more so';"
        "one.style.width = '30px'; document.querySelector('main').append(one)"
    )

    assert page.evaluate(SQUEEZED) == ["none of us reads this or more so"]


def test_everything_reads_without_javascript(plain: Page, plane: Plane) -> None:
    plain.goto(plane.url)
    plain.get_by_role("link", name="no-show").first.click()

    expect(plain.get_by_role("heading", level=1)).to_contain_text("no-show")
    for word in ("Is it worth it?", "What to do now", "Inputs that matter"):
        expect(plain.get_by_text(word).first).to_be_visible()
    plain.get_by_text("The same as a table").first.click()
    expect(plain.get_by_role("cell", name="realised").first).to_be_visible()


def test_an_answer_is_given_again_and_says_why(plain: Page, plane: Plane) -> None:
    plain.goto(f"{plane.url}/predictions?key=d1-0")
    plain.get_by_role("link", name="Why, and does it give the same again?").click()

    expect(plain.get_by_text("gives the same answer again, to the last bit")).to_be_visible()
    expect(plain.get_by_role("columnheader", name="Moves it by")).to_be_visible()


@pytest.mark.parametrize(("path", "title"), [("/nothing", "Not here"), ("/runs/99", "Not here")])
def test_an_error_is_a_page_like_all_others(
    page: Page, plane: Plane, path: str, title: str
) -> None:
    answered = page.goto(f"{plane.url}{path}")

    assert answered
    assert answered.status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
    assert violations(page) == []


def test_an_incident_shows_its_column_before_and_since(plain: Page, plane: Plane) -> None:
    plain.goto(f"{plane.url}{incident(plain, plane)}")

    expect(plain.get_by_role("heading", name="What changed in rain")).to_be_visible()
    expect(plain.get_by_role("heading", name="What happened")).to_be_visible()


def test_who_signed_out_sees_nothing(browser: Browser, plane: Plane) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{plane.url}/sign-in")
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Models", exact=True)).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{plane.url}/models/no-show")

    expect(page).to_have_url(re.compile("/sign-in"))
    context.close()


def test_pages_and_style_are_small(plain: Page, plane: Plane) -> None:
    style = [f"{plane.url}/static/{name}" for name in ("app.css", "shell.css")]
    sizes = {}
    for path in (*PATHS, incident(plain, plane)):
        if path.endswith("certificate"):  # carries its style and fonts, to be saved
            continue
        answered = plain.goto(f"{plane.url}{path}")
        assert answered
        sizes[path] = len(gzip.compress(answered.body()))

    assert {path: size for path, size in sizes.items() if size > PAGE} == {}
    assert sum(len(gzip.compress(urlopen(one).read())) for one in style) <= STYLE


def test_a_page_is_painted_soon(browser: Browser, plane: Plane) -> None:
    """Of a shared machine no more is asked than that nothing waits: seconds, not milliseconds."""
    context = browser.new_context(storage_state=plane.state)
    page, taken = context.new_page(), []
    for _ in range(5):
        page.goto(f"{plane.url}/models/no-show")
        taken.append(painted(page))

    assert statistics.median(taken) < 2_000, taken
    context.close()


def painted(page: Page) -> float:
    """Milliseconds until something is seen; no policy lets a page wait for a condition itself."""
    while not (found := page.evaluate(f"{PAINT}.map(one => one.startTime)")):
        page.wait_for_timeout(20)
    return float(found[0])


def violations(page: Page) -> list[dict[str, str]]:
    """What axe finds; styles of other hosts are not fetched, as there are none."""
    found: list[dict[str, str]] = Axe().run(page, options={"preload": False}).response["violations"]
    return found
