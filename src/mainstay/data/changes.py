"""What the columns of sources are no longer, since a version was built of them."""

from typing import NamedTuple

from mainstay.contract.model import Contract
from mainstay.contract.sla import Severity
from mainstay.contract.sources import DECISIONS
from mainstay.core.errors import Broken, Missing, Mistake, Unavailable
from mainstay.core.nouns import Column, Dataset, Estimate, Evidence, Limit, Verdict
from mainstay.data import lineage, rows, schema
from mainstay.data.lineage import Born
from mainstay.data.schema import Difference
from mainstay.data.source import Reader

METHOD = "columns now against those that the version was built of"
CLAUSE = "schema"


class Changed(NamedTuple):
    """A source and how its columns differ. used: of those, the ones that something is made of and

    that are gone or of another type. unreadable: why it cannot be read at all, else empty. stated:
    what the contract says of a change; None where it says nothing. columns: as they are now.
    """

    source: str
    differences: tuple[Difference, ...]
    used: tuple[str, ...]
    stated: Severity | None
    inputs: tuple[str, ...] = ()
    unreadable: str = ""
    columns: tuple[Column, ...] = ()

    @property
    def fit(self) -> bool:
        """Whether it can be read, and all that is read is what it was."""
        return not self.used and not self.unreadable

    @property
    def broken(self) -> bool:
        """What nothing is made of breaks something only where the contract says so."""
        return not self.fit or bool(self.differences and self.stated)

    @property
    def blocks(self) -> bool:
        return not self.fit or bool(self.differences and self.stated == "block")

    @property
    def what(self) -> str:
        """With the inputs that hang on it."""
        if self.unreadable:
            said = f"{self.source} cannot be read: {self.unreadable}"
        else:
            said = f"{self.source}: {', '.join(map(str, self.differences))}"
        return f"{said}{feeding(self.inputs)}"


def changes(contract: Contract, reader: Reader, born: Born) -> tuple[Changed, ...]:
    """Of every source, in the order of the contract; one without any change is among them."""
    return tuple(_changed(contract, reader, born, name) for name in lineage.sources(contract))


def refuse(some: tuple[Changed, ...], what: str) -> None:
    """Raises Broken for the first source whose change blocks `what`."""
    for one in some:
        if one.blocks:
            hint = f"ask the owner of {one.source}; state what is meant to change in contract.yaml"
            raise Broken(f"{one.what}: {what} is stopped", hint=hint)


def evidence(one: Changed, subject: str) -> Evidence:
    """How many of the columns that are read changed, and all that did in words."""
    count = float(len(one.used))
    seen = None if one.unreadable else Estimate(count, count, count, 1, "columns")
    return Evidence(
        clause=f"{CLAUSE}, {one.source}",
        subject=subject,
        population=f"columns of {one.source}",
        method=METHOD,
        estimate=seen,
        limit=Limit("at_most", 0),
        verdict=Verdict.FAIL if one.broken else Verdict.PASS,
        note=one.unreadable or ", ".join(map(str, one.differences)),
    )


def feeding(inputs: tuple[str, ...]) -> str:
    """`; it feeds rain, wet`, at most six by name."""
    more = f" and {len(inputs) - 6} more" if inputs[6:] else ""
    return f"; it feeds {', '.join(inputs[:6])}{more}" if inputs else ""


def _changed(contract: Contract, reader: Reader, born: Born, name: str) -> Changed:
    stated = _severity(contract, name)
    try:
        now = rows.shape(contract, reader, name)
    except (Mistake, Missing, Unavailable) as error:
        return Changed(name, (), (), stated, lineage.fed(contract, born, name), str(error))
    found = _differences(before(contract, born, name), now)
    read = lineage.used(contract, born, name)
    lost = tuple(one.name for one in found if one.name in read and one.before)
    inputs = lineage.inputs(contract, born, name, lost)
    return Changed(name, found, lost, stated, inputs, columns=now)


def _severity(contract: Contract, name: str) -> Severity | None:
    data = contract.data
    some = data.decisions.sla if name == DECISIONS else data.context[name].sla
    return next((one.on_breach for one in some if one.name == CLAUSE), None)


def before(contract: Contract, born: Born, name: str) -> tuple[Dataset, ...]:
    """Those of its address; one file may be two sources, with other columns that are times."""
    address = lineage.address(contract, name)
    return tuple(one for one in born.datasets if one.uri == address)


def _differences(before: tuple[Dataset, ...], now: tuple[Column, ...]) -> tuple[Difference, ...]:
    every = (schema.differences(one.columns, now) for one in before)
    return min(every, key=len, default=())
