"""The months after the first certificate: canary, then week after week of requests and truths."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from mainstay.cli.demo import traffic, year
from mainstay.cli.demo.story import Story
from mainstay.cli.demo.tally import Tally
from mainstay.cli.demo.traffic import Door, Request
from mainstay.cli.demo.world import CELSIUS, INCHES, Defect, World
from mainstay.cli.demo.year import APPROVER, AUTHOR, REPLAY, Stage
from mainstay.control.commands import Approve, Deploy, Labels, Run
from mainstay.control.field import money
from mainstay.control.handle import answer, handle
from mainstay.control.queries import Status
from mainstay.core.answers import Answer
from mainstay.core.nouns import Estimate, Verdict

WEEK = timedelta(days=7)
SHARE = 0.3
"""The part of all flights that is asked about."""


class Field:
    """The year as it goes on.

    waiting: an approved version that answers nobody yet. acting: set while somebody deploys.
    """

    def __init__(self, story: Story, world: World, door: Door, waiting: str) -> None:
        self.story, self.world, self.door, self.waiting = story, world, door, waiting
        self.tally, self.told = Tally(), ""
        self.acting = threading.Event()
        self.weeks: list[dict[str, Any]] = []

    @property
    def stage(self) -> Stage:
        return self.world.stage


class Plan(NamedTuple):
    """A week, and what is wrong with its data."""

    since: datetime
    defect: Defect | None

    @property
    def until(self) -> datetime:
        return self.since + WEEK

    @property
    def number(self) -> int:
        """Of the calendar."""
        return self.since.isocalendar().week


def lived(story: Story, world: World, planned: tuple[Plan, ...]) -> None:
    """Goes live with the approved version, answers until the end; the figures go to the story."""
    with year.acting(world.stage, AUTHOR):
        versions = answer(world.stage.project, Status()).facts["versions"]
    waiting = next(name for name, status in versions.items() if status == "approved")
    with traffic.door(world.stage) as door:
        field = Field(story, world, door, waiting)
        asked = world.requests(planned[0].since, planned)
        for plan in planned:
            with story.step("features"):
                requests = next(asked)
            _week(field, plan, requests)
    counted = field.tally.snapshot()
    story.figures |= field.tally.figures()
    with year.acting(world.stage, AUTHOR):
        story.tell("", answer(world.stage.project, Status()).headline)
    worth = story.figures.get("worth")
    story.tell("", money(msgspec.convert(worth, Estimate)) if worth else "its worth is not known")
    story.tell("", f"{counted.requests:,} requests, {counted.failed} failed.")
    story.figures["weeks"] = field.weeks
    _losses(story, field.weeks)
    story.figures["defect_caught_in_window"] = field.tally.named(CELSIUS)


def plans(since: datetime, until: datetime) -> Iterator[Plan]:
    """Whole weeks; one after a sixth of them brings inches, one after a half Celsius."""
    count = (until - since) // WEEK
    for number in range(count):
        defect = {count // 6: INCHES, count // 2: CELSIUS}.get(number)
        yield Plan(since + number * WEEK, defect)


def _week(field: Field, plan: Plan, requests: tuple[Request, ...]) -> None:
    _answered(field, plan, requests)
    with field.story.step("labels"):
        _labelled(field, plan)
    with field.story.step("watch"), year.acting(field.stage, AUTHOR):
        said = handle(field.stage.project, Run(REPLAY))
    _told(field, plan, said, len(requests))
    _approved(field, plan)


def _answered(field: Field, plan: Plan, requests: tuple[Request, ...]) -> None:
    """Callers ask while, where a version waits, what answers them is swapped."""
    if not field.door.state().get("ready"):
        _deployed(field, plan, None)  # nobody asks a door that has no answer yet
    with field.story.step("requests"):
        asking = threading.Thread(target=_asking, args=(field, plan, requests))
        asking.start()
        if field.waiting:
            _swapped(field, plan, len(requests))
        asking.join()


def _deployed(field: Field, plan: Plan, share: float | None) -> None:
    field.acting.set()
    with year.acting(field.stage, AUTHOR):
        said = handle(field.stage.project, Deploy(field.waiting, share, REPLAY))
    field.door.follows(said.facts["sequence"])
    field.acting.clear()
    field.story.tell(f"week {plan.number}", said.headline)


def _asking(field: Field, plan: Plan, requests: tuple[Request, ...]) -> None:
    def told(now: datetime) -> None:
        year.set_clock(field.stage, now)

    for said in traffic.asked(field.door.port, requests, told, field.acting):
        field.tally.add(said, plan.defect)
    year.set_clock(field.stage, plan.until)


def _swapped(field: Field, plan: Plan, requests: int) -> None:
    """Canary, then live after a third of the week, under the requests of everybody."""
    before = field.tally.snapshot()
    if field.weeks:  # the first version was put there before anybody asked
        _deployed(field, plan, None)
    field.tally.wait(before.requests + requests // 3)
    _deployed(field, plan, 1.0)
    field.tally.wait(before.requests + 2 * requests // 3)
    after = field.tally.snapshot()
    asked, failed = after.requests - before.requests, after.failed - before.failed
    field.story.tell("", f"swapped under load: {failed} of {asked:,} requests failed")
    field.waiting = ""


def _labelled(field: Field, plan: Plan) -> None:
    """Truths as they became known this week, of what was asked about."""
    path = field.world.labels(field.tally.asked, plan.since, plan.until)
    if path:
        with year.acting(field.stage, AUTHOR):
            handle(field.stage.project, Labels(str(path)))


def _approved(field: Field, plan: Plan) -> None:
    """The second person signs what waits for them; it goes live next week."""
    with year.acting(field.stage, APPROVER):
        waits = answer(field.stage.project, Status()).facts["waiting"]
        if not waits:
            return
        said = handle(field.stage.project, Approve(waits, "it pays, and the gates hold"))
    field.story.figures["versions_certified"] += 1
    field.story.tell(f"week {plan.number}", said.headline)
    field.waiting = waits


def _told(field: Field, plan: Plan, said: Answer, requests: int) -> None:
    """One line for what is new: incidents, another decision, a candidate."""
    steps = said.facts["steps"]
    looked = steps.get("watch", {})
    field.weeks.append(_figures(plan, looked, requests, said.verdict))
    field.story.figures["worth"] = looked.get("worth", field.story.figures.get("worth"))
    _compared(field, looked.get("spells", []))
    when = f"week {plan.number}"
    for one in looked.get("opened", ()):
        field.tally.incident(one, plan.defect)
        field.story.tell(when, f"◆ {one['what']}; {one['owner']}: {one['action']}")
    for one in looked.get("closed", ()):
        field.story.tell(when, f"● over: {one['what']}")
    if looked.get("decision", "") != field.told:
        field.told = looked.get("decision", "")
        field.story.tell(when, f"▲ {field.told}: {looked.get('because', '')}")
    for step in ("build", "certify", "try again", "renew"):
        if step in steps:
            short = "; ".join(steps[step].get("short", ()))
            field.story.tell(when, f"{steps[step]['headline']} {short}".rstrip())


def _figures(
    plan: Plan, looked: dict[str, Any], requests: int, verdict: Verdict | None
) -> dict[str, Any]:
    auc = looked.get("newest")
    return {
        "week": plan.number,
        "since": plan.since,
        "requests": requests,
        "auc": {name: auc[name] for name in ("value", "low", "high", "n")} if auc else None,
        "fresh_auc": None,
        "verdict": verdict,
        "decision": looked.get("decision"),
        "because": looked.get("because"),
        "loss": loss(looked.get("comparison")),
    }


def loss(compared: dict[str, Any] | None) -> dict[str, Any] | None:
    """What was lost since the certificate: of it ageing and a harder period, each with its ends.

    None while no fresh model could be compared; a part is None where it was not measured.
    """
    if compared is None or compared["live"] is None:
        return None
    ends = ("value", "low", "high")
    parts = {
        name: {end: compared[name][end] for end in ends} if compared[name] else None
        for name in ("ageing", "harder")
    }
    return {"metric": compared["metric"], "rows": compared["rows"], **parts}


def is_split(found: dict[str, Any]) -> bool:
    """Whether both parts are known, with ends that hold their value."""
    some = (found["ageing"], found["harder"])
    return all(one and one["low"] <= one["value"] <= one["high"] for one in some)


def _losses(story: Story, every: list[dict[str, Any]]) -> None:
    """Whether each week says of its loss what retraining would recover and what it would not."""
    found = [week["loss"] for week in every if week["loss"]]
    split = sum(map(is_split, found))
    story.figures |= {
        "losses": {"compared": len(found), "split": split, "too_early": len(every) - len(found)},
        "losses_split": split == len(found),
    }
    told = f"losses of {split} of {len(found)} compared weeks are split: ageing, a harder period"
    story.tell("", f"{told}; {len(every) - len(found)} were too early to compare.")


def _compared(field: Field, spells: list[dict[str, Any]]) -> None:
    """What a fresh model reached in weeks that are over."""
    found = {one["since"][:10]: one["fresh"] for one in spells}
    for week in field.weeks:
        week["fresh_auc"] = found.get(f"{week['since']:%Y-%m-%d}", week["fresh_auc"])
