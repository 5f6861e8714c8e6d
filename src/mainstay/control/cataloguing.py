"""`catalog show`: what is known of sources and their columns, in a project or in all of a team."""

from collections.abc import Iterator

import msgspec

from mainstay.contract import odcs
from mainstay.contract.about import About
from mainstay.contract.model import Contract
from mainstay.contract.origins import known_as
from mainstay.contract.sources import DECISIONS
from mainstay.control import project as projects
from mainstay.control import team
from mainstay.control.finding import holds
from mainstay.control.project import Project
from mainstay.control.queries import Catalogue
from mainstay.core.answers import Answer
from mainstay.core.places import Places
from mainstay.data import lineage

MOST = 200


class Entry(msgspec.Struct, frozen=True):
    """A source, or one of its columns; what is not stated of a column is that of its source."""

    model: str
    source: str
    column: str
    address: str
    type: str
    unit: str
    meaning: str
    owner: str
    classification: str
    personal: bool | None
    use: tuple[str, ...]

    @property
    def name(self) -> str:
        """`weather`, `weather.temp`."""
        return f"{self.source}.{self.column}" if self.column else self.source

    @property
    def known(self) -> str:
        """What people should know of it."""
        said = (
            self.meaning, self.classification, "personal" if self.personal else "",
            f"owner {self.owner}", f"for {', '.join(self.use)}" if self.use else "",
        )  # fmt: skip
        return "; ".join(filter(None, said))

    @property
    def sentence(self) -> str:
        """All that is stated, in one line."""
        said = (f"{self.type} {self.unit}".strip(), self.known, self.address)
        return f"{self.name}: {'; '.join(filter(None, said))}"


def asked(opened: Project, query: Catalogue) -> Answer:
    """Those that hold all words of the text, whatever their case; all without one."""
    words = query.text.casefold().split()
    every = [one for each in contracts(opened) for one in entries(each)]
    found = [one for one in every if holds(f"{one.model} {one.sentence}", words)]
    nobody = sum(not one.meaning for one in found)
    more = f", the first {MOST} of them" if len(found) > MOST else ""
    silent = f"; {nobody:,} of them without a meaning" if nobody else ""
    several = len({one.model for one in every}) > 1
    return Answer(
        f"{len(found):,} sources and columns{more}{silent}.",
        lines=tuple(f"{f'{one.model} ' if several else ''}{one.sentence}" for one in found[:MOST]),
        next="mainstay catalog conflicts",
        facts={"text": query.text, "entries": [msgspec.to_builtins(one) for one in found[:MOST]]},
    )


def contracts(opened: Project) -> Iterator[Contract]:
    """Of the project, or of those of a team that who asks may read."""
    yield from (one for one, _ in placed(opened))


def placed(opened: Project) -> Iterator[tuple[Contract, Places]]:
    """The same with their folders."""
    if not opened.places.is_team:
        yield projects.contract(opened.places.contract).contract, opened.places
        return
    for model, folder in team.members(opened.places).items():
        if not opened.elsewhere(model):
            places = Places(folder)
            yield projects.contract(places.contract).contract, places


def entries(contract: Contract) -> Iterator[Entry]:
    """Of each source and then of each of its columns of which anything is stated."""
    for name in lineage.sources(contract):
        clause = odcs.source(contract, name)
        of_source = clause.about or About()
        yield _entry(contract, name, "", of_source, of_source)
        for column in _columns(contract, name):
            yield _entry(contract, name, column, clause.columns.get(column, About()), of_source)


def _columns(contract: Contract, name: str) -> tuple[str, ...]:
    """Those in the dictionary, then those of which fields speak."""
    clause, fields = odcs.source(contract, name), contract.data.fields
    taken = {one.name for each in contract.data.context.values() for one in each.take}
    if name == DECISIONS:
        spoken = [one for one in fields if one not in taken]
    else:
        own = (one.column for one in contract.data.context[name].take)
        spoken = [one for one in own if set(known_as(contract, name, one)) & set(fields)]
    return tuple(dict.fromkeys((*clause.columns, *spoken)))


def _entry(contract: Contract, name: str, column: str, about: About, whole: About) -> Entry:
    called = next(iter(known_as(contract, name, column)), "") if column else ""
    field = contract.data.fields.get(called)
    return Entry(
        contract.model, name, column, "" if column else odcs.source(contract, name).source,
        field.type if field else "", field.unit if field else "", about.meaning or "",
        about.owner or whole.owner or contract.owner,
        about.classification or whole.classification or "",
        whole.personal if about.personal is None else about.personal,
        about.use or whole.use,
    )  # fmt: skip
