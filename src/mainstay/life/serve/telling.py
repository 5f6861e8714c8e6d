"""Who answers, in one line: for the terminal, for the log, only when it changed."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from mainstay.life.serve.served import Served, Table

Tell = Callable[[str], None]


class Voice(NamedTuple):
    """Where a door speaks: once when it is ready, then of every change and every refusal."""

    ready: Tell = lambda _: None
    changed: Tell = lambda _: None


SILENT = Voice()


class Teller:
    """Says a thing when it becomes true, not again while it stays so."""

    def __init__(self, voice: Voice, folder: str = "") -> None:
        """folder: where several models answer at one door, said until the name is known."""
        self._voice, self._folder = voice, folder
        self._standing = self._refused = ""

    def tell(self, table: Table | None, refused: str, at: datetime | None) -> None:
        """at: None where no time is known, and then nothing expires."""
        named = f"{table.routing.model if table else self._folder}: " if self._folder else ""
        said = f"{named}{standing(table, at)}" if table else ""
        if said != self._standing:
            first = not self._standing
            self._standing = said
            (self._voice.ready if first else self._voice.changed)(
                f"Ready: {said}" if first else f"Now: {said}"
            )
        if refused != self._refused:
            self._refused = refused
            self._voice.changed(
                f"Not followed: {named}{refused}" if refused else f"{named}Followed again."
            )


def standing(table: Table, at: datetime | None) -> str:
    """`v1 answers 90 %, v2 10 % (routing 7)`, and by which baseline, why."""
    champion, *others = table.served
    all_or_part = "everything" if champion.share.share == 1 else _percent(champion)
    shares = [f"{champion.share.version} answers {all_or_part}"]
    shares += [f"{one.share.version} {_percent(one)}" for one in others]
    short = [(one.share.version, one.silenced(at)) for one in table.served]
    reasons = [f"; {version} by its baseline: {why}" for version, why in short if why]
    if table.recalled:
        reasons.append(f"; {table.served[-1].share.version} by nobody any more: {table.recalled}")
    return f"{', '.join(shares)} (routing {table.routing.sequence}){''.join(reasons)}"


def _percent(one: Served) -> str:
    return f"{one.share.share * 100:.4g} %"
