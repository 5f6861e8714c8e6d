"""What every command says: one verdict sentence, the evidence, the next command."""

from typing import Any

import msgspec

from mainstay.core.nouns import Evidence, Verdict


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
