"""How each model of a team stood when it was read last: what a list of hundreds is made of.

What the page of a model says takes tens of milliseconds to find out. A brief of it lies in the
project's folder and is good while nothing was recorded of the model since, its contract and the
trust file are the same, and neither its certificate nor six hours ran out.
"""

from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from mainstay.control import deploying, field, health, project, team
from mainstay.control.health import Health
from mainstay.control.project import Project
from mainstay.core import clock, digest, durable, settings
from mainstay.core.answers import RANK
from mainstay.core.errors import MainstayError
from mainstay.core.nouns import Verdict
from mainstay.core.places import Places
from mainstay.ledger import state
from mainstay.seal import trust

_FORM = "brief, form 1"
LONGEST = timedelta(hours=6)


class Brief(msgspec.Struct, frozen=True):
    """key: of what it follows from. until: when time alone makes it old."""

    key: str
    until: datetime
    health: Health


class Standing(msgspec.Struct, frozen=True):
    """A model of a team. health: None where it was never read; fresh: whether it still holds."""

    model: str
    folder: Path
    seq: int
    health: Health | None = None
    fresh: bool = False

    @property
    def shown(self) -> Health:
        """For a list: what is old says so, what is unknown is never green."""
        if self.health is None:
            return _unknown(self.model)
        if self.fresh:
            return self.health
        said = f"{self.health.sentence} As of {self.health.at:%Y-%m-%d %H:%M} UTC."
        return msgspec.structs.replace(self.health, sentence=said)


def standings(opened: Project) -> tuple[Standing, ...]:
    """Every model of the team that may be spoken of, as far as it was read. opened: the team."""
    folders = team.members(opened.places)
    spoken = state.spoken(opened.ledger, folders)
    return tuple(
        _kept(Standing(name, folder, spoken[name]))
        for name, folder in folders.items()
        if not opened.elsewhere(name)
    )


def read(one: Standing) -> Standing:
    """The same as it stands now, kept for the next who ask. A mistake of its is its sentence."""
    key = _key(one)
    try:
        with project.opened(one.folder) as opened:
            found, until = health.bare(opened), _until(opened)
    except MainstayError as error:
        found = msgspec.structs.replace(_unknown(one.model), sentence=f"◆ {error}")
        until = clock.now() + timedelta(minutes=1)
    path = _file(one.folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    durable.write(path, msgspec.msgpack.encode(Brief(key, until, found)))
    return msgspec.structs.replace(one, health=found, fresh=True)


def refreshed(opened: Project, most: int = 10_000) -> tuple[Standing, ...]:
    """All of them, so many at most of the old ones read anew."""
    found = standings(opened)
    old = {one.model for one in found if not one.fresh}
    some = set(sorted(old)[:most])
    return tuple(read(one) if one.model in some else one for one in found)


def _kept(one: Standing) -> Standing:
    try:
        found = msgspec.msgpack.decode(_file(one.folder).read_bytes(), type=Brief)
    except (OSError, msgspec.MsgspecError):
        return one
    fresh = found.key == _key(one) and clock.now() < found.until
    return msgspec.structs.replace(one, health=found.health, fresh=fresh)


def _key(one: Standing) -> str:
    files = (Places(one.folder).contract, settings.keys_folder() / trust.FILE)
    return digest.of_value([_FORM, one.seq, *map(_stamp, files)])


def _stamp(path: Path) -> list[int]:
    try:
        found = path.stat()
    except OSError:
        return []
    return [found.st_mtime_ns, found.st_size]


def _until(opened: Project) -> datetime:
    """A certificate that ends changes what there is to say, and no event tells of it."""
    now = clock.now()
    if not deploying.live(opened):
        return now + LONGEST
    ends = field.term(opened).not_after
    return min(ends, now + LONGEST) if ends > now else now + LONGEST


def _file(folder: Path) -> Path:
    return Places(folder).work / "brief.msgpack"


def _unknown(model: str) -> Health:
    asked = health.unknown()
    return Health(model, "", "", 0.0, clock.now(), "▲ not read yet.", asked, "", None)


def worst(some: tuple[Standing, ...]) -> Verdict | None:
    """Of all; None where any is unknown and none worse."""
    return min((one.shown.verdict for one in some), key=RANK.__getitem__, default=None)
