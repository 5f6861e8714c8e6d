"""The one tree of errors; doors map `kind` to exit codes and HTTP statuses.

MainstayError
├── Mistake              the user's: contract, arguments, an unknown name
│   └── Mistakes         many at once, each at its place
├── Missing              a thing asked for is not there
│   └── MissingExtra     an optional dependency is not installed
├── Broken               a gate, a block or a proof does not hold
├── Unsure               more data or a person is needed
├── Refused              role, signature, separation of duties
├── Conflict             the state does not allow it
├── Unavailable          a source or server does not answer
│   └── Crowded          it has no room just now
└── Bug                  ours
"""

from typing import ClassVar, Literal

import msgspec

Kind = Literal[
    "mistake", "missing", "broken", "unsure", "refused", "conflict", "unavailable", "bug"
]


class Finding(msgspec.Struct, frozen=True):
    """One mistake at one place; line and column count from 1, 0 means the whole file."""

    file: str
    line: int
    column: int
    what: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.what}" + (f"\n  hint: {self.hint}" if self.hint else "")


class MainstayError(Exception):
    """Anything Mainstay says no with: what, where and why in `str(error)`, what next in `hint`."""

    kind: ClassVar[Kind] = "bug"
    retryable: ClassVar[bool] = False

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.hint = hint


class Mistake(MainstayError):
    """The user's own mistake: a contract clause, an argument, an unknown name."""

    kind = "mistake"


class Mistakes(Mistake):
    """Every mistake of one reading, in the order of the file."""

    def __init__(self, findings: list[Finding], hint: str = "") -> None:
        super().__init__("\n".join(map(str, findings)), hint)
        self.findings = tuple(findings)


class Missing(MainstayError):
    """A version, key, file or event that was asked for does not exist."""

    kind = "missing"


class MissingExtra(Missing):
    """An optional dependency is needed and not installed."""

    def __init__(self, extra: str) -> None:
        super().__init__(f"this needs the extra '{extra}'", hint=f"pip install 'mainstay[{extra}]'")


class Broken(MainstayError):
    """A gate, a block or a proof does not hold: what was promised is not so."""

    kind = "broken"


class Unsure(MainstayError):
    """Neither holds nor is broken: more data or a person is needed."""

    kind = "unsure"


class Refused(MainstayError):
    """Not allowed: a role, a signature or the separation of duties forbids it."""

    kind = "refused"


class Conflict(MainstayError):
    """The present state does not allow it, for example a contract changed since registration."""

    kind = "conflict"


class Unavailable(MainstayError):
    """A source, a process or a server does not answer; trying again may help."""

    kind = "unavailable"
    retryable = True


class Crowded(Unavailable):
    """It is well and has no room for more just now; trying again in a second helps."""


class Bug(MainstayError):
    """Our own mistake, reported with what was being done."""


_OF_KIND: dict[str, type[MainstayError]] = {
    one.kind: one for one in (Mistake, Missing, Broken, Unsure, Refused, Conflict, Unavailable, Bug)
}


class Facts(msgspec.Struct, frozen=True):
    """An error as it travels."""

    kind: str
    what: str
    hint: str = ""
    retryable: bool = False
    findings: tuple[Finding, ...] = ()


def facts(error: MainstayError) -> Facts:
    """All that an error says, for a script or for another process."""
    places = error.findings if isinstance(error, Mistakes) else ()
    return Facts(error.kind, str(error), error.hint, error.retryable, places)


def of_facts(said: Facts) -> MainstayError:
    """The error that another process told of; of a kind nobody knows it is a Bug."""
    if said.findings:
        return Mistakes(list(said.findings), said.hint)
    return _OF_KIND.get(said.kind, Bug)(said.what, said.hint)
