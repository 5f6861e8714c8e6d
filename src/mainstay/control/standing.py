"""`status`: one sentence, who must act, and the next command."""

from mainstay.contract.document import Document
from mainstay.control.project import Project
from mainstay.core.answers import Answer
from mainstay.core.nouns import Verdict
from mainstay.ledger import state
from mainstay.ledger.state import Version


def status(project: Project) -> Answer:
    """How the model stands. Nothing measured in the field yet is said so, never as health."""
    document = project.document
    known = state.versions(project.ledger, document.contract.model)
    newest = known[-1] if known else None
    headline, verdict, following = _sentence(document, newest)
    return Answer(
        headline,
        verdict,
        lines=(*_separation(project, document), *_versions(known)),
        next=following,
        facts={
            "model": document.contract.model,
            "versions": {f"v{one.number}": one.status for one in known},
        },
    )


def _sentence(document: Document, newest: Version | None) -> tuple[str, Verdict | None, str]:
    model = document.contract.model
    if newest is None:
        return f"{model}  ▲ no version yet.", Verdict.UNSURE, "mainstay assess"
    name = f"v{newest.number}"
    if newest.contract != document.digest:
        what = f"{model}  ▲ contract.yaml changed since {name} was built."
        return what, Verdict.UNSURE, "mainstay build"
    approver = document.contract.access.approver or document.contract.owner
    said, verdict, following = {
        "built": ("▲ {0} is built and not judged.", Verdict.UNSURE, "certify {0}"),
        "refused": ("◆ {0} is not good enough.", Verdict.FAIL, "explain {0}"),
        "certified": ("▲ {0} waits for {1}.", Verdict.UNSURE, "review {0}"),
        "approved": ("● {0} is approved by {1}.", Verdict.PASS, "verify certificate {0}"),
        "rejected": ("◆ {0} was rejected.", Verdict.FAIL, "build"),
    }[newest.status]
    told = said.format(name, approver)
    return f"{model}  {told}", verdict, f"mainstay {following.format(name)}"


def _separation(project: Project, document: Document) -> tuple[str, ...]:
    """Which separation of duties is in force, said plainly."""
    approver = document.contract.access.approver or document.contract.owner
    bound = project.trust.named(approver)
    if bound is None or "approver" not in bound.roles:
        return (f"nobody can approve: {approver} is not trusted as approver",)
    return (f"separation: a distinct key of {approver}; two keys on one machine are only that",)


def _versions(known: tuple[Version, ...]) -> tuple[str, ...]:
    return tuple(f"v{one.number}  {one.status}" for one in known)
