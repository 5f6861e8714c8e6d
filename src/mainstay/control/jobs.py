"""What can be done without anybody asking, each with its rhythm unless somebody gave another."""

import shutil
from collections.abc import Callable, Mapping
from typing import NamedTuple

from mainstay.contract.model import Contract
from mainstay.control import (
    assessing,
    building,
    certifying,
    conflicts,
    delivering,
    deploying,
    digests,
    keeping,
    labelling,
    publish,
    reading,
    refreshing,
    running,
    scoring,
    telling,
    watching,
)
from mainstay.control.channels.note import Note
from mainstay.control.commands import Assess, Backup, Build, Certify, Labels, Run, Score
from mainstay.control.project import Project
from mainstay.control.queries import VerifyLedger
from mainstay.control.rhythm import EACH_WINDOW, Rhythm
from mainstay.core import clock, digest
from mainstay.core.answers import Answer
from mainstay.core.errors import Broken, MainstayError, Mistake
from mainstay.core.nouns import Verdict
from mainstay.ledger import state, steps
from mainstay.ledger.chain import Act
from mainstay.ledger.work import Done

KEPT = 7
"""Copies of the backup job; older ones go."""


class Job(NamedTuple):
    """do: what it does, for versions of an environment; rhythm: unless given another one, by itself

    or as a contract says.

    of_record: whether it concerns the record, which a team has once, and no model.
    makes: whether it has a hand in versions, so that their approver does not ask for it.
    """

    says: str
    rhythm: str | Callable[[Contract], str]
    do: Callable[[Project, str], Done]
    of_record: bool = False
    makes: bool = False

    def usual(self, contract: Contract) -> Rhythm:
        """Its rhythm unless somebody gave another."""
        return Rhythm(self.rhythm if isinstance(self.rhythm, str) else self.rhythm(contract))


def labels(project: Project, _: str) -> Done:
    """Takes in every file of the folder `labels` that is new; one that is wrong stops no other."""
    wrong: list[str] = []
    new, seen = 0, 0
    folder = project.places.incoming
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.suffix.lower() not in labelling.SENT:
            continue
        seen += 1
        key = steps.key("labels", file=digest.of_file(path), model=project.model)
        if steps.result(project.ledger, key) is not None:
            continue
        try:
            said = labelling.labels(project, Labels(str(path.resolve())))
        except MainstayError as error:
            wrong.append(f"{path.name}: {error}")
            project.tell(wrong[-1])
            continue
        project.tell(f"{path.name}: {said.headline}")
        result = {"rows": said.facts["rows"], "new": said.facts["new"]}
        steps.done(project.ledger, key, result, subject=project.model, actor=project.actor)
        new += 1
    if wrong:
        raise Mistake(f"{len(wrong)} of {seen} files of labels cannot be read: {wrong[0]}")
    return Done(f"Took in {new} of {seen} files of labels.", Verdict.PASS)


def run(project: Project, environment: str) -> Done:
    """Whatever is outstanding; where a version waits for its approver, so does the run."""
    said = running.run(project, Run(environment))
    _told(project, said)
    known = state.versions(project.ledger, project.model)
    if known and known[-1].status == "certified":
        access, owner = project.document.contract.access, project.document.contract.owner
        waits = f"{access.approver or owner} to approve v{known[-1].number}"
        return Done(said.headline, said.verdict, waits)
    return Done(said.headline, said.verdict)


def assess(project: Project, _: str) -> Done:
    """What the training rows say."""
    return _done(project, assessing.assess(project, Assess()))


def foresee(project: Project, _: str) -> Done:
    """The same with models fitted, to see how long one lasts."""
    return _done(project, assessing.assess(project, Assess(foresee=True)))


def build(project: Project, _: str) -> Done:
    """A new version, unless nothing changed."""
    return _done(project, building.build(project, Build()))


def certify(project: Project, environment: str) -> Done:
    """The newest version before its gates."""
    return _done(project, certifying.certify(project, Certify(environment=environment)))


def renew(project: Project, environment: str) -> Done:
    """The version that answers on the newest mature rows; before one does, the newest."""
    live = deploying.live(project)
    name = f"v{live[0].version}" if live else ""
    asked = Certify(name, renew=True, environment=environment)
    return _done(project, certifying.certify(project, asked))


def context(project: Project, _: str) -> Done:
    """The views that doors look up, of all that is known now."""
    return _done(project, refreshing.refresh(project))


def watch(project: Project, _: str) -> Done:
    """The live windows that are over."""
    return _done(project, watching.watch(project))


