"""The answers of a request as columns, for wires that speak in tensors or predictions."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET, UnsetType

from mainstay.bundle.manifest import Manifest
from mainstay.core.typed import INTEGER
from mainstay.life.serve.tensors import BOOL, BYTES, FP64, INT64

_MANY = 20  # complaints that one error names


class Said(msgspec.Struct, frozen=True):
    """What one record got; reasons, base, margin and why_none where it was asked why."""

    key: Any
    decision: Any
    score: float
    decided_by: str
    version: str
    certificate: str
    flags: tuple[str, ...]
    covered: bool
    reasons: Any = UNSET
    base: float | UnsetType | None = UNSET
    margin: float | UnsetType | None = UNSET
    why_none: str | UnsetType = UNSET


class _Complaint(msgspec.Struct):
    path: str
    what: str


class _Reply(msgspec.Struct):
    answers: list[Said] = []
    errors: list[_Complaint] = []


class Column(NamedTuple):
    """An output by name: its datatype, and what it is of one answer."""

    name: str
    datatype: str
    value: Callable[[Said], Any]


_READ = msgspec.json.Decoder(_Reply).decode


def columns(stated: Manifest) -> tuple[Column, ...]:
    """The outputs of a version, of which none can be missing; a text is empty instead."""
    decision = {"binary": BOOL, "regression": FP64, "multiclass": BYTES}[stated.task]
    if stated.abstain and stated.abstain.to == "person":
        decision = BYTES  # true, false, or empty: BOOL cannot leave it open
    types = {column.name: column.type for column in stated.request if column.role == "key"}
    key = INT64 if INTEGER in types.values() else BYTES
    return (
        Column("score", FP64, lambda said: said.score),
        Column("decision", decision, _text if decision == BYTES else lambda said: said.decision),
        Column("key", key, lambda said: said.key),
        Column("decided_by", BYTES, lambda said: said.decided_by),
        Column("version", BYTES, lambda said: said.version),
        Column("certificate", BYTES, lambda said: said.certificate),
        Column("covered", BOOL, lambda said: said.covered),
        Column("flags", BYTES, lambda said: "\n".join(said.flags)),
    )


def _why(said: Said) -> str:
    members = {name: getattr(said, name) for name in ("reasons", "base", "margin", "why_none")}
    return msgspec.json.encode(members).decode()


REASONS = Column("reasons", BYTES, _why)
"""Of a request that asks why: JSON, as /predict says it of each answer."""


def read(reply: bytes) -> list[Said]:
    """The answers of a reply of status 200, none of which is rejected."""
    return _READ(reply).answers


def complaint(reply: bytes) -> str:
    """What a reply of another status says, in one line."""
    errors = _READ(reply).errors
    said = [f"{_place(one.path)}{one.what}" for one in errors[:_MANY]]
    more = [f"and {len(errors) - _MANY} more"] if errors[_MANY:] else []
    return "; ".join((*said, *more))


def version(answers: Sequence[Said]) -> str:
    """The version that gave them, empty where more than one did."""
    found = {one.version for one in answers}
    return found.pop() if len(found) == 1 else ""


def _place(path: str) -> str:
    return "" if path == "$" else f"{path.removeprefix('$.')} "


def _text(said: Said) -> str:
    decision = said.decision
    if decision is None:
        return ""
    return decision if isinstance(decision, str) else msgspec.json.encode(decision).decode()
