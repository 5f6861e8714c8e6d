"""The model card of a certified version: the evidence of its certificate as Markdown.

The head is metadata as model hubs read it (model-index): JSON is YAML.
Source: https://huggingface.co/docs/hub/model-cards
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from mainstay.bundle import manifest
from mainstay.bundle.manifest import Manifest
from mainstay.contract.model import Contract
from mainstay.control import papers, versions
from mainstay.control.pages import parts
from mainstay.control.pages.certificate import limits
from mainstay.control.project import Project
from mainstay.control.queries import ModelCard
from mainstay.core.answers import Answer
from mainstay.core.errors import Missing
from mainstay.core.nouns import Dataset, Evidence
from mainstay.ledger.state import Version
from mainstay.life.certify.details import Details
from mainstay.seal import certificate as seal
from mainstay.seal.certificate import Certificate

TASKS = {
    "binary": "tabular-classification", "multiclass": "tabular-classification",
    "regression": "tabular-regression",
}  # fmt: skip
LIBRARIES = ("lightgbm", "xgboost", "scikit-learn")
"""As hubs call them, the one that a model is of first; sklearn is scikit-learn there."""
NAMED = {"scikit-learn": "sklearn"}


class Card(msgspec.Struct, frozen=True):
    """What a card is written from. contract: as it was when the version was built."""

    certificate: Certificate
    details: Details
    contract: Contract
    manifest: Manifest


def asked(project: Project, query: ModelCard) -> Answer:
    """facts: the card as text. Raises Missing for a version that has no certificate."""
    version = versions.found(project, query.version)
    made = card(project, version)
    return Answer(
        f"The card of {made.certificate.name}, from its certificate.",
        next=f"mainstay verify certificate {made.certificate.version.name}",
        facts={"version": made.certificate.version.name, "card": text(made)},
    )


def card(project: Project, version: Version) -> Card:
    """Of the newest certificate of a version."""
    signed, details = papers.envelope(project, version), papers.behind(project, version).details
    if details is None:
        raise Missing(f"v{version.number} was not judged to a certificate")
    return Card(
        seal.opened(signed, project.trust),
        details,
        versions.contract(project, version),
        manifest.read(project.places.bundle(version.bundle), version.bundle),
    )


def text(it: Card) -> str:
    """Markdown with metadata before it."""
    head = "".join(f"{name}: {_json(value)}\n" for name, value in metadata(it).items())
    return f"---\n{head}---\n" + "\n".join(_body(it)) + "\n"


def metadata(it: Card) -> dict[str, Any]:
    """No licence: nobody stated one."""
    packages = it.details.packages
    library = next((one for one in LIBRARIES if one in packages), "")
    named = {"library_name": NAMED.get(library, library)} if library else {}
    task = TASKS[it.contract.objective.task]
    return {
        "model_name": it.certificate.name,
        **named,
        "pipeline_tag": task,
        "tags": ["mainstay", "tabular", it.contract.objective.task],
        "model-index": [{"name": it.contract.model, "results": [_result(it, task)]}],
    }


def _result(it: Card, task: str) -> dict[str, Any]:
    (held,) = it.certificate.datasets[:1]
    period = f", {parts.period(held.window)}" if held.window else ""
    name = f"held-out decisions{period}"
    return {
        "task": {"type": task, "name": it.contract.objective.decision},
        "dataset": {"type": "held-out", "name": name, "revision": held.digest},
        "metrics": [_metric(one) for one in it.certificate.gates if one.estimate],
    }


def _metric(one: Evidence) -> dict[str, Any]:
    found = one.estimate
    assert found is not None, "only what was measured is a metric"
    return {
        "type": one.clause.partition(",")[0].replace(" ", "_"),
        "name": one.clause,
        "value": found.value,
        "args": {
            "low": found.low, "high": found.high, "n": found.n, "unit": found.unit,
            "limit": parts.bound_of(one.limit) if one.limit else "",
            "verdict": parts.judged(one),
        },
    }  # fmt: skip


def _body(it: Card) -> Iterator[str]:
    certificate, objective = it.certificate, it.contract.objective
    until = f"{parts.minute(certificate.not_after)}"
    why = f": {certificate.term}" if certificate.term else ""
    yield f"# {certificate.name}"
    yield f"\nIn {certificate.scope.environment} until {until}{why}. Owner: {it.contract.owner}."
    yield "\n## Uses"
    yield f"{objective.decision} {objective.why_ml}".strip()
    fallback = it.contract.serve.fallback
    yield f"\nTask: {objective.task}. Where the model may not answer, its {fallback} does."
    yield "\n## Training"
    yield from (_data(one) for one in certificate.version.datasets)
    yield f"- inputs: {', '.join(one.name for one in it.manifest.inputs)}"
    yield from _evaluation(it)
    yield from _rest(it)


def _rest(it: Card) -> Iterator[str]:
    certificate = it.certificate
    yield "\n## Limits"
    yield from (f"- {one}" for one in limits(certificate, it.details))
    yield "\n## Environment"
    packages = ", ".join(f"{name} {version}" for name, version in it.details.packages.items())
    yield f"Python {it.details.python}, {it.details.platform}; {packages}."
    yield "\n## Check it"
    yield f"Bundle `{certificate.version.bundle}`, contract `{certificate.version.contract}`:"
    yield f"`mainstay-verify {certificate.version.name}.json --bundle FOLDER`"


def _evaluation(it: Card) -> Iterator[str]:
    yield "\n## Evaluation"
    yield from (_data(one) for one in it.certificate.datasets)
    yield "\n| Gate | Measured | Interval | n | Limit | Verdict |\n|---|---:|---:|---:|---:|---|"
    yield from (_gate(one, it.certificate) for one in it.certificate.gates)
    if it.certificate.not_covered:
        yield f"\nNot covered, too few rows: {', '.join(it.certificate.not_covered)}."


def _gate(one: Evidence, certificate: Certificate) -> str:
    found, limit = one.estimate, parts.bound_of(one.limit) if one.limit else ""
    accepted = ", accepted" if one.clause in certificate.accepted_unsure else ""
    shown = (
        (f"{parts.value_of(found)} {found.unit}".strip(), parts.interval_of(found), f"{found.n:,}")
        if found
        else ("not measured", "", "")
    )
    return f"| {' | '.join((one.clause, *shown, limit, parts.judged(one) + accepted))} |"


def _data(one: Dataset) -> str:
    """A snapshot by its period, a source by its address."""
    period = f", {parts.period(one.window)}" if one.window else ""
    place = "" if one.uri.startswith(one.digest) else f"source {one.uri}, "
    return f"- {place}{parts.counted(one.rows, 'row')}{period} (`{one.digest}`)"


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
