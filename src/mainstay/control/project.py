"""One project as the control plane holds it: its folders, its ledger, who is acting."""

import getpass
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Self

from mainstay.contract import document
from mainstay.contract.document import Document
from mainstay.control.roles import Principal
from mainstay.core import settings
from mainstay.core.errors import Conflict, Missing, Mistake
from mainstay.core.nouns import Actor
from mainstay.core.places import Places
from mainstay.core.progress import Tell, nothing
from mainstay.ledger.store import Ledger
from mainstay.seal import keys, trust
from mainstay.seal.keys import Key
from mainstay.seal.trust import Trust


@dataclass(frozen=True)
class Project:
    """What one command acts on; tell is told each step of long work as it begins.

    by: who signed in and asks; None for whoever sits at this machine. models: those of the record
    that may be spoken of; None: the project's own in a team, else all.
    """

    places: Places
    ledger: Ledger
    tell: Tell = nothing
    by: Principal | None = None
    models: frozenset[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.ledger.close()

    @cached_property
    def document(self) -> Document:
        """The contract as it stands, read once for a command. Raises Missing, Mistakes."""
        return contract(self.places.contract)

    @property
    def model(self) -> str:
        """The model's name."""
        return self.document.contract.model

    def elsewhere(self, model: str) -> bool:
        """Whether another model of the record is nothing to speak of here."""
        if self.models is not None:
            return model not in self.models
        return self.places.team is not None and model != self.model

    @property
    def trust(self) -> Trust:
        """Who may sign what, from outside the registry."""
        return trust.read(settings.keys_folder())

    @property
    def actor(self) -> Actor:
        """Whoever acts: who signed in, else the holder of the chosen key, else the user."""
        if self.by:
            return Actor(self.by.name)
        chosen = settings.key_name()
        if chosen or len(keys.names(settings.keys_folder())) == 1:
            key = self.signer
            return Actor(key.name, key.id)
        return Actor(getpass.getuser())

    @property
    def signer(self) -> Key:
        """The key that signs. Raises Missing or Mistake where it is not clear which."""
        return keys.load(settings.keys_folder(), settings.key_name())


def contract(path: Path) -> Document:
    """As it stands: read anew only where the file changed. Raises Missing, Mistakes."""
    try:
        found = path.stat()
    except OSError:
        return document.read(path)  # which says what is wrong
    return _read(path, found.st_mtime_ns, found.st_size, found.st_ino)


@lru_cache(1024)
def _read(path: Path, _changed: int, _size: int, _number: int) -> Document:
    """It takes longer than all the rest of a page."""
    return document.read(path)


def opened(folder: Path, tell: Tell = nothing, by: Principal | None = None) -> Project:
    """The project in a folder that holds a contract; raises Missing where there is none."""
    places = Places(folder)
    if not places.contract.is_file() and places.is_team:
        raise Mistake(
            "this is of one model, and here is a team of them",
            hint="--folder of its project, or MAINSTAY_URL=.../models/NAME",
        )
    if not places.contract.is_file():
        raise Missing(
            f"there is no contract.yaml in {folder.resolve()}",
            hint="mainstay init proposes one from a table; --folder names another place",
        )
    if places.team and (places.state / "ledger.db").is_file():
        raise Conflict(
            f"{folder.resolve()} has a record of its own, and its team keeps another",
            hint="records are never merged: keep it beside the team, or begin it anew",
        )
    return Project(places, Ledger(places.ledger, settings.ledger()), tell, by)


def of_people(folder: Path, tell: Tell = nothing, by: Principal | None = None) -> Project:
    """The same, for whoever signed in also before there is a contract: people come first."""
    places = Places(folder)
    if by is None and not places.is_team:
        return opened(folder, tell, by)
    return Project(places, Ledger(places.ledger, settings.ledger()), tell, by)
