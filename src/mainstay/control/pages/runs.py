"""The pages of runs: what ran, what failed, and one with the end of its log."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mainstay.control.pages import approval, parts
from mainstay.control.pages.answers import card, head
from mainstay.control.pages.markup import Html, joined, tag
from mainstay.control.pages.parts import Row, number
from mainstay.core.answers import Answer

Fact = Mapping[str, Any]
STATES: dict[str, parts.State] = {
    "due": "unknown", "running": "unsure", "waiting": "unsure", "done": "unknown",
    "failed": "fail", "cancelled": "unknown",
}  # fmt: skip
ANY = " "
"""What is sent for no choice; spaces count for nothing."""
OPEN = ("due", "running", "waiting")
LIVE = "live"
"""What a script puts in the place of what stands there, while it says so; see web/live.js."""


def listed(title: str, said: Answer, asked: Mapping[str, str], acts: Html) -> Html:
    """Newest first; asked: what they are narrowed to; acts: the forms."""
    some = said.facts["runs"]
    live = any(one["state"] in OPEN[:2] for one in some)
    columns: Row = ("Run", "Job", "State", "Due, UTC", number("Took"), "What came of it")
    table = (
        parts.table(columns, map(_row, some), "stack")
        if some
        else tag("p", "Nothing of this kind ran yet.", class_="mute")
    )
    body = card("Runs", "newest first", _filters(said, asked), _live("runs", table, live=live))
    rhythms = card("Rhythms", "as far as a worker runs", _jobs(said.facts["jobs"]))
    return joined(
        head(title, said),
        tag(
            "div", tag("div", body, rhythms, class_="col"),
            tag("aside", acts, class_="col", aria_label="What you can do"), class_="layout",
        ),
    )  # fmt: skip


def one(said: Answer, acts: Html) -> Html:
    """State, progress, who is at it, its log; acts: the forms."""
    run = said.facts["run"]
    live = run["state"] in OPEN
    top = _live("run-head", _head(run), live=live)
    side = _live("run-facts", _facts(said), live=live)
    log = _live("run-log", _log(said.facts["lines"]), live=live)
    return joined(
        top,
        tag(
            "div",
            tag("div", side, log, class_="col"),
            tag(
                "aside", _live("run-acts", acts, live=live), class_="col side",
                aria_label="What you can do",
            ),
            class_="layout",
        ),
    )  # fmt: skip


def _live(name: str, *body: Html, live: bool) -> Html:
    return tag("div", *body, id=name, class_="col", data_live="yes" if live else "")


def _head(run: Fact) -> Html:
    title = tag("h1", f"Run {run['id']} ", tag("span", run["job"], class_="chip"))
    state = parts.state(_kind(run), _word(run))
    words = run["headline"] or "It said nothing yet."
    return tag(
        "div", title, tag("p", tag("b", words), class_="verdict"),
        tag("p", state, class_="whose", role="status"), class_="head",
    )  # fmt: skip


def _kind(run: Fact) -> parts.State:
    """That of what it came to, where it is done: a gate that broke is not green because it ran."""
    verdict = str(run["verdict"])
    if run["state"] == "done":
        return verdict if verdict in ("pass", "unsure", "fail") else "unknown"  # type: ignore[return-value]  # just looked
    return STATES[run["state"]]


def _word(run: Fact) -> str:
    return f"waits for {run['waits']}" if run["state"] == "waiting" else str(run["state"])


def _row(run: Fact) -> Row:
    link = tag("a", str(run["id"]), href=f"runs/{run['id']}")
    state = parts.state(_kind(run), run["state"])
    job = joined(run["job"], tag("p", f"{run['missed']} missed before", class_="mute")
                 if run["missed"] else "")  # fmt: skip
    return (link, job, state, _when(run["due"]), number(_took(run)), _came(run))


def _when(said: str) -> parts.Cell:
    return parts.Cell(said[:16].replace("T", " "), "nowrap")


def _came(run: Fact) -> str:
    if run["state"] == "waiting":
        return f"waits for {run['waits']}"
    return str(run["headline"])


def _took(run: Fact) -> str:
    if not run["began"] or not run["ended"]:
        return ""
    return seconds(_moment(run["ended"]) - _moment(run["began"]))


def _facts(said: Answer) -> Html:
    run, lease = said.facts["run"], said.facts["lease"]
    pairs = [
        ("Due", f"{run['due'][:19].replace('T', ' ')} UTC"),
        ("Attempt", f"{run['attempts']} of 5" if run["attempts"] else "none yet"),
        ("Began", f"{run['began'][:19].replace('T', ' ')} UTC" if run["began"] else "not yet"),
        ("Turns missed before", str(run["missed"])),
    ]
    if run["ended"]:
        pairs.append(("Ended", f"{run['ended'][:19].replace('T', ' ')} UTC, {_took(run)}"))
    if lease and run["state"] == "running":
        pairs.append(("At it", f"{lease['holder']}, claim {lease['fence']}, {_left(said)}"))
    return card("How it stands", "", *_paused(said), *_progress(said), parts.facts(pairs))


def _left(said: Answer) -> str:
    left = said.facts["lease"]["until"] - _moment(said.facts["now"]).timestamp()
    return f"lease for {left:.0f} s" if left > 0 else "its lease is over: another takes it"


def _paused(said: Answer) -> tuple[Html, ...]:
    """Whom it waits for, and where they decide."""
    run, version = said.facts["run"], said.facts["version"]
    if run["state"] != "waiting":
        return ()
    there = approval.path(run["model"], version) if version else "/approvals"
    link = tag("a", f"the page of {version or 'approvals'}", href=there)
    return (tag("p", f"It waits for {run['waits']}: ", link, ". It goes on by itself then."),)


def _progress(said: Answer) -> tuple[Html, ...]:
    """How long it has been at it, beside how long the one before took."""
    run, usual = said.facts["run"], said.facts["usual"]
    waited = (_moment(said.facts["now"]) - _moment(run["due"])).total_seconds()
    if run["state"] == "due":
        alone = "; no worker took it yet: mainstay worker, or mainstay up" if waited > 10 else ""
        return (tag("p", f"It waits for a worker{alone}."),)
    if run["state"] != "running":
        return ()
    so_far = _moment(said.facts["now"]) - _moment(run["began"])
    words = f"{seconds(so_far)} so far"
    if not usual:
        return (tag("p", f"{words}; nothing tells how long it takes."),)
    words += f"; the one before took {usual:,.0f} s"
    share = min(so_far.total_seconds() / usual, 1.0)
    bar = tag("progress", words, value=f"{share:.2f}", max="1", aria_label=words)
    return (tag("p", words), tag("p", bar))


def _log(lines: list[Fact]) -> Html:
    if not lines:
        return card("Log", "", tag("p", "No line yet.", class_="mute"))
    text = "\n".join(f"{one['time'][11:19]}  {one['text']}" for one in lines)
    log = tag("pre", text, tabindex=0, role="log", aria_label="The end of the log")
    return card("Log", "its last lines, UTC", log)


def _filters(said: Answer, asked: Mapping[str, str]) -> Html:
    jobs = {ANY: "any"} | {str(one["job"]): str(one["job"]) for one in said.facts["jobs"]}
    states = {ANY: "any"} | {one: one for one in STATES}
    return tag(
        "form", parts.choice("job", "Job", jobs, asked.get("job") or ANY),
        parts.choice("state", "State", states, asked.get("state") or ANY),
        tag("button", "Show", type="submit"), class_="row",
    )  # fmt: skip


def _jobs(some: list[Fact]) -> Html:
    columns: Row = ("Job", "Does", "When", "Next, UTC", "Last")
    return parts.table(columns, map(_job, some), "stack")


def _job(one: Fact) -> Row:
    when = f"{one['rhythm']} {one['zone'] if one['rhythm'][:1] not in ('e', '') else ''}".strip()
    last = one["last"]
    ended = tag("a", last["state"], href=f"runs/{last['id']}") if last else "never ran"
    following = str(one["next"])[:16].replace("T", " ")
    return (one["job"], one["says"], when or "when asked for", following, ended)


def seconds(took: Any) -> str:
    """`12 s`, `3 min 05 s`, `2 h 10 min`."""
    whole = max(int(took.total_seconds()), 0)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def _moment(said: object) -> datetime:
    return said if isinstance(said, datetime) else datetime.fromisoformat(str(said))
