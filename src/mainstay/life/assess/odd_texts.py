"""Texts that are something else: words for missing, numbers, one thing spelt in several ways.

No text is told that fewer than TOLD rows hold: it may be somebody's own.
"""

import json
import re
from collections.abc import Iterator

from mainstay.core import parsed
from mainstay.life.assess.proposals import Oddity

TOLD = 10
MANY = 300
"""Levels beyond which texts name things, and are not held against each other."""
MISSING = {"", "na", "n/a", "nan", "null", "#n/a", "-", "--", "?", "."}
FLAGS = ({"y", "yes", "true", "t"}, {"n", "no", "false", "f"})
NUMBER = re.compile(r"[-+]?\d*[.]\d+|[-+]?\d+[.]?")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?")
MOSTLY = 0.95
LONG, RARE = 6, 0.01
"""From so many letters on a wrong one is a slip, and so rare is the slip beside what is meant."""
BROKEN = re.compile("[\u00c2\u00c3][\u0080-\u00bf\u0152-\u2122]|\u00e2\u20ac|\ufffd")
"""What UTF-8 looks like where it was read as something else, and what could not be read."""


def odd(row: str, counts: dict[str, int]) -> Iterator[Oddity]:
    """What is odd among the levels of a column; counts: rows of each; row: as features.py says."""
    missing = [level for level in counts if level.strip().casefold() in MISSING]
    known = {level: rows for level, rows in counts.items() if level not in missing}
    if missing and len(known) > 1:
        yield _missing(row, missing, counts)
    broken = [level for level in known if BROKEN.search(level)]
    if broken:
        rows = sum(known[level] for level in broken)
        says = "text in UTF-8 that was read as another encoding"
        step = f"{row}: read its source as UTF-8"
        yield Oddity("encoding", rows, says, _respelt(_repaired(broken, counts)), step=step)
    yield from [*_types(row, known)] or [*_flags(row, known)] or _spellings(row, known)


def _missing(row: str, missing: list[str], counts: dict[str, int]) -> Oddity:
    said = ", ".join(f'"{level}"' for level in missing)
    step = f"{row}.isin({_listed(missing)}).ifelse(None, {row})"
    rows = sum(counts[level] for level in missing)
    clean: dict[str, object] = {"missing": missing}
    return Oddity("missing", rows, f"{said} stands for missing", clean, step=step)


def _types(row: str, counts: dict[str, int]) -> Iterator[Oddity]:
    """Numbers with a point or a sign, or days, in nearly all rows; digits alone may be a code."""
    rows = sum(counts.values())
    texts = {level: level.strip() for level in counts}
    numbers = [level for level, text in texts.items() if NUMBER.fullmatch(text)]
    measured = any(set(".-+") & set(texts[level]) for level in numbers)
    if measured and len(numbers) > 1 and _mostly(numbers, counts, rows):
        held = sum(counts[level] for level in numbers)
        step = f"{row}: a number, where its source is read"
        yield Oddity("type", held, "text that holds numbers", {"type": "number"}, step=step)
        return
    days = [level for level, text in texts.items() if DATE.fullmatch(text)]
    if days and _mostly(days, counts, rows):
        held = sum(counts[level] for level in days)
        plain = all(parsed.day(level) is not None for level in days)
        clean: dict[str, object] = {"type": "date"} if plain else {}
        step = f"{row}: a day, where its source is read"
        yield Oddity("type", held, "text that holds days", clean, step=step)


def _mostly(some: list[str], counts: dict[str, int], rows: int) -> bool:
    return sum(counts[level] for level in some) >= MOSTLY * rows


def _flags(row: str, counts: dict[str, int]) -> Iterator[Oddity]:
    """Yes and no in more than two spellings."""
    plain = {level: level.strip().casefold() for level in counts}
    if len(counts) > 2 and all(text in FLAGS[0] | FLAGS[1] for text in plain.values()):
        yes = [level for level, text in plain.items() if text in FLAGS[0]]
        step = f"{row}.isin({_listed(yes)})"
        says, rows = "yes and no in several words", sum(counts.values())
        yield Oddity("flag", rows, says, {"type": "boolean"}, step=step)


