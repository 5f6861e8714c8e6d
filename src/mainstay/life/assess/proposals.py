"""What would clean a column: proposed, never done; a person accepts it or leaves it."""

from typing import Literal

import msgspec

from mainstay.contract import edits, origins
from mainstay.contract.edits import FIELDS, Place
from mainstay.contract.model import Contract
from mainstay.contract.sources import DECISIONS

Kind = Literal[
    "missing",
    "boundary",
    "outlier",
    "unit",
    "type",
    "spelling",
    "encoding",
    "nulls",
    "flag",
    "personal",
]


_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan"}
"""What some reader of YAML takes for something else than text."""


class Oddity(msgspec.Struct, frozen=True):
    """What is odd about the values of one column, and what would set it right.

    rows: how many rows it is about; says: in words, without a value that may be somebody's own.
    clean: members of the clause that cleans the column where it comes from; clause: members of the
    field in the contract; step: Ibis for features.py, where neither can say it or has a place;
    about: members of what people should know of the column.
    """

    kind: Kind
    rows: int
    says: str
    clean: dict[str, object] = {}
    clause: dict[str, object] = {}
    step: str = ""
    about: dict[str, object] = {}


class Proposal(msgspec.Struct, frozen=True):
    """An oddity of a column among so many rows. type: of the field, where a clause needs one.

    source: the clean clause of the column it comes from; empty where it comes from none alone.
    """

    column: str
    type: str
    of: int
    oddity: Oddity
    source: Place = ()

    @property
    def name(self) -> str:
        """How it is remembered once it was accepted."""
        return f"{self.column}, {self.oddity.kind}"

    @property
    def sentence(self) -> str:
        """What was seen and what is proposed, in one line."""
        share = f"{self.oddity.rows:,} of {self.of:,} rows"
        what = f"step  {self.oddity.step}"
        if self.stated:
            members = {name: written(value) for name, value in self.stated.items()}
            kind = "known" if self.tells else "clean" if self.cleans else "clause"
            what = f"{kind}  {edits.entry(self.place[-1], members)}"
        return f"{self.column}: {self.oddity.says} ({share}); {what}"

    @property
    def cleans(self) -> bool:
        """Whether a clause of its source can say it."""
        return bool(self.oddity.clean and self.source)

    @property
    def tells(self) -> bool:
        """Whether it is about what people should know of the column."""
        return bool(self.oddity.about and self.source)

    @property
    def place(self) -> Place:
        """Where in the contract it is stated."""
        if self.tells:
            return (*self.source[:-2], "columns", self.source[-1])
        return self.source if self.cleans else (*FIELDS, self.column)

    @property
    def stated(self) -> dict[str, object]:
        """The members of the clause there; none for a step."""
        if self.tells or self.cleans:
            return self.oddity.about or self.oddity.clean
        if not self.oddity.clause:
            return {}
        return {"type": self.type, **self.oddity.clause, "on_breach": "flag"}


def source_of(contract: Contract, column: str) -> Place:
    """The clean clause of what a column of rows is taken from, as it is; empty for an aggregate."""
    found = origins.origin(contract, column)
    if found is None:
        return ()
    own = (DECISIONS,) if found.source == DECISIONS else ("context", found.source)
    return ("data", *own, "clean", found.column)


def written(value: object) -> str:
    """A value as a contract writes it in one line: JSON is YAML."""
    match value:
        case str():
            plain = value.isidentifier() and value.isascii() and value.casefold() not in _WORDS
            return value if plain else msgspec.json.encode(value).decode()
        case list():
            return f"[{', '.join(map(written, value))}]"
        case dict():
            return f"{{{', '.join(f'{written(a)}: {written(b)}' for a, b in value.items())}}}"
        case float() if value.is_integer() and abs(value) < 2**53:
            return str(int(value))
        case _:
            return msgspec.json.encode(value).decode()
