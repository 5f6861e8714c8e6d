"""The first page of an empty install: what to do first, and a demo to look around in."""

from mainstay.control.pages import health, parts
from mainstay.control.pages.answers import card
from mainstay.control.pages.markup import Html, joined, tag

ASKS = {
    "Is it worth it?": "money against its floor",
    "Is it still right?": "estimated, then with labels",
    "Is the data right?": "every promise of every source",
    "How long will it last?": "until its certificate ends",
    "Is it answering?": "answers that were asked for",
}
STEPS = (
    (
        "Write the contract",
        "The decision, what a right and a wrong one are worth, how good is good enough, sources.",
        "mainstay init --from data/flights.parquet --label late",
    ),
    (
        "Ask whether it is worth it",
        "Are there enough rows, can it be predicted at all, would a simple rule do as well?",
        "mainstay assess",
    ),
    (
        "Take it live",
        "Build and certify; then somebody who is not its author approves. Mainstay waits for them.",
        "mainstay run",
    ),
)


def content(setup: Html) -> Html:
    """What stands between head and foot of the page; setup: what is still to be set up here."""
    verdict = tag("p", tag("b", "No model yet. Bring a table."), class_="verdict")
    whose = tag("p", "Nothing is measured here, so nothing is green.", class_="whose")
    tiles = (health.tile(ask, "unknown", "unknown", detail) for ask, detail in ASKS.items())
    beside = "each may be run again; unchanged inputs are not worked on twice"
    steps = tag("ol", *(_step(*one) for one in STEPS), class_="steps")
    return joined(
        tag("div", tag("h1", "Models"), verdict, whose, class_="head"),
        tag("section", *tiles, class_="questions", aria_label="Questions"),
        tag(
            "div",
            tag("div", card("Three steps to a live, guarded model", beside, steps), class_="col"),
            tag("aside", setup, _demo(), class_="col side", aria_label="Set up"),
            class_="layout",
        ),
    )


def people(*, approver: bool) -> Html:
    """Who is still missing for a version to go live."""
    word = "Somebody may approve" if approver else "Name an approver"
    shown = parts.state("pass" if approver else "unsure", word)
    why = "Until a second person has that role no version can go live."
    link = tag("p", tag("a", "People", href="/people"))
    item = tag("li", tag("h3", shown), tag("p", why), link)
    alerts = "channels.toml, beside the keys, names them; without it incidents wait on their page."
    told = tag("li", tag("h3", parts.state("unknown", "Say where alerts go")), tag("p", alerts))
    return card("Set up", "", tag("ol", item, told, class_="todo"))


def _step(title: str, words: str, command: str) -> Html:
    return tag("li", tag("h3", title), tag("p", words), tag("pre", command, tabindex=0))


def _demo() -> Html:
    words = (
        "A complete model, flight-delay, through a year of real flights: incidents, approvals, "
        "versions that were refused. It lives in a folder of its own; removing it removes all."
    )
    demo = tag("pre", "mainstay demo", tabindex=0)
    return card("Or look around first", "", tag("p", words), demo)
