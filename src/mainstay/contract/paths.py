"""Plain values of a contract by where they stand, whether or not they are valid."""

from collections.abc import Iterator

from mainstay.contract.mistakes import Slip
from mainstay.contract.wording import Path, path_text


def found(contract: object, pattern: str) -> Iterator[tuple[Path, object]]:
    """Every value at `objective.good_enough.*.metric`, with its path; * is any key or place."""
    places: list[tuple[Path, object]] = [((), contract)]
    for step in pattern.split("."):
        places = [inner for path, value in places for inner in inside(path, value, step)]
    yield from places


def inside(path: Path, value: object, step: str) -> Iterator[tuple[Path, object]]:
    """One step on, from a value and its path."""
    match value:
        case dict() if step == "*":
            yield from (((*path, key), member) for key, member in value.items())
        case dict() if step in value:
            yield (*path, step), value[step]
        case list() if step == "*":
            yield from (((*path, place), item) for place, item in enumerate(value))
        case _:
            return


def texts(contract: object, *patterns: str) -> Iterator[tuple[Path, str]]:
    """The texts at these places, alone or in a list."""
    for pattern in patterns:
        for path, value in found(contract, pattern):
            items = inside(path, value, "*") if isinstance(value, list) else [(path, value)]
            yield from ((place, item) for place, item in items if isinstance(item, str))


def first(contract: object, pattern: str) -> str | None:
    """The first text at these places."""
    return next((text for _, text in texts(contract, pattern)), None)


def slip(path: Path, says: str, hint: str, *, on_key: bool = False) -> Slip:
    """A mistake at a path, which its words begin with."""
    return Slip(path, f"{path_text(path)} {says}", hint, on_key)
