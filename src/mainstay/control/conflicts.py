"""`catalog conflicts` and `settle`: what columns are proposed as conflicts, and what people decide.

Looking reads every source, so what was found stays on record, for pages and for whoever decides:
proposed with evidence, decided by a person, remembered. What was decided is not proposed again.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from mainstay.control import alike, cataloguing, team
from mainstay.control.alike import Conflict
from mainstay.control.commands import SettleConflict
from mainstay.control.project import Project
from mainstay.core import nearest
from mainstay.core.answers import Answer
from mainstay.core.errors import Missing, Mistake
from mainstay.core.nouns import Verdict

KIND, PROPOSED = "ConflictSettled", "ConflictsProposed"


class Settled(msgspec.Struct, frozen=True):
    """What somebody decided: accepted or declined."""

    at: datetime
    by: str
    verdict: str
    because: str
    conflict: Conflict


class Proposed(msgspec.Struct, frozen=True):
    """On record. at: of the newest look, None before there was one; open: not decided yet.

    settled: newest first.
    """

    at: datetime | None
    open: tuple[Conflict, ...]
    settled: tuple[Settled, ...]


def propose(opened: Project) -> Answer:
    """Looks at all sources; what is found stays on record. Raises what data.rows raises."""
    every = alike.found(opened)
    looked = {one.model for one in cataloguing.contracts(opened)}
    for model in looked:
        ours = tuple(one for one in every if model in one.models)
        others = (one for one in _newest(opened, model)[1] if not looked.issuperset(one.models))
        said = {"conflicts": [msgspec.to_builtins(one) for one in (*ours, *others)]}
        opened.ledger.append(PROPOSED, model, opened.actor, said)
    return asked(opened)


def asked(opened: Project) -> Answer:
    """Those that nobody has decided yet, and what was decided, as far as who asks may know."""
    found = on_record(opened)
    rest = f", {len(found.settled):,} decided before" if found.settled else ""
    facts = {
        "at": found.at,
        "conflicts": [msgspec.to_builtins(one) for one in found.open],
        "settled": len(found.settled),
        "decided": [msgspec.to_builtins(one) for one in found.settled],
    }
    if found.at is None:
        said = "Nobody looked for conflicts between columns yet."
        return Answer(said, Verdict.UNSURE, next="mainstay catalog conflicts", facts=facts)
    first = found.open[0].id if found.open else ""
    what = "conflict" if len(found.open) == 1 else "conflicts"
    return Answer(
        f"{len(found.open):,} {what} between columns{rest}.",
        Verdict.UNSURE if found.open else Verdict.PASS,
        lines=tuple(one.sentence for one in found.open),
        next=f'mainstay catalog settle {first} --decline --because "..."' if first else "",
        facts=facts,
    )


def settle(opened: Project, command: SettleConflict) -> Answer:
    """Raises Mistake without a reason, Missing for a conflict that nobody proposes."""
    if not command.because.strip():
        raise Mistake("a decision needs a reason", hint="--because '...'")
    every = {one.id: one for one in _proposed(opened)}
    one = every.get(command.id)
    if one is None:
        hint = nearest.hint(command.id, every) if every else "mainstay catalog conflicts"
        raise Missing(f"nothing proposes {command.id}", hint)
    verdict = "accepted" if command.accept else "declined"
    said = {**msgspec.to_builtins(one), "verdict": verdict, "because": command.because}
    opened.ledger.append(KIND, one.one.model, opened.actor, said)
    return Answer(
        f"{one.one.name} and {one.other.name}, {one.kind}: {verdict}, and proposed no more.",
        lines=(one.says, command.because),
        next="mainstay catalog conflicts",
        facts=said,
    )


def on_record(opened: Project) -> Proposed:
    """What the newest look found, without what was decided; nothing is read for it."""
    settled = tuple(_settled(opened))
    decided = {one.conflict.id for one in settled}
    times = [at for model in _models(opened) if (at := _newest(opened, model)[0])]
    left = tuple(one for one in _proposed(opened) if one.id not in decided)
    return Proposed(max(times, default=None), left, settled)


def _proposed(opened: Project) -> Iterable[Conflict]:
    """Each once, where both columns may be spoken of."""
    every = (one for model in _models(opened) for one in _newest(opened, model)[1])
    shown = {one.id: one for one in every if not any(map(opened.elsewhere, one.models))}
    return shown.values()


def _newest(opened: Project, model: str) -> tuple[datetime | None, tuple[Conflict, ...]]:
    """What was found at a model, and when it was looked at."""
    for event in opened.ledger.newest(1, PROPOSED, model):
        return event.time, msgspec.convert(event.payload["conflicts"], tuple[Conflict, ...])
    return None, ()


def _settled(opened: Project) -> Iterator[Settled]:
    """Newest first; a conflict decided again counts as it was decided last."""
    events = (
        one for model in _models(opened) for one in opened.ledger.events(kind=KIND, subject=model)
    )
    seen = set[str]()
    for event in sorted(events, key=lambda one: -one.seq):
        said = msgspec.convert(event.payload, Conflict)
        if said.id not in seen and not any(map(opened.elsewhere, said.models)):
            seen.add(said.id)
            verdict, because = event.payload["verdict"], event.payload["because"]
            yield Settled(event.time, event.actor.name, verdict, because, said)


def _models(opened: Project) -> tuple[str, ...]:
    """Those of which columns may be spoken of here."""
    if not opened.places.is_team:
        return (opened.model,)
    return tuple(one for one in team.members(opened.places) if not opened.elsewhere(one))
