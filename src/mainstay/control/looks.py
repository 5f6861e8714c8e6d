"""What earlier looks at the field left to the next one.

Each look leaves its part on record, as a blob. What the next one needs of all parts lies whole in
one file of the work folder, named for the look it goes up to: a look reads that file and the newest
part, however many there were before. The file can be deleted at any time.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec

from mainstay.control import versions
from mainstay.control.project import Project
from mainstay.core import digest
from mainstay.core.nouns import Event, Evidence, Window
from mainstay.life.watch.audits import Audited
from mainstay.life.watch.order import POOLED, Earned, Profiled
from mainstay.life.watch.pairs import Paired
from mainstay.stats.series import BEFORE

_FORM = "looks, form 1"


class Seen(msgspec.Struct, frozen=True):
    """What one look at the field leaves to the next, as a blob."""

    windows: tuple[Profiled, ...]
    paired: Paired | None = None
    earned: tuple[Earned, ...] = ()
    audited: Audited | None = None


class Dated(msgspec.Struct, frozen=True):
    """The audits after one look; until: the end of its newest window."""

    until: datetime
    found: Audited


class Past(msgspec.Struct, frozen=True):
    """What a look needs of all before it, oldest first."""

    windows: tuple[Profiled, ...] = ()
    paired: tuple[Paired, ...] = ()
    earned: tuple[Earned, ...] = ()
    audits: tuple[Dated, ...] = ()

    @property
    def audited(self) -> tuple[Audited, ...]:
        return tuple(one.found for one in self.audits)


class Look(NamedTuple):
    """One look on record: when, at which version, what it found."""

    at: datetime
    version: str
    window: Window
    evidence: tuple[Evidence, ...]


class Asked(NamedTuple):
    """For whom the past is kept: the champion by its name, and how wide its windows are."""

    champion: str
    width: timedelta


def past(project: Project, asked: Asked) -> Past:
    """Of all looks on record, as far as one at this champion needs it."""
    events = project.ledger.events(kind="WindowJudged", subject=project.model)
    shas = [str(event.payload["blobs"][0]) for event in events]
    folder = project.places.work / "looks"
    done, before = _newest(folder, shas, asked)
    if done == len(shas):
        return before
    whole = before
    for sha in shas[done:]:
        whole = _after(whole, msgspec.json.decode(versions.blob(project, sha), type=Seen))
    found = needed(whole, asked)
    _keep(_file(folder, shas[-1], asked), found)
    return found


def needed(past: Past, asked: Asked) -> Past:
    """Windows since the champion answered first and those that tell what was usual before; of

    stretches and audits, those that share a decision with the newest windows. Money is summed
    since the first answer.
    """
    ours = [one for one in past.paired if one.live == asked.champion]
    audits = [one for one in past.audits if one.found.version == asked.champion]
    reach = POOLED * asked.width
    stretches = [one for one in ours if one.window.since >= ours[-1].window.until - reach]
    newest = max((one.window.until for one in past.windows), default=None)
    bet = [one for one in audits if newest and one.until > newest - reach - asked.width]
    return Past(
        past.windows[_first(past.windows, asked.champion) :],
        tuple(stretches),
        past.earned,
        tuple(bet or audits[-1:]),
    )


def _first(windows: tuple[Profiled, ...], champion: str) -> int:
    """Where the windows begin that are needed."""
    answered = (at for at, one in enumerate(windows) if one.version == champion)
    return max(next(answered, len(windows)) - BEFORE, 0)


def _after(before: Past, seen: Seen) -> Past:
    audits = before.audits
    if seen.audited and seen.windows:
        audits = (*audits, Dated(seen.windows[-1].window.until, seen.audited))
    return Past(
        (*before.windows, *seen.windows),
        (*before.paired, *filter(None, [seen.paired])),
        (*before.earned, *seen.earned),
        audits,
    )


def _newest(folder: Path, shas: list[str], asked: Asked) -> tuple[int, Past]:
    """How many looks the newest file goes up to, and what it holds; none, nothing."""
    for done in range(len(shas), 0, -1):
        path = _file(folder, shas[done - 1], asked)
        if path.is_file() and (found := _read(path)):
            return done, found
    return 0, Past()


def _file(folder: Path, sha: str, asked: Asked) -> Path:
    name = [_FORM, sha, asked.champion, asked.width.total_seconds()]
    return folder / f"{digest.of_value(name)}.msgpack"


def _read(path: Path) -> Past | None:
    """None for what is damaged, or gone by now: it is made again."""
    try:
        return msgspec.msgpack.decode(path.read_bytes(), type=Past)
    except (OSError, msgspec.MsgspecError):
        return None


def _keep(path: Path, found: Past) -> None:
    """In place of the file before it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    before = list(path.parent.glob("*.msgpack"))
    fresh = path.with_suffix(".new")
    fresh.write_bytes(msgspec.msgpack.encode(found))
    fresh.replace(path)
    for one in before:
        if one != path:
            one.unlink(missing_ok=True)


def on_record(project: Project, last: int) -> tuple[Look, ...]:
    """The newest so many, oldest of them first."""
    events = project.ledger.newest(last, "WindowJudged", project.model)
    return tuple(_look(project, event) for event in events)


def lately(project: Project, version: str, since: datetime, most: int) -> tuple[Profiled, ...]:
    """The newest windows that a version answered, so many at most, oldest first.

    since: when it answered first, before which nothing is looked for.
    """
    found = list[Profiled]()
    for event in project.ledger.backwards("WindowJudged", project.model, page=most):
        if event.time < since or len(found) >= most:
            break
        seen = msgspec.json.decode(versions.blob(project, event.payload["blobs"][0]), type=Seen)
        found = [*(one for one in seen.windows if one.version == version), *found]
    return tuple(found[-most:])


def newest(project: Project) -> Look | None:
    """None before there was one."""
    return next(iter(on_record(project, 1)), None)


def _look(project: Project, event: Event) -> Look:
    said = event.payload
    blob = versions.blob(project, said["blobs"][1])
    window = msgspec.convert({"since": said["since"], "until": said["until"]}, Window)
    evidence = msgspec.json.decode(blob, type=tuple[Evidence, ...])
    return Look(event.time, said["version"], window, evidence)
