"""An answer on the terminal: verdict sentence, evidence worst first, the next command."""

import math
import sys

import msgspec

from mainstay.core.answers import Answer
from mainstay.core.nouns import Estimate, Evidence, Verdict

GLYPHS = {Verdict.FAIL: "◆ broken", Verdict.UNSURE: "▲ unsure", Verdict.PASS: "● holds "}
FOUND = "· found "
WAIVED = "▲ waived"
EXIT_CODES = {None: 0, Verdict.PASS: 0, Verdict.FAIL: 1, Verdict.UNSURE: 3}
ORDER = {Verdict.FAIL: 0, Verdict.UNSURE: 1, Verdict.PASS: 2, None: 3}


def show(answer: Answer, *, as_json: bool = False) -> int:
    """Prints an answer to standard output; returns the exit code of its verdict."""
    text = _json(answer) if as_json else "\n".join(_lines(answer))
    sys.stdout.write(text + "\n")
    return EXIT_CODES[answer.verdict]


def number(value: float) -> str:
    """A value as people read it: thousands separated, small ones with three digits."""
    if not math.isfinite(value):
        return str(value)
    if abs(value) >= 1000 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:z.3f}"


def measured(estimate: Estimate) -> str:
    """`0.689 (0.682–0.696)`; an exact count stands alone."""
    if estimate.low == estimate.high == estimate.value:
        return number(estimate.value)
    return f"{number(estimate.value)} ({number(estimate.low)}–{number(estimate.high)})"


def _json(answer: Answer) -> str:
    return msgspec.json.format(msgspec.json.encode(answer)).decode()


def _lines(answer: Answer) -> list[str]:
    shown = [answer.headline, *_table(answer), *(f"  {line}" for line in answer.lines)]
    return [*shown, f"Next: {answer.next}"] if answer.next else shown


def _table(answer: Answer) -> list[str]:
    worst = sorted(answer.evidence, key=lambda one: ORDER[one.verdict])
    rows = [_row(one, answer.waived) for one in worst]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(5)]
    return [f"  {'  '.join(map(_padded, row, widths))}".rstrip() for row in rows]


def _padded(cell: str, width: int) -> str:
    return cell.ljust(width)


def _row(one: Evidence, waived: tuple[str, ...]) -> tuple[str, str, str, str, str]:
    glyph = GLYPHS[one.verdict] if one.verdict else FOUND
    glyph = WAIVED if one.clause in waived else glyph
    unit = f" {one.estimate.unit}" if one.estimate and one.estimate.unit else ""
    value = measured(one.estimate) + unit if one.estimate else ""
    limit = str(one.limit) if one.limit else ""
    rows = f"n {one.estimate.n:,}" if one.estimate else ""
    return f"{glyph}  {one.clause}", value, limit, rows, one.note
