"""What would clean a column: proposed, never done; a person accepts it or leaves it."""

from typing import Literal

import msgspec

from mainstay.contract import edits

Kind = Literal[
    "missing", "boundary", "outlier", "unit", "type", "spelling", "encoding", "nulls", "flag"
]


class Oddity(msgspec.Struct, frozen=True):
    """What is odd about the values of one column, and what would set it right.

    rows: how many rows it is about; says: in words, without a value that may be somebody's own.
    clause: members of the field in the contract; step: Ibis for features.py; one of both is given.
    """

    kind: Kind
    rows: int
    says: str
    clause: dict[str, object] = {}
    step: str = ""


class Proposal(msgspec.Struct, frozen=True):
    """An oddity of a column among so many rows. type: of the field, where a clause needs one."""

    column: str
    type: str
    of: int
    oddity: Oddity

    @property
    def name(self) -> str:
        """How it is remembered once it was accepted."""
        return f"{self.column}, {self.oddity.kind}"

    @property
    def sentence(self) -> str:
        """What was seen and what is proposed, in one line."""
        share = f"{self.oddity.rows:,} of {self.of:,} rows"
        clause = edits.entry(self.column, self.members)
        what = f"clause  {clause}" if self.members else f"step  {self.oddity.step}"
        return f"{self.column}: {self.oddity.says} ({share}); {what}"

    @property
    def members(self) -> dict[str, str]:
        """Of the field as the contract would have it, each as it is written; none for a step."""
        if not self.oddity.clause:
            return {}
        stated = {"type": self.type, **self.oddity.clause, "on_breach": "flag"}
        return {name: written(value) for name, value in stated.items()}


def written(value: object) -> str:
    """A value as a contract writes it in one line: JSON is YAML."""
    match value:
        case str():
            return value if value.isidentifier() else msgspec.json.encode(value).decode()
        case list():
            return f"[{', '.join(map(written, value))}]"
        case float() if value.is_integer() and abs(value) < 2**53:
            return str(int(value))
        case _:
            return msgspec.json.encode(value).decode()
