"""One clause more in the text of a contract: every other line, comment and blank stays as it is."""

import json
from pathlib import Path

import yaml

from mainstay.contract import document
from mainstay.core.errors import Conflict

FIELDS = ("data", "fields")
_FIRST = ("type", "on_breach")
Place = tuple[str, ...]
"""The names that lead to a clause: data, fields, a column."""


def with_clause(content: bytes, place: Place, members: dict[str, str], path: Path) -> bytes:
    """The contract with these members in the clause at a place, each as it is written in YAML.

    A member that stands there is replaced. `type` and `on_breach` are for a field that has no
    clause yet and change none that is there. Raises Mistakes where the contract is or becomes
    wrong, Conflict where its layout leaves no place for it.
    """
    document.parsed(content, path)
    text = content.decode("utf-8")
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    made = _edited(text, root, place, members)
    if made is None:
        raise Conflict(
            f"{path.name} is laid out so that no clause of {place[-1]} can be written into it",
            hint=f"write it yourself under {'.'.join(place[:-1])}: {entry(place[-1], members)}",
        )
    document.parsed(made.encode(), path)
    return made.encode()


def entry(column: str, members: dict[str, str]) -> str:
    """A clause in one line, as a contract has it."""
    said = ", ".join(f"{name}: {value}" for name, value in members.items())
    return f"{_key(column)}: {{{said}}}"


def _key(name: str) -> str:
    return name if name.isidentifier() and name.isascii() else json.dumps(name)


def _edited(text: str, root: yaml.Node | None, place: Place, members: dict[str, str]) -> str | None:
    """Into what stands there of the way to a place."""
    node, known = root, 0
    while known < len(place) and (inner := _member(node, place[known])) is not None:
        node, known = inner, known + 1
    if not isinstance(node, yaml.MappingNode) or known < len(place) - 2 or not node.value:
        return None
    if known == len(place):
        later = {name: one for name, one in members.items()
                 if place[:-1] != FIELDS or name not in _FIRST}  # fmt: skip
        return _within(text, node, later)
    first, last = place[known], entry(place[-1], members)
    if known == len(place) - 1:
        return _added(text, node, last)
    if node.flow_style:
        return _added(text, node, f"{_key(first)}: {{{last}}}")
    indent = " " * node.value[0][0].start_mark.column
    return _after(text, node, f"{indent}{_key(first)}:\n{indent}  {last}")


def _member(node: yaml.Node | None, name: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for key, value in node.value if key.value == name), None)


def _within(text: str, field: yaml.MappingNode, members: dict[str, str]) -> str:
    """Members one by one, the last place first so that earlier places stay true."""
    there = {key.value: value for key, value in field.value}
    for name, value in members.items():
        if name not in there:
            text = _added(text, field, f"{name}: {value}")
    stood = sorted(set(there) & set(members), key=lambda name: -there[name].start_mark.index)
    for name in stood:
        begin, end = there[name].start_mark.index, there[name].end_mark.index
        text = text[:begin] + members[name] + text[end:]
    return text


def _added(text: str, mapping: yaml.MappingNode, line: str) -> str:
    """At the end of a mapping: before its brace, or on a line of its own."""
    if mapping.flow_style:
        end = mapping.end_mark.index - 1
        before = text[:end].rstrip()
        comma = "" if before.endswith(("{", ",")) else ","
        blank = "" if before.endswith("{") else " "
        return f"{before}{comma}{blank}{line}{text[end:]}"
    indent = " " * mapping.value[0][0].start_mark.column
    return _after(text, mapping, indent + line)


def _after(text: str, mapping: yaml.MappingNode, lines: str) -> str:
    """After the line on which the last value of a block ends, its comment included."""
    end = text.find("\n", _end(mapping))
    if end < 0:
        return f"{text}\n{lines}\n"
    return f"{text[: end + 1]}{lines}\n{text[end + 1 :]}"


def _end(node: yaml.Node) -> int:
    """Where the last character of a node stands; the end of a block lies beyond its comments."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return max(node.end_mark.index - 1, node.start_mark.index)
