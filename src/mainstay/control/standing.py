"""`status`: one sentence, who must act, and the next command."""

from mainstay.contract.document import Document
from mainstay.control import deploying
from mainstay.control.project import Project
from mainstay.core.answers import Answer
from mainstay.core.nouns import Verdict
from mainstay.ledger import state
from mainstay.ledger.state import Version
from mainstay.life.deploy.shares import Parts


def status(project: Project) -> Answer:
    """How the model stands. Nothing measured in the field yet is said so, never as health."""
    document = project.document
    known = state.versions(project.ledger, document.contract.model)
    newest = known[-1] if known else None
    live = deploying.live(project)
    headline, verdict, following = _sentence(document, newest, live)
    return Answer(
        headline,
        verdict,
        lines=(*_separation(project, document), *_versions(known, live)),
        next=following,
        facts={
            "model": document.contract.model,
            "versions": {f"v{one.number}": one.status for one in known},
            "shares": {f"v{part.version}": part.share for part in live},
        },
    )


def _sentence(
    document: Document, newest: Version | None, live: Parts
) -> tuple[str, Verdict | None, str]:
    model = document.contract.model
    if newest is None:
        return f"{model}  ▲ no version yet.", Verdict.UNSURE, "mainstay assess"
    name = f"v{newest.number}"
    if newest.contract != document.digest:
        what = f"{model}  ▲ contract.yaml changed since {name} was built."
        return what, Verdict.UNSURE, "mainstay build"
    if newest.number in {part.version for part in live}:
        return _answering(model, live)
    approver = document.contract.access.approver or document.contract.owner
    said, verdict, following = {
        "built": ("▲ {0} is built and not judged.", Verdict.UNSURE, "certify {0}"),
        "refused": ("◆ {0} is not good enough.", Verdict.FAIL, "explain {0}"),
        "certified": ("▲ {0} waits for {1}.", Verdict.UNSURE, "review {0}"),
        "approved": ("● {0} is approved by {1}.", Verdict.PASS, "deploy {0}"),
        "rejected": ("◆ {0} was rejected.", Verdict.FAIL, "build"),
    }[newest.status]
    told = said.format(name, approver)
    return f"{model}  {told}", verdict, f"mainstay {following.format(name)}"


def _answering(model: str, live: Parts) -> tuple[str, Verdict, str]:
    """The newest version answers; as nobody has measured it there, that is no health."""
    champion, newest = f"v{live[0].version}", f"v{live[-1].version}"
    if len(live) > 1:
        what = f"{model}  ▲ {newest} is canary for {live[-1].share:.0%} beside {champion}"
        return f"{what}, not measured yet.", Verdict.UNSURE, f"mainstay deploy {newest} --live"
    what = f"{model}  ▲ {newest} is live, not measured in the field yet."
    return what, Verdict.UNSURE, f"mainstay verify certificate {newest}"


def _separation(project: Project, document: Document) -> tuple[str, ...]:
    """Which separation of duties is in force, said plainly."""
    approver = document.contract.access.approver or document.contract.owner
    bound = project.trust.named(approver)
    if bound is None or "approver" not in bound.roles:
        return (f"nobody can approve: {approver} is not trusted as approver",)
    return (f"separation: a distinct key of {approver}; two keys on one machine are only that",)


def _versions(known: tuple[Version, ...], live: Parts) -> tuple[str, ...]:
    answers = {part.version: f", answers {part.share:.0%}" for part in live}
    return tuple(f"v{one.number}  {one.status}{answers.get(one.number, '')}" for one in known)
