"""`decisions KEY --replay`: an answer of the journal, given again by the same bundle."""

from typing import Any, Literal

import msgspec

from mainstay.bundle import environment, manifest, runtime
from mainstay.bundle.judgement import Judgement
from mainstay.bundle.lookup import is_mark
from mainstay.bundle.manifest import Manifest
from mainstay.bundle.reasons import Reasons
from mainstay.bundle.runtime import Answer as Said
from mainstay.bundle.runtime import Runtime, given
from mainstay.control import decisions, versions
from mainstay.control.decisions import MASK
from mainstay.control.project import Project
from mainstay.control.queries import Decisions, Replay
from mainstay.core.answers import Answer
from mainstay.core.entries import OWN
from mainstay.core.errors import MainstayError, Missing
from mainstay.core.expressions import columns
from mainstay.core.nouns import Verdict
from mainstay.data.records import DECISION, FLAGS, OUTCOME, PLACE, SCORE, VERSION

REASONS = 5
Same = Literal["the same", "another", "not known"]


class Replayed(msgspec.Struct, frozen=True):
    """What the bundle says now of what it was asked then; empty and None where it says nothing.

    why: why it is another answer, or why it is not known. reasons: inputs that moved the answer
    most, with values masked that the contract hides; why_none: why there are none.
    """

    key: str
    place: int
    version: str
    same: Same
    why: str = ""
    score: float | None = None
    decision: str = ""
    decided_by: str = ""
    flags: tuple[str, ...] = ()
    reasons: tuple[dict[str, Any], ...] = ()
    base: float | None = None
    why_none: str = ""


def replay(project: Project, query: Replay) -> Answer:
    """By the bundle of the version that answered. Raises Missing for an answer nobody knows."""
    row = _row(project, query)
    made = _replayed(project, query.key, row)
    told = {
        "the same": f"{made.version} gives the same answer again, to the last bit.",
        "another": f"{made.version} gives another answer now: {made.why}.",
        "not known": f"It cannot be given again: {made.why}.",
    }
    verdict = {"the same": Verdict.PASS, "another": Verdict.FAIL, "not known": Verdict.UNSURE}
    return Answer(
        told[made.same],
        verdict[made.same],
        lines=tuple(_line(one) for one in made.reasons),
        next=f"mainstay decisions {query.key}",
        facts={"replay": msgspec.to_builtins(made)},
    )


def _row(project: Project, query: Replay) -> dict[str, Any]:
    """As it was written down, nothing masked."""
    found = decisions.rows(project, Decisions(query.key, decisions.MOST))
    for row in found:
        if query.place in (None, row[PLACE]):
            return row
    raise Missing(
        f"{query.key} has no answer {query.place} in the journal",
        hint=f"mainstay decisions {query.key} --json says the place of each",
    )


def _replayed(project: Project, key: str, row: dict[str, Any]) -> Replayed:
    place, name = row[PLACE], row[VERSION] or ""
    none = Replayed(key, place, name, "not known")
    if not name:
        return msgspec.structs.replace(none, why="it was rejected, nothing was answered")
    version = versions.found(project, name)
    folder = project.places.bundle(version.bundle)
    stated = manifest.read(folder, version.bundle)
    lost = [one for one, act in stated.private.items() if row.get(one) is None and act == "drop"]
    if lost:
        why = f"the contract keeps {', '.join(lost)} out of the journal"
        return msgspec.structs.replace(none, why=why)
    try:
        opened = runtime.opened(
            folder, project.places.environments, expected=version.bundle, version=name,
            find=environment.existing, tables=False,
        )  # fmt: skip
    except MainstayError as error:
        return msgspec.structs.replace(none, why=str(error))
    try:
        return _compared(none, opened, row, decisions.hidden(project))
    finally:
        opened.close()


def _compared(
    none: Replayed, opened: Runtime, row: dict[str, Any], hidden: frozenset[str]
) -> Replayed:
    judged = opened.guard.judged(_body(opened.manifest, row))
    if not isinstance(judged, list) or judged[0].outcome == "reject":
        return msgspec.structs.replace(none, why="the guard rejects it as it was written down")
    by_model = row[OUTCOME] in ("model", "person")
    asked = judged[0]
    if not by_model and asked.outcome == "score":  # share, certificate or engine: not the bundle's
        asked = Judgement(asked.row, "fallback", asked.reasons)
    said = opened.answer(asked)
    told = _told(none, opened, asked, said, hidden)
    why = "; ".join(_differences(row, said))
    return msgspec.structs.replace(told, same="another" if why else "the same", why=why)


def _body(stated: Manifest, row: dict[str, Any]) -> bytes:
    record = {one.name: row.get(one.name) for one in stated.request}
    return msgspec.json.encode({"records": [record]})


def _told(
    none: Replayed, opened: Runtime, asked: Judgement, said: Said, hidden: frozenset[str]
) -> Replayed:
    found, why = _reasons(opened, asked, said)
    masked = {one.name for one in opened.manifest.outputs if hidden & set(columns(one.expression))}
    reasons = [msgspec.to_builtins(one) for one in found.reasons] if found else []
    for one in reasons:
        one["value"] = MASK if one["input"] in masked else one["value"]
    return msgspec.structs.replace(
        none, score=said.score, decision=_written(said.decision), decided_by=said.decided_by,
        flags=said.flags, reasons=tuple(reasons), base=found.base if found else None, why_none=why,
    )  # fmt: skip


def _reasons(opened: Runtime, asked: Judgement, said: Said) -> tuple[Reasons | None, str]:
    if said.decided_by == "baseline":
        return None, "the rule answered, not the model"
    try:
        return opened.reasons(given(asked), said.decision, REASONS), ""
    except MainstayError as error:
        return None, str(error)


def _differences(row: dict[str, Any], said: Said) -> list[str]:
    """What is not as it was written down."""
    before = {one for one in (row[FLAGS] or "").split() if not (one in OWN or is_mark(one))}
    flags = {one for one in said.flags if one not in OWN}
    decision, person = row[DECISION], row[OUTCOME] == "person"
    found = [
        (row[SCORE] != said.score, f"score {said.score!r}, was {row[SCORE]!r}"),
        (
            not person and (decision or "") != _written(said.decision),
            f"decision {_written(said.decision)}, was {decision}",
        ),
        (before != flags, f"the guard flags {', '.join(sorted(before ^ flags))} otherwise"),
    ]
    return [words for differs, words in found if differs]


def _written(decision: object) -> str:
    """As the journal writes it."""
    if decision is None or isinstance(decision, str):
        return decision or ""
    return msgspec.json.encode(decision).decode()


def _line(one: dict[str, Any]) -> str:
    return f"{one['input']} {one['value']}: {one['contribution']:+.4g}"
