"""What every command says: one verdict sentence, the evidence, the next command."""

from collections.abc import Collection
from typing import Any

import msgspec

from mainstay.core.nouns import Evidence, Verdict

RANK: dict[Verdict | None, int] = {Verdict.FAIL: 0, Verdict.UNSURE: 1, None: 2, Verdict.PASS: 3}
"""Worst first; None is not known, which is never good."""
GLYPHS: dict[Verdict | None, str] = {
    Verdict.PASS: "●", Verdict.UNSURE: "▲", Verdict.FAIL: "◆", None: "▲",
}  # fmt: skip


class Answer(msgspec.Struct, frozen=True):
    """The same facts for a person and, as JSON, for a script.

    headline: the verdict sentence. evidence: shown worst first. lines: what else is worth a line.
    next: the next command, ready to paste. facts: for scripts, by name. waived: clauses of the
    evidence that do not hold and are excused.
    """

    headline: str
    verdict: Verdict | None = None
    evidence: tuple[Evidence, ...] = ()
    lines: tuple[str, ...] = ()
    next: str = ""
    facts: dict[str, Any] = {}
    waived: tuple[str, ...] = ()


def worst(evidence: tuple[Evidence, ...]) -> Verdict:
    """The verdict of the whole: fail if any fails, else unsure if any is, else pass.

    Evidence without a limit gates nothing; nothing judged at all is unsure, never pass.
    """
    verdicts = {one.verdict for one in evidence if one.verdict is not None}
    for verdict in (Verdict.FAIL, Verdict.UNSURE, Verdict.PASS):
        if verdict in verdicts:
            return verdict
    return Verdict.UNSURE


def tally(evidence: Collection[Evidence], waived: Collection[Evidence] = ()) -> str:
    """How many gates hold and what the others are; those that are waived count as none of it."""
    gates = [one for one in evidence if one.limit is not None]
    held, unsure, broken = (
        sum(one.verdict is verdict for one in gates if one not in waived)
        for verdict in (Verdict.PASS, Verdict.UNSURE, Verdict.FAIL)
    )
    if held == len(gates):
        return f"all {held} gates hold"
    beside = f", {len(waived)} waived" if waived else ""
    return f"{held} of {len(gates)} gates hold, {unsure} unsure, {broken} broken{beside}"
