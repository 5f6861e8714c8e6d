"""Strict YAML: a tree of nodes that know their place, and every mistake on the way.

YAML 1.2 core booleans, numbers and null; keys are text. No anchors, aliases or tags, no key twice,
one document, at most LARGEST bytes, MOST values and DEEPEST levels.
"""

import math
import re

import yaml

from mainstay.contract.nodes import Mark, Node, Scalar, Tree, Value, told
from mainstay.contract.wording import Path, path_text
from mainstay.core.errors import Finding, Mistakes

LARGEST = 256 * 1024
DEEPEST = 20
MOST = 20_000
LARGEST_INTEGER = 2**53
_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_ENDLESS = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_HINTS = {
    "mapping values are not allowed": 'text that holds ": " stands in quotes',
    "mapping keys are not allowed": 'write "?" in quotes',
    "found '?'": 'write "?" in quotes',
    "'\\t'": "indent with spaces, not tabs",
    "'@'": "text that starts so stands in quotes",
    "'`'": "text that starts so stands in quotes",
    "'%'": "text that starts so stands in quotes",
    "expected <block end>": "is a line indented otherwise than its neighbours, or a quote open?",
    "expected ',' or": "is a comma missing, or a bracket open?",
    "end of stream": "close the quote or bracket opened before",
    "could not find expected ':'": "a key is followed by a colon and a space",
    "unknown escape": "write the text in single quotes, or double the backslash",
}


def tree(content: bytes, file: str) -> Tree:
    """Reads one document; raises Mistakes where no tree can be made of it."""
    if len(content) > LARGEST:
        raise Mistakes([Finding(file, 1, 1, f"the file is larger than {LARGEST // 1024} KB")])
    reading = _Reading(_text(content, file), file)
    root = reading.document()
    return Tree(root, tuple(reading.findings), frozenset(reading.spoilt))


