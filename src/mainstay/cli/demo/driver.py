"""The demo: one model from its contract to an approved certificate, on real flights."""

import shutil
from pathlib import Path
from typing import NamedTuple

import msgspec

from mainstay.cli.demo import weeks, year
from mainstay.cli.demo.story import Story
from mainstay.cli.demo.weeks import SHARE, Plan
from mainstay.cli.demo.world import World
from mainstay.cli.demo.year import APPROVER, AUTHOR, REPLAY, Stage
from mainstay.control.accounts import Account
from mainstay.control.commands import Approve, Assess, Build, Certify, NewKey, Run, Trust
from mainstay.control.handle import answer, handle
from mainstay.control.health import Health
from mainstay.control.pages import health, incident
from mainstay.control.queries import (
    IncidentAccount,
    Incidents,
    ModelHealth,
    Status,
    VerifyCertificate,
    VerifyLedger,
)
from mainstay.core.answers import Answer
from mainstay.core.nouns import Evidence, Verdict

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


class Plot(NamedTuple):
    """Months to learn from, the seed of every random choice, live weeks at most."""

    train_months: int
    seed: int
    weeks: int


def lived(out: Path, plot: Plot, tables: Path | None = None) -> Story:
    """Plays the demo into a folder. Whatever the gates say is told as it is.

    tables: silos made elsewhere, to copy.
    """
    story = Story()
    story.figures["versions_certified"] = 0
    with story.step("prepare"):
        stage = year.staged(out, plot.seed, tables)
    _opening(story, stage)
    since = year.month(plot.train_months + 2)
    year.set_clock(stage, since)
    _keys(stage)
    certified = _candidate(story, stage, plot.train_months)
    planned = tuple(weeks.plans(since, year.month(13)))[: plot.weeks]
    if certified:
        _approved(story, stage)
    else:
        planned = _later(story, stage, planned)
    if planned:
        weeks.lived(story, World(stage, SHARE, plot.seed), planned)
    _drawn(story, stage)
    _proven(story, stage)
    story.written(stage.out / "demo.json")
    return story


def _later(story: Story, stage: Stage, planned: tuple[Plan, ...]) -> tuple[Plan, ...]:
    """Every fourth week another try on newer rows; the weeks that are left once one passed."""
    for at in range(4, len(planned), 4):
        year.set_clock(stage, planned[at].since)
        with story.step("tried again"), year.acting(stage, AUTHOR):
            said = handle(stage.project, Run(REPLAY))
        story.tell(f"week {planned[at].number}", said.headline)
        if answer(stage.project, Status()).facts["waiting"]:
            _approved(story, stage)
            return planned[at:]
    return ()


def _keys(stage: Stage) -> None:
    """Two people: one makes, the other approves."""
    for name, role in ((AUTHOR, "author"), (APPROVER, "approver")):
        with year.acting(stage, name):
            handle(stage.project, NewKey(name))
            handle(stage.project, Trust(name, role))


def _opening(story: Story, stage: Stage) -> None:
    sizes = year.sizes(stage)
    story.figures["rows"] = sizes
    told = ", ".join(f"{count:,} {name}" for name, count in sizes.items())
    print(f"A year of flights out of New York, lived by one model.  ({told})")


def _candidate(story: Story, stage: Stage, train_months: int) -> bool:
    """Assessed, built and judged; whether it may go to an approver."""
    until = year.month(train_months + 2)
    when = f"Jan-{MONTHS[train_months]}"
    with year.acting(stage, AUTHOR):
        with story.step("assess"):
            assessed = handle(stage.project, Assess(until=until))
        story.tell(when, assessed.headline)
        with story.step("build"):
            built = handle(stage.project, Build(until=until))
        story.tell(when, built.headline)
        with story.step("certify"):
            judged = handle(stage.project, Certify(environment=REPLAY))
    story.tell(when, _gates(judged))
    story.figures["engine"] = built.facts["engine"]
    story.figures["gates"] = {one.clause: _figure(one) for one in judged.evidence if one.limit}
    return judged.verdict is Verdict.PASS


def _approved(story: Story, stage: Stage) -> None:
    with story.step("approve"), year.acting(stage, APPROVER):
        waits = answer(stage.project, Status()).facts["waiting"]
        because = "the money is worth it, small carriers are not covered"
        said = handle(stage.project, Approve(waits, because))
    page = Path(said.facts["page"])
    shutil.copy(page, stage.out / "certificate.html")
    shutil.copy(page.with_suffix(".json"), stage.out / "certificate.json")
    story.tell("", f"{said.headline[:-1]}, with a key of their own.")
    story.figures["versions_certified"] = 1


def _drawn(story: Story, stage: Stage) -> None:
    """The pages of the model and of its incidents, as they stand at the end."""
    with story.step("pages"), year.acting(stage, AUTHOR):
        said = answer(stage.project, ModelHealth()).facts["health"]
        (stage.out / "model.html").write_text(health.page(msgspec.convert(said, Health)))
        every = answer(stage.project, Incidents(closed=True)).facts
        for one in (*every["open"], *every["closed"]):
            said = answer(stage.project, IncidentAccount(one["id"])).facts["account"]
            page = incident.page(msgspec.convert(said, Account))
            (stage.out / f"incident_{one['id']}.html").write_text(page)


def _proven(story: Story, stage: Stage) -> None:
    with story.step("verify"), year.acting(stage, AUTHOR):
        ledger = answer(stage.project, VerifyLedger())
        story.figures["ledger_verified"] = ledger.verdict is Verdict.PASS
        story.figures["certificates_verified"] = _verified(stage)
    story.tell("", ledger.headline)


def _verified(stage: Stage) -> bool:
    """The one that answers holds now; those before it at least until their term."""
    status = answer(stage.project, Status()).facts
    found = {
        name: answer(stage.project, VerifyCertificate(name, REPLAY)).facts["checks"]
        for name, standing in status["versions"].items()
        if standing == "approved"
    }
    over = {
        name: {check for check, said in one.items() if said != "holds"}
        for name, one in found.items()
    }
    live = set(status["shares"])
    return (
        bool(live)
        and live <= over.keys()
        and all(not broken if name in live else broken <= {"time"} for name, broken in over.items())
    )


def _gates(judged: Answer) -> str:
    """The verdict, then the two numbers a person asks for first."""
    shown = [one for one in judged.evidence if one.clause.startswith(("roc_auc", "value"))]
    told = "; ".join(f"{one.clause} {_told(one)}" for one in shown)
    return f"{judged.headline} {told}"


def _told(one: Evidence) -> str:
    if one.estimate is None:
        return "unknown"
    found = one.estimate
    digits = 0 if abs(found.value) >= 10 else 3
    low, high = f"{found.low:,.{digits}f}", f"{found.high:,.{digits}f}"
    return f"{found.value:,.{digits}f} ({low} to {high})"


def _figure(one: Evidence) -> dict[str, object]:
    found = one.estimate
    return {
        "verdict": one.verdict,
        "value": found.value if found else None,
        "low": found.low if found else None,
        "high": found.high if found else None,
        "n": found.n if found else 0,
    }