def _spellings(row: str, counts: dict[str, int]) -> Iterator[Oddity]:
    """Levels that differ in case, blanks or marks alone, or by one slip in a long word."""
    if not 1 < len(counts) <= MANY:
        return
    meant = _meant({**_slips(counts), **_same(counts)})
    if not meant:
        return
    rows = sum(counts[level] for level in meant)
    told = [
        f'"{level}" for "{right}"'
        for level, right in meant.items()
        if min(counts[level], counts[right]) >= TOLD
    ]
    count = f"{len(meant)} levels" if len(meant) > 1 else "1 level"
    some = f", such as {', '.join(told[:3])}" if told else ""
    every = len(told) == len(meant)
    step = _replaced(row, meant) if every else f"{row}: one spelling a level"
    clean = _respelt(meant) if every else {}
    yield Oddity("spelling", rows, f"{count} spelt otherwise{some}", clean, step=step)


def _meant(found: dict[str, str]) -> dict[str, str]:
    """Where a level is meant for what is itself written otherwise, what that is meant for."""
    ends = {level: _end(level, found) for level in found}
    return {level: right for level, right in ends.items() if right not in found}


def _end(level: str, found: dict[str, str]) -> str:
    """Where a chain of levels ends, or begins again."""
    passed = {level}
    while level in found and found[level] not in passed:
        level = found[level]
        passed.add(level)
    return level


def _repaired(broken: list[str], counts: dict[str, int]) -> dict[str, str]:
    """Each text as it was before it was misread; none where one cannot be told or is not known."""
    made = {level: _utf8(level) for level in broken}
    known = all(made.values()) and all(counts[level] >= TOLD for level in broken)
    return made if known and not set(made.values()) & set(made) else {}


def _utf8(text: str) -> str:
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return ""


def _respelt(meant: dict[str, str]) -> dict[str, object]:
    """The members of a clean clause."""
    return {"spelled": meant} if meant else {}


def _replaced(row: str, meant: dict[str, str]) -> str:
    step = row
    for right in dict.fromkeys(meant.values()):
        wrong = [level for level, other in meant.items() if other == right]
        step = f"{row}.isin({_listed(wrong)}).ifelse({json.dumps(right)}, {step})"
    return step


def _listed(levels: list[str]) -> str:
    return json.dumps(levels, ensure_ascii=False)


def _same(counts: dict[str, int]) -> dict[str, str]:
    """Of levels that are one but for case, blanks and marks: each to the most frequent."""
    groups: dict[str, list[str]] = {}
    for level in counts:
        plain = re.sub(r"[\W_]+", "", level.casefold())
        groups.setdefault(plain or level, []).append(level)
    alike = [sorted(some, key=lambda one: (-counts[one], one)) for some in groups.values()]
    return {level: some[0] for some in alike for level in some[1:]}


def _slips(counts: dict[str, int]) -> dict[str, str]:
    """Rare long words one letter from a frequent one."""
    words = [one for one in counts if len(one) >= LONG and not re.search(r"\d", one)]
    return {
        rare: often
        for rare in words
        for often in words
        if counts[rare] <= RARE * counts[often] and _one_slip(rare.casefold(), often.casefold())
    }


def _one_slip(one: str, two: str) -> bool:
    """A letter more, less or other, or two in turn. Source: Damerau (1964), Comm. ACM 7(3)."""
    if abs(len(one) - len(two)) > 1:
        return False
    at = next((at for at, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), None)
    if at is None:
        return len(one) != len(two)
    rests = (
        one[at + 1 :] == two[at + 1 :],
        one[at + 1 :] == two[at:],
        one[at:] == two[at + 1 :],
        one[at : at + 2] == two[at : at + 2][::-1] and one[at + 2 :] == two[at + 2 :],
    )
    return any(rests)