def _text(content: bytes, file: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig", "replace")
        finding = Finding(file, *_end(before), "not UTF-8 text", "save it as UTF-8")
        raise Mistakes([finding]) from error


def _end(text: str) -> Mark:
    line = text.count("\n") + 1
    return Mark(line, len(text) - text.rfind("\n"))


class _Reading:
    """One pass over the events of a document, and what was found on the way."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self._text = text
        self.findings: list[Finding] = []
        self.spoilt: set[Path] = set()
        self._events = yaml.parse(text, Loader=yaml.SafeLoader)
        self._last = Mark(1, 1)
        self._count = 0

    def document(self) -> Node:
        self._event()
        if isinstance(self._event(), yaml.StreamEndEvent):
            raise self._stop(self._last, "the file is empty", "mainstay init proposes a contract")
        root = self._node(self._event(), ())
        self._event()
        if not isinstance(self._event(), yaml.StreamEndEvent):
            raise self._stop(self._last, "a second document begins", "one contract in one file")
        return root

    def _event(self) -> yaml.Event:
        try:
            event = next(self._events)
        except yaml.MarkedYAMLError as error:
            raise self._stop(*_unreadable(error)) from error
        except yaml.reader.ReaderError as error:
            place = _end(self._text[: error.position])
            raise self._stop(place, "a control character", "take it out") from error
        except (ValueError, OverflowError) as error:  # digits in escapes and directives
            raise self._stop(self._last, "not YAML: a number too large follows") from error
        self._last = _mark(event)
        return event

    def _node(self, event: yaml.Event, path: Path, key: Mark | None = None) -> Node:
        mark, self._count = self._last, self._count + 1
        if self._count > MOST:
            raise self._stop(mark, f"more than {MOST:,} values", "one contract is for one model")
        if len(path) > DEEPEST:
            raise self._stop(mark, f"nested deeper than {DEEPEST} levels", "a contract needs 5")
        return Node(self._value(event, path), mark, key or mark)

    def _value(self, event: yaml.Event, path: Path) -> Value:
        if isinstance(event, yaml.AliasEvent):
            self._spoil(path, f"is the alias *{event.anchor}", "write the value out")
        elif isinstance(event, yaml.NodeEvent) and event.anchor:
            self._tell(path, f"has the anchor &{event.anchor}", "take it out: there are no aliases")
        if getattr(event, "tag", None):
            self._tell(path, "has a tag", "take it out: types follow from the clause")
        match event:
            case yaml.MappingStartEvent():
                return self._members(path)
            case yaml.SequenceStartEvent():
                return self._items(path)
            case yaml.ScalarEvent():
                return self._scalar(event, path)
            case _:
                return None

    def _members(self, path: Path) -> Value:
        members: dict[str, Node] = {}
        while not isinstance(event := self._event(), yaml.MappingEndEvent):
            mark, key = self._last, self._key(event, path)
            if key and key in members:
                first = members[key].key.line
                self._tell((*path, key), f"is stated twice, first in line {first}", "keep one")
            node = self._node(self._event(), (*path, key), mark)
            members.setdefault(key, node)
        members.pop("", None)
        return members

    def _key(self, event: yaml.Event, path: Path) -> str:
        """The text of a key; empty, and told, where it is none."""
        if isinstance(event, yaml.ScalarEvent) and _is_name(event):
            return event.value
        self._tell(path, "has a key that is no name", "a key is plain text, or text in quotes")
        if isinstance(event, yaml.CollectionStartEvent):
            self._node(event, (*path, ""))
        return ""

    def _items(self, path: Path) -> Value:
        items: list[Node] = []
        while not isinstance(event := self._event(), yaml.SequenceEndEvent):
            items.append(self._node(event, (*path, len(items))))
        return tuple(items)

    def _scalar(self, event: yaml.ScalarEvent, path: Path) -> Scalar:
        try:
            value = _scalar(event.value) if event.implicit[0] else event.value
        except ValueError:
            says = f"is {event.value[:40]}, beyond what is counted here"
            self._spoil(path, says, "in quotes it is text")
            return None
        if not _speakable(event.value):
            self._spoil(path, "holds half of a character", "write the whole character, not \\ud…")
            return None
        return value

    def _tell(self, path: Path, says: str, hint: str) -> None:
        what = f"{path_text(path)} {says}"
        self.findings.append(Finding(self.file, *self._last, what, hint))

    def _spoil(self, path: Path, says: str, hint: str) -> None:
        self._tell(path, says, hint)
        self.spoilt.add(path)

    def _stop(self, mark: Mark, what: str, hint: str = "") -> Mistakes:
        """The end of reading: nothing after this place can be made sense of."""
        return told([*self.findings, Finding(self.file, *mark, what, hint)])


def _mark(event: yaml.Event) -> Mark:
    mark = event.start_mark
    return Mark(mark.line + 1, mark.column + 1) if mark else Mark(1, 1)


def _unreadable(error: yaml.MarkedYAMLError) -> tuple[Mark, str, str]:
    mark, began = error.problem_mark or error.context_mark, error.context_mark
    problem = error.problem or "unreadable"
    place = Mark(mark.line + 1, mark.column + 1) if mark else Mark(1, 1)
    if began and (began.line + 1, began.column + 1) != place:
        problem += f" in what began at {began.line + 1}:{began.column + 1}"
    hint = next((hint for sign, hint in _HINTS.items() if sign in problem), "")
    return place, f"not YAML: {problem}", hint


def _is_name(event: yaml.ScalarEvent) -> bool:
    return bool(event.value) and not (event.anchor or event.tag) and _speakable(event.value)


def _speakable(text: str) -> bool:
    """Without lone surrogates, which no file can hold."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _scalar(text: str) -> Scalar:
    """What plain text means in the core schema; raises ValueError for a number beyond it."""
    if text in _WORDS:
        return _WORDS[text]
    if _ENDLESS.fullmatch(text):
        raise ValueError(text)
    if _INTEGER.fullmatch(text):
        return _integer(text)
    if not _FLOAT.fullmatch(text):
        return text
    if not math.isfinite(number := float(text)):
        raise ValueError(text)
    return number


def _integer(text: str) -> int:
    if len(text) > 20:
        raise ValueError(text)
    bases = {"0o": 8, "0x": 16}
    number = int(text, bases.get(text[:2], 10))
    if abs(number) > LARGEST_INTEGER:
        raise ValueError(text)
    return number