def score(project: Project, _: str) -> Done:
    """The batch that the contract tells of; nothing before a version is live."""
    if scoring.champion(publish.wanted(project)) is None:
        return Done("Nothing is scored before a version is live.")
    return _done(project, scoring.score(project, Score()))


def deliver(project: Project, _: str) -> Done:
    """What waits to be told of incidents."""
    return _done(project, delivering.deliver(project))


def week(project: Project, _: str) -> Done:
    """Puts the week aside for every role that a channel takes, and tells it."""
    with project.ledger.transaction():
        put = digests.put_aside(digests.of_record(project))
    if not put:
        return Done("No channel takes digests.")
    delivering.deliver(project)
    return Done(f"The week was put aside for {', '.join(put)}.", Verdict.PASS)


def head(project: Project, _: str) -> Done:
    """Says the head of the ledger where what is said is kept, and that it was said."""
    known = str(project.ledger.head())
    project.tell(f"ledger head {known}")
    note = Note(
        f"head-{known}", "head", clock.now(), (), f"Head of the ledger: {known}",
        f"It must stay on the chain, whatever comes later:\nmainstay verify ledger --head {known}",
        telling.link(project, "/audit/chain"), head=known,
    )  # fmt: skip
    taken = telling.noted(project, note, lambda one: getattr(one, "head", False))
    project.tell(f"put aside for {taken} channels")
    act = Act("HeadPublished", project.model, project.actor, {"head": known})
    return Done(f"ledger head {known}", Verdict.PASS, acts=(act,))


def verify(project: Project, _: str) -> Done:
    """The chain, every blob, the tables. Raises Broken where they do not hold."""
    said = reading.verify_ledger(project, VerifyLedger())
    _told(project, said)
    if said.verdict is not Verdict.PASS:
        raise Broken(said.headline, hint=said.next)
    return Done(said.headline, said.verdict)


def backup(project: Project, _: str) -> Done:
    """A verified copy among the newest; whoever keeps copies elsewhere takes them from there."""
    folder = project.places.backups
    target = folder / f"{clock.machine():%Y-%m-%dT%H%M%SZ}"
    said = keeping.backup(project, Backup(str(target)))
    for old in sorted(one for one in folder.iterdir() if one.is_dir())[:-KEPT]:
        shutil.rmtree(old)
    return Done(said.headline, Verdict.PASS)


def _looked_up(contract: Contract) -> str:
    return "*/5 * * * *" if contract.serve.context == "lookup" else ""


def _batched(contract: Contract) -> str:
    return contract.score.every or ""


def _done(project: Project, said: Answer) -> Done:
    _told(project, said)
    return Done(said.headline, said.verdict)


def look(project: Project, _: str) -> Done:
    """For conflicts between columns of the project; those with other models stay as they were."""
    return _done(project, conflicts.propose(project))


def _told(project: Project, said: Answer) -> None:
    for line in (*said.lines, said.headline):
        project.tell(line)


JOBS: Mapping[str, Job] = {
    "labels": Job("Take in the files of labels in the folder labels.", EACH_WINDOW, labels),
    "context": Job("Make the views of context that doors look up anew.", _looked_up, context),
    "run": Job(
        "Do what is outstanding: watch, retrain, deploy, renew.", EACH_WINDOW, run, makes=True
    ),
    "score": Job("Answer the batch that the contract tells of.", _batched, score),
    "deliver": Job(
        "Tell what waits to be told of incidents.", "*/5 * * * *", deliver, of_record=True
    ),
    "head": Job("Publish the head of the ledger.", "5 0 * * *", head, of_record=True),
    "digest": Job(
        "Tell the week to channels that take digests.", "0 7 * * 1", week, of_record=True
    ),
    "verify": Job("Prove that the ledger holds.", "0 4 * * 0", verify, of_record=True),
    "backup": Job("Copy the ledger and what it points to.", "", backup, of_record=True),
    "assess": Job(
        "Say whether it is worth it and the data enough and right.", "", assess, makes=True
    ),
    "foresee": Job("Assess, and say how long a model lasts.", "", foresee, makes=True),
    "build": Job("Train a new version, unless nothing changed.", "", build, makes=True),
    "certify": Job("Hold the newest version against every gate.", "", certify, makes=True),
    "renew": Job("Judge the version that answers on newer rows.", "", renew, makes=True),
    "watch": Job("Judge the live windows that are over.", "", watch, makes=True),
    "conflicts": Job("Look for columns that are not what they seem.", "", look),
}
"""In this order where several are due at once: labels before they are judged by."""
