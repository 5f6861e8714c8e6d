"""Which version should answer which share: live, canary, or back to where it was."""

from typing import NamedTuple

from mainstay.core.errors import Conflict, Mistake


class Part(NamedTuple):
    """A version, by its number, and its share of the entities."""

    version: int
    share: float


Parts = tuple[Part, ...]
"""The champion first, then the canary where there is one."""


class Step(NamedTuple):
    """One deployment of the past; back: whether it was a rollback."""

    parts: Parts
    back: bool


def deployed(now: Parts, version: int, share: float | None, canary: float) -> Parts:
    """What a deployment makes of `now`; without a share: a canary beside a live version, else all.

    Raises Mistake for a share outside (0, 1], Conflict where nobody could answer the rest.
    """
    champion = now[0].version if now else version
    if share is None:
        share = 1.0 if champion == version else canary
    if not 0 < share <= 1:
        raise Mistake(f"a share of {share:g} is none", hint="more than 0, at most 1")
    if share == 1:
        return (Part(version, 1.0),)
    if champion == version:
        raise Conflict(
            f"no other version is live to answer the other {1 - share:.0%}",
            hint=f"mainstay deploy v{version} --live",
        )
    return (Part(champion, 1 - share), Part(version, share))


def rolled_back(history: tuple[Step, ...]) -> Parts:
    """One step back: without the canary where there is one, else the live version before.

    A version that was rolled back is not returned to. Raises Conflict where nothing was before.
    """
    if not history:
        raise Conflict("nothing was ever deployed, so there is nothing to roll back")
    now = history[-1].parts
    if len(now) > 1:
        return (Part(now[0].version, 1.0),)
    lived = _lived(history)
    if len(lived) < 2:
        raise Conflict(
            f"no version was live before v{now[0].version}, there is nothing to roll back to",
            hint="mainstay status shows what is live",
        )
    return (Part(lived[-2], 1.0),)


def _lived(history: tuple[Step, ...]) -> list[int]:
    """Versions that were live, oldest first, without those rolled back; the live one is last."""
    lived: list[int] = []
    for step in history:
        champion = step.parts[0].version
        if lived and lived[-1] == champion:
            continue
        if step.back and champion in lived:
            del lived[lived.index(champion) + 1 :]
        else:
            lived.append(champion)
    return lived
