"""Which version should answer which share: live, canary, or back to where it was."""

from typing import NamedTuple

from mainstay.core.errors import Conflict, Mistake


class Part(NamedTuple):
    """A version, by its number, and its share of the entities."""

    version: int
    share: float


Parts = tuple[Part, ...]
"""The champion first, then the canary where there is one; what one alone leaves, its baseline."""


class Step(NamedTuple):
    """One deployment of the past; back: whether it was a rollback."""

    parts: Parts
    back: bool


def deployed(now: Parts, version: int, share: float | None, canary: float) -> Parts:
    """What a deployment makes of `now`; without a share: the canary's, all for who has all.

    Beside a live version the rest stays with it. Where none is live the baseline answers the rest,
    as it did before there was a model. Raises Mistake for a share outside (0, 1].
    """
    live = len(now) > 1 or (len(now) == 1 and now[0].share == 1)
    if share is None:
        share = 1.0 if live and now[0].version == version else canary
    if not 0 < share <= 1:
        raise Mistake(f"a share of {share:g} is none", hint="more than 0, at most 1")
    if share == 1 or not live or now[0].version == version:
        return (Part(version, share),)
    return (Part(now[0].version, 1 - share), Part(version, share))


def abandoned(history: tuple[Step, ...], version: int) -> bool:
    """Whether a version lost its share by a step back and has none since."""
    gone = had = False
    for step in history:
        has = any(part.version == version and part.share > 0 for part in step.parts)
        gone = not has and (gone or (had and step.back))
        had = has
    return gone


def rolled_back(history: tuple[Step, ...]) -> Parts:
    """One step back: without the canary where there is one, else the live version before.

    Before the first version there was the baseline: it answers everything again. A version that
    was rolled back is not returned to. Raises Conflict where nothing was before.
    """
    if not history:
        raise Conflict("nothing was ever deployed, so there is nothing to roll back")
    now = history[-1].parts
    if len(now) > 1:
        return (Part(now[0].version, 1.0),)
    if now[0].share == 0:
        raise Conflict(
            "the baseline answers everything already, there is nothing to roll back to",
            hint=f"mainstay deploy v{now[0].version}",
        )
    lived = _lived(history)
    return (Part(lived[-2], 1.0),) if len(lived) > 1 else (Part(now[0].version, 0.0),)


def before(history: tuple[Step, ...]) -> int | None:
    """The version that was live before the present champion, None where none was."""
    lived = _lived(history)
    return lived[-2] if len(lived) > 1 else None


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
