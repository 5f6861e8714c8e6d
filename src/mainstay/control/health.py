"""How a live model stands: five questions, its course in time, its inputs, what it promised."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

import msgspec

from mainstay.bundle import manifest
from mainstay.bundle.layout import PROFILE
from mainstay.contract.metrics import VALUE
from mainstay.control import (
    deploying,
    field,
    foretelling,
    incidents,
    looks,
    publish,
    stakes,
    standing,
    urgency,
)
from mainstay.control.channels import message
from mainstay.control.foretelling import Foretold
from mainstay.control.incidents import Group, Held
from mainstay.control.looks import Look
from mainstay.control.pages import parts
from mainstay.control.project import Project
from mainstay.control.urgency import Urgency
from mainstay.core import clock
from mainstay.core.answers import RANK, Answer
from mainstay.core.nouns import Estimate, Evidence, Limit, Verdict
from mainstay.data.profile import Profile
from mainstay.ledger import state
from mainstay.life.deploy.shares import Parts

REALISED, ESTIMATED = "realised, ", "estimated, "
DATA = (
    "schema", "freshness", "sla", "drift", "lag", "volume", "labels", "label rate", "unit",
    "cleaning", "skew",
)  # fmt: skip
"""What clauses begin with that speak of data."""
LOOKS = 120
"""Looks that the course shows at most."""
LATELY = 7
"""Windows that count as now."""


class Question(msgspec.Struct, frozen=True):
    """One of the five: its answer in a few words; verdict: None where nobody measured it."""

    ask: str
    verdict: Verdict | None
    answer: str
    detail: str


class Point(msgspec.Struct, frozen=True):
    """The metric of a version as it was known at a look."""

    at: datetime
    version: str
    estimate: Estimate


class Mark(msgspec.Struct, frozen=True):
    """Something that happened to the model."""

    at: datetime
    kind: Literal["deployed", "incident"]
    words: str


class Task(msgspec.Struct, frozen=True):
    """What somebody has to do now, and why. worth: money a week that it brings, None: not known."""

    what: str
    why: str
    who: str
    verdict: Verdict
    command: str
    soon: Urgency = "this week"
    worth: Estimate | None = None


class Health(msgspec.Struct, frozen=True):
    """Everything that the page of a model shows, as of a moment.

    weights: how far answers hang on each input. trained, lately: counts of inputs at training and
    in the newest windows, None while there are none. metric, limit: what the course is of.
    versions: by name how each stands; shares: of those that answer. foretold: how long who answers
    most will last, None where nobody asked.
    """

    model: str
    owner: str
    version: str
    share: float
    at: datetime
    sentence: str
    questions: tuple[Question, ...]
    metric: str
    limit: Limit | None
    realised: tuple[Point, ...] = ()
    estimated: tuple[Point, ...] = ()
    marks: tuple[Mark, ...] = ()
    moved: tuple[str, ...] = ()
    weights: dict[str, float] = {}
    trained: Profile | None = None
    lately: tuple[Profile, ...] = ()
    promises: tuple[Evidence, ...] = ()
    tasks: tuple[Task, ...] = ()
    versions: dict[str, str] = {}
    shares: dict[str, float] = {}
    foretold: Foretold | None = None

    @property
    def verdict(self) -> Verdict | None:
        """The worst of the five; unknown is never green."""
        return min((one.verdict for one in self.questions), key=RANK.__getitem__)


def asked(project: Project) -> Answer:
    """The same as an answer; facts: all of it."""
    made = health(project)
    return Answer(
        f"{made.model}  {made.sentence}",
        made.verdict,
        lines=tuple(f"{one.ask} {one.answer}: {one.detail}" for one in made.questions),
        next="mainstay status",
        facts={"health": msgspec.to_builtins(made)},
    )


def unknown() -> tuple[Question, ...]:
    """The five of a model that nobody has looked at."""
    return tuple(_questions((), "", None))


def health(project: Project) -> Health:
    """As of the last look; before a deployment nothing is known, and said so."""
    made = _made(project, LOOKS)
    known = looks.newest(project) and deploying.live(project)
    return _with_inputs(project, made) if known else made


def bare(project: Project) -> Health:
    """The same without course and inputs, which a list of models does not show."""
    made = _made(project, 1)
    return msgspec.structs.replace(made, realised=(), estimated=(), marks=(), promises=())


def _made(project: Project, last: int) -> Health:
    contract = project.document.contract
    every = looks.on_record(project, last)
    newest = every[-1] if every else None
    found = newest.evidence if newest else ()
    goals = contract.objective.good_enough
    goal = next((one for one in goals if one.metric not in VALUE), goals[0] if goals else None)
    metric = goal.metric if goal else ""
    held = incidents.held(project.ledger, contract.model)
    live, said = deploying.live(project), standing.status(project)
    foretold = msgspec.convert(said.facts["forecast"], Foretold | None, strict=False)
    return Health(
        model=contract.model,
        owner=contract.owner,
        version=f"v{live[-1].version}" if live else "",
        share=live[-1].share if live else 0.0,
        at=clock.now(),
        sentence=said.headline.removeprefix(contract.model).strip(),
        questions=tuple(_questions(found, metric, foretold)),
        foretold=foretold,
        metric=metric,
        limit=goal.limit if goal else None,
        realised=tuple(_course(every, REALISED + metric)),
        estimated=tuple(_course(every[-1:], ESTIMATED + metric)),
        marks=tuple(_marks(project)),
        moved=tuple(_moved(held)),
        promises=tuple(one for one in found if one.limit),
        tasks=tuple(sorted(_tasks(project, held), key=rank)) or _first(project, said, live),
        versions=said.facts["versions"],
        shares=said.facts["shares"],
    )


def _course(some: tuple[Look, ...], clause: str) -> Iterator[Point]:
    """Where it was known."""
    for look in some:
        one = next((one for one in look.evidence if one.clause == clause), None)
        if one is not None and one.estimate is not None:
            yield Point(look.window.until, look.version, one.estimate)


def _questions(
    found: tuple[Evidence, ...], metric: str, foretold: Foretold | None
) -> Iterator[Question]:
    by_clause = {one.clause: one for one in found}
    yield _worth(by_clause)
    yield _right(by_clause, metric)
    yield _data(found)
    yield _lasts(by_clause.get("not_after"), foretold)
    yield _answering(by_clause.get("answered"))


def _worth(found: dict[str, Evidence]) -> Question:
    names = [side + metric for metric in VALUE for side in (REALISED, ESTIMATED)]
    one = next((found[name] for name in names if name in found and found[name].estimate), None)
    return _measured("Is it worth it?", one, " per 1,000")


def _right(found: dict[str, Evidence], metric: str) -> Question:
    names = (REALISED + metric, ESTIMATED + metric)
    one = next((found[name] for name in names if name in found and found[name].estimate), None)
    guessed = one is not None and one.clause.startswith(ESTIMATED)
    return _measured("Is it still right?", one, f" {metric}{', estimated' if guessed else ''}")


def _measured(ask: str, one: Evidence | None, unit: str) -> Question:
    if one is None or one.estimate is None or one.limit is None:
        return Question(ask, None, "not known", "no labelled answers yet, or too few")
    judged = one.limit.judge(one.estimate)
    found = f"{one.estimate.unit} {parts.value_of(one.estimate)}".strip()
    ends = f"{parts.interval_of(one.estimate)}, {parts.bound_of(one.limit)}"
    return Question(ask, judged, f"{found}{unit}", ends)


def _data(found: tuple[Evidence, ...]) -> Question:
    ours = [one for one in found if one.clause.startswith(DATA) and one.verdict]
    broken = [one.clause for one in ours if one.verdict is Verdict.FAIL]
    unsure = [one.clause for one in ours if one.verdict is Verdict.UNSURE]
    ask = "Is the data right?"
    if not ours:
        return Question(ask, None, "not known", "nothing was looked at yet")
    if broken:
        return Question(ask, Verdict.FAIL, f"{len(broken)} broken", ", ".join(broken))
    if unsure:
        return Question(ask, Verdict.UNSURE, f"{len(unsure)} unsure", ", ".join(unsure))
    return Question(ask, Verdict.PASS, "as agreed", f"{len(ours)} promises hold")


def _lasts(one: Evidence | None, foretold: Foretold | None) -> Question:
    """By the forecast and the end of the certificate; without a record it is never green."""
    ask = "How long will it last?"
    if one is None or one.estimate is None:
        return Question(ask, None, "not known", "no certificate in the field yet")
    days = f"{one.estimate.value:,.0f} days certified"
    verdict = Verdict.FAIL if one.verdict is Verdict.FAIL else Verdict.UNSURE
    if foretold is None:
        return Question(ask, verdict, days, f"{one.note}; how fast it ages was not forecast")
    holds = one.verdict is Verdict.PASS and foretelling.outlasts(foretold, clock.now())
    kind = Verdict.PASS if holds else verdict
    return Question(ask, kind, days, f"{one.note}; {foretelling.line(foretold)}")


def _answering(one: Evidence | None) -> Question:
    ask = "Is it answering?"
    if one is None or one.estimate is None:
        return Question(ask, None, "not known", "nothing was looked at yet")
    return Question(ask, one.verdict, f"{1 - one.estimate.value:.2%} answered", one.note)


def _marks(project: Project) -> Iterator[Mark]:
    for event in publish.history(project):
        share = publish.said(event).shares[-1]
        yield Mark(event.time, "deployed", f"v{share.version} {share.share:.0%}")
    for one in incidents.every(project.ledger, project.model):
        words = f"{one.finding.clause}: {', '.join(one.finding.columns[:2])}".removesuffix(": ")
        yield Mark(one.opened, "incident", words)


def _moved(held: tuple[Held, ...]) -> Iterator[str]:
    """Inputs that open incidents speak of."""
    for one in held:
        yield from one.finding.columns


def rank(task: Task) -> tuple[int, bool, str, float]:
    """Where it stands: the urgent first, then what is worth most a week, then what nobody knows.

    Money of one currency is not weighed against that of another: each has an order of its own.
    """
    worth = task.worth
    if worth is None:
        return urgency.ORDER[task.soon], True, "", 0.0
    return urgency.ORDER[task.soon], False, worth.unit, -worth.value


def _tasks(project: Project, held: tuple[Held, ...]) -> Iterator[Task]:
    """Open incidents, and a version that waits for its approver."""
    yield from map(_task, incidents.groups(held))
    contract = project.document.contract
    for one in state.versions(project.ledger, project.model):
        if one.status == "certified":
            name, who = f"v{one.number}", contract.access.approver or contract.owner
            why = "every gate holds; nobody approves their own work"
            yield Task(
                f"Approve or reject {name}", why, who, Verdict.UNSURE, f"review {name}",
                worth=stakes.of_version(project, one),
            )  # fmt: skip


def _first(project: Project, said: Answer, live: Parts) -> tuple[Task, ...]:
    """The next step of a model that answers nobody yet."""
    if live:
        return ()
    what, command = said.headline.partition("▲ ")[2] or said.headline, said.next
    why = "nothing is measured yet, so nothing is green"
    owner = project.document.contract.owner
    return (Task(what, why, owner, Verdict.UNSURE, command.removeprefix("mainstay ")),)


def _task(group: Group) -> Task:
    finding, due = group.lead.finding, group.due
    cost = message.cost(group.lead.standing.cost)
    return Task(
        finding.action,
        f"{finding.what}: {finding.cause}. Costs {cost}; {due.why}.",
        f"{finding.owner} · {due.urgency}",
        Verdict.FAIL if due.urgency == "now" else Verdict.UNSURE,
        f"incident show {group.lead.incident.id}",
        due.urgency,
        stakes.of_incident(group.lead.standing.cost),
    )


def _with_inputs(project: Project, made: Health) -> Health:
    """What was learned beside what came lately, in the same bins."""
    lived = field.champions(project)
    champion = lived[-1]
    since = min(one.since for one in lived if one.name == champion.name)
    bundle = project.places.bundle(champion.bundle)
    trained = msgspec.json.decode((bundle / PROFILE).read_bytes(), type=Profile)
    seen = looks.lately(project, champion.name, since, LATELY)
    lately = tuple(one.profile for one in seen)
    weights = manifest.read(bundle, champion.bundle).importance
    return msgspec.structs.replace(made, trained=trained, lately=lately, weights=weights)
