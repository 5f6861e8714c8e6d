"""What whoever looks at runs may do: ask for one, call one off, give a job its rhythm."""

from typing import Any

from mainstay.control.pages import parts
from mainstay.control.pages.answers import card
from mainstay.control.pages.markup import Html, joined, tag
from mainstay.control.pages.runs import OPEN
from mainstay.core.answers import Answer
from mainstay.web import forms
from mainstay.web.visit import Visit

ASK, RHYTHM, RESET = "/runs/ask", "/runs/rhythm", "/runs/rhythm/reset"
SCRIPT = tag("script", src="/static/live.js", defer="defer")


def offers(visit: Visit, said: Answer) -> Html:
    """Beside the list."""
    jobs = {str(one["job"]): str(one["job"]) for one in said.facts["jobs"]}
    made = [_ask(visit, jobs)] if "runs" in visit.permissions else []
    made += [_rhythm(visit, jobs)] if "schedules" in visit.permissions else []
    return joined(*(made or [_nothing()]), SCRIPT)


def of_one(visit: Visit, run: dict[str, Any]) -> Html:
    """Beside one run: call it off while it is not over, else do its job again."""
    if "runs" not in visit.permissions:
        return joined(_nothing(), SCRIPT)
    if run["state"] not in OPEN:
        again = forms.form(
            visit.here + ASK, f"Do {run['job']} again", forms.hidden("job", run["job"]),
            carried=visit.form,
        )  # fmt: skip
        return joined(card("Again", "as a run of its own", again), SCRIPT)
    off = forms.form(
        f"{visit.here}/runs/{run['id']}/cancel", "Call it off",
        forms.area("because", "Reason, kept on record"), carried=visit.form,
    )  # fmt: skip
    words = "Whoever is at it stops at its next step. What it left on record stays."
    return joined(card("Call it off", "", tag("p", words), off), SCRIPT)


def work(visit: Visit, *jobs: str) -> Html:
    """Buttons that ask for some jobs, on the page they are about; nothing for who may not."""
    if "runs" not in visit.permissions:
        return Html()
    made = (
        forms.form(visit.here + ASK, job.capitalize(), forms.hidden("job", job), carried=visit.form)
        for job in jobs
    )
    beside = "a worker does it, and its page shows how far it is"
    return card("Have it done", beside, tag("div", *made, class_="row"))


def _ask(visit: Visit, jobs: dict[str, str]) -> Html:
    form = forms.form(
        visit.here + ASK, "Ask for it", parts.choice("job", "Job", jobs), carried=visit.form,
        kind="primary",
    )  # fmt: skip
    return card("Ask for a run", "a worker does it next", form)


def _rhythm(visit: Visit, jobs: dict[str, str]) -> Html:
    job = parts.choice("job", "Job", jobs)
    fields = (
        job,
        forms.field("rhythm", "minute hour day month weekday; each window; empty: never"),
        forms.field("zone", "Clock of, such as Europe/Berlin; empty: UTC"),
    )
    give = forms.form(visit.here + RHYTHM, "Set", *fields, carried=visit.form)
    back = forms.form(visit.here + RESET, "Give its own back", job, carried=visit.form)
    return card("Rhythm", "kept on record", give, tag("div", back, class_="act"))


def _nothing() -> Html:
    return card("What you can do", "", tag("p", "You may look; others ask.", class_="mute"))
