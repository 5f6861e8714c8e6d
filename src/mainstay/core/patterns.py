r"""Patterns of text, the part of regular expressions that every engine means alike.

Read here, so that nothing depends on an engine's habits: letters, `.` (all but a line break),
classes `[a-z]`, `[^a-z]`, `\d \w \s` and their opposites (ASCII), groups, `|`, `* + ? {m} {m,}
{m,n}`. A pattern is always of the whole text. What looks around, refers back or sets options is no
regular language, or differs between engines: refused.
"""

import sys
from collections.abc import Callable
from typing import NamedTuple

from mainstay.core.errors import Mistake

LONGEST = 500
DEEPEST = 20
MOST = 500
"""Repetitions, as of the largest pattern: more than that is a length, not a pattern."""
Ranges = tuple[tuple[int, int], ...]
"""Code points from, until, both included; in order, apart from each other."""
_DIGITS, _LETTERS = ((48, 57),), ((48, 57), (65, 90), (95, 95), (97, 122))
_BLANKS, _BREAK = ((9, 13), (32, 32)), ((10, 10),)
_SETS = {"d": _DIGITS, "w": _LETTERS, "s": _BLANKS}
_SIGNS = {"n": 10, "r": 13, "t": 9}
_REPEATED = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_GROUPS = {
    "(?=": "a lookahead", "(?!": "a lookahead", "(?<=": "a lookbehind", "(?<!": "a lookbehind",
    "(?P": "a named group", "(?>": "an atomic group", "(?(": "a condition", "(?#": "a comment",
}  # fmt: skip
_WHOLE = "the pattern is of the whole text: leave it out"


class Characters(NamedTuple):
    """One character of these."""

    ranges: Ranges


class Joined(NamedTuple):
    """All of them, one after the other."""

    parts: tuple["Pattern", ...]


class Either(NamedTuple):
    """One of them."""

    parts: tuple["Pattern", ...]


class Repeated(NamedTuple):
    """The same again, most None: without end."""

    inner: "Pattern"
    least: int
    most: int | None


Pattern = Characters | Joined | Either | Repeated


def pattern(text: str) -> Pattern:
    """What a text means as a pattern. Raises Mistake, which says at which character."""
    if len(text) > LONGEST:
        raise Mistake(f"is longer than {LONGEST} characters", "say less with the pattern")
    reading = _Reading(text)
    read = reading.either(0)
    if reading.at < len(text):
        raise reading.no("a ) without its (", r"write \) for the sign itself")
    return read


def portable(read: Pattern) -> str:
    r"""The same for engines of regular expressions that know \A, \z, \x{..} and (?:..)."""
    return rf"\A(?:{written(read, _span, _times)})\z"


def written(
    read: Pattern,
    span: Callable[[tuple[int, int]], str],
    times: Callable[[str, int, int | None], str],
) -> str:
    """In the signs of an engine: span writes a range, times a group that is repeated."""

    def of(part: Pattern) -> str:
        match part:
            case Characters(ranges):
                return f"[{''.join(map(span, ranges))}]"
            case Joined(parts):
                return "".join(map(of, parts))
            case Either(parts):
                return f"(?:{'|'.join(map(of, parts))})"
            case Repeated(inner, least, most):
                return times(f"(?:{of(inner)})", least, most)

    return of(read)


def _span(ends: tuple[int, int]) -> str:
    return r"\x{{{:x}}}-\x{{{:x}}}".format(*ends)


def _times(group: str, least: int, most: int | None) -> str:
    return f"{group}{{{least},{'' if most is None else most}}}"


class _Reading:
    """One walk over the text of a pattern; at: the place of what comes next."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def no(self, what: str, hint: str = "", at: int | None = None) -> Mistake:
        place = min(self.at if at is None else at, len(self.text)) + 1
        return Mistake(f"holds {what} at character {place}", hint)

    def either(self, depth: int) -> Pattern:
        if depth > DEEPEST:
            raise self.no("groups nested too deeply")
        options = [self._joined(depth)]
        while self._taken("|"):
            options.append(self._joined(depth))
        return Either(tuple(options)) if options[1:] else options[0]

    def _joined(self, depth: int) -> Pattern:
        parts: list[Pattern] = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            if not self._anchor(depth):
                parts.append(self._repeated(self._one(depth)))
        return parts[0] if len(parts) == 1 else Joined(tuple(parts))

    def _anchor(self, depth: int) -> bool:
        """^ and $ at the ends say what holds anyhow."""
        sign = self.text[self.at]
        if sign not in "^$":
            return False
        if depth or self.at != (0 if sign == "^" else len(self.text) - 1):
            raise self.no(f"a {sign} that is not at its end", rf"write \{sign} for the sign itself")
        self.at += 1
        return True

    def _one(self, depth: int) -> Pattern:
        sign = self.text[self.at]
        if sign == "(":
            return self._group(depth)
        if sign == "[":
            return self._class()
        if sign in "*+?{}]":
            raise self.no(f"a {sign} with nothing before it", rf"write \{sign} for the sign itself")
        self.at += 1
        match sign:
            case ".":
                return Characters(others(_BREAK))
            case "\\":
                return Characters(self._escaped())
            case _:
                return Characters(((ord(sign), ord(sign)),))

    def _group(self, depth: int) -> Pattern:
        begun = self.at
        for opening, called in _GROUPS.items():
            if self.text.startswith(opening, begun):
                raise self.no(called, "say it without, or as a rule of data.rules")
        if not self._taken("(?:") and self.text.startswith("(?", begun):
            raise self.no("an option", "write both cases: [Aa]")
        if self.at == begun:
            self.at += 1
        inner = self.either(depth + 1)
        if not self._taken(")"):
            raise self.no("a ( without its )", r"write \( for the sign itself", begun)
        return inner

    def _repeated(self, inner: Pattern) -> Pattern:
        begun, sign = self.at, self.text[self.at : self.at + 1]
        if not sign or sign not in "*+?{":
            return inner
        self.at += 1
        least, most = self._counts(begun) if sign == "{" else _REPEATED[sign]
        if self.text[self.at : self.at + 1] in ("*", "+", "?", "{"):
            raise self.no("a second repetition", "one is enough: the pattern is of the whole text")
        return Repeated(inner, least, most)

    def _counts(self, begun: int) -> tuple[int, int | None]:
        end = self.text.find("}", begun)
        first, comma, last = self.text[begun + 1 : max(end, begun)].partition(",")
        digits = all(
            one.isascii() and one.isdigit() and len(one) < 5 for one in (first, last) if one
        )
        if not first or not digits or end < 0:
            raise self.no("a { that counts nothing", r"write {2} or {2,5}, \{ for the sign", begun)
        self.at = end + 1
        least, most = int(first), int(last) if last else None if comma else int(first)
        if max(least, most or 0) > MOST or (most is not None and most < least):
            hint = f"count to {MOST} at most; for more there is length" if most else ""
            raise self.no("a count that cannot be", hint or "the smaller number first", begun)
        return least, most

    def _class(self) -> Pattern:
        begun = self.at
        found: list[tuple[int, int]] = []
        self.at += 1
        opposite = self._taken("^")
        while not self._taken("]"):
            if self.at >= len(self.text):
                raise self.no("a [ without its ]", r"write \[ for the sign itself", begun)
            found.extend(self._range())
        ranges = merged(tuple(found))
        chosen = others(ranges) if opposite else ranges
        if not chosen or not found:
            raise self.no("a class of no character", r"write \[ for the sign itself", begun)
        return Characters(chosen)

    def _range(self) -> Ranges:
        begun, low = self.at, self._member()
        if self.text[self.at : self.at + 1] != "-" or self.text[self.at + 1 : self.at + 2] == "]":
            return low
        self.at += 1
        high = self._member()
        if len(low) > 1 or len(high) > 1 or low[0][0] != low[0][1] or high[0][0] < low[0][0]:
            raise self.no("a range that cannot be", "the smaller character first", begun)
        return ((low[0][0], high[0][1]),)

    def _member(self) -> Ranges:
        sign = self.text[self.at : self.at + 1]
        if not sign or sign == "[":
            raise self.no(f"a {sign or '['} within a class", r"write \[ for the sign itself")
        self.at += 1
        return self._escaped() if sign == "\\" else ((ord(sign), ord(sign)),)

    def _escaped(self) -> Ranges:
        begun, sign = self.at - 1, self.text[self.at : self.at + 1]
        self.at += 1
        if sign.lower() in _SETS:
            some: Ranges = _SETS[sign.lower()]
            return some if sign.islower() else others(some)
        if sign in _SIGNS:
            return ((_SIGNS[sign], _SIGNS[sign]),)
        if sign.isdigit():
            raise self.no("a reference back", "say it as a rule of data.rules", begun)
        if not sign or not sign.isascii() or sign.isalnum():
            hint = _WHOLE if sign and sign in "AZzbBG" else "write the character itself"
            raise self.no(f"\\{sign}, which engines read differently", hint, begun)
        return ((ord(sign), ord(sign)),)

    def _taken(self, sign: str) -> bool:
        found = self.text.startswith(sign, self.at)
        self.at += len(sign) * found
        return found


def merged(ranges: Ranges) -> Ranges:
    """The same characters in order, no two ranges touching."""
    made: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if made and low <= made[-1][1] + 1:
            made[-1] = (made[-1][0], max(made[-1][1], high))
        else:
            made.append((low, high))
    return tuple(made)


def others(ranges: Ranges) -> Ranges:
    """All characters but these, which are in order and apart."""
    starts = (0, *(high + 1 for _, high in ranges))
    ends = (*(low - 1 for low, _ in ranges), sys.maxunicode)
    return tuple((low, high) for low, high in zip(starts, ends, strict=True) if low <= high)
