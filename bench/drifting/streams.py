"""Streams of windows whose truth is known: a reference, windows after it, and what happens to them.

20 numbers, of four shapes, and 10 texts of 2 to 50 levels with shares as 1, 1/2, 1/3, ...; every
fifth number misses 1 % of its values, the others none.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

NUMBERS, LEVELS = 20, (3, 5, 8, 12, 20, 30, 50, 2, 4, 6)
WINDOW = "window"
DAYS, QUIET = 200, 30


class World(NamedTuple):
    """What the days of a stream are like, those of the reference too.

    rows: of a window, and of each of so many reference windows; changing: their sd between windows
    on the scale of logarithms; wander: of days, in sd of a column; alike: to the day before; week:
    how far a column swings within seven days; together: how much of each row all numbers share,
    and of the wander of each day; rare: texts have ten levels of 1 in 1,000 more, and numbers miss
    1 in 2,000.
    """

    rows: int = 1000
    past: tuple[int, int] = (10, 1000)
    changing: float = 0.0
    wander: float = 0.0
    alike: float = 0.0
    week: float = 0.0
    together: float = 0.0
    rare: bool = False


WORLDS: Mapping[str, World] = {
    "iid": World(),
    "wander": World(wander=0.05),
    "ar1": World(past=(60, 1000), wander=0.1, alike=0.6),
    "weekly": World(past=(56, 1000), wander=0.05, week=0.2),
    "correlated": World(wander=0.05, together=0.5),
    "rare": World(rare=True),
    "small_reference": World(past=(10, 100)),
    "changing_n": World(changing=0.8),
}


class Happening(NamedTuple):
    """What befalls one column from window QUIET on."""

    column: str
    shift: float = 0.0
    nulls: float | None = None
    share: float = 0.0


NOTHING = Happening("")
HAPPENINGS: Mapping[str, Happening] = {
    "shift_0_1": Happening("n0", shift=0.1),
    "shift_0_2": Happening("n0", shift=0.2),
    "null_rate": Happening("n0", nulls=0.03),
    "category_share": Happening("c3", share=0.04),
}


class Stream(NamedTuple):
    """Rows with the number of their window: of the reference, and after it."""

    past: pa.Table
    live: pa.Table
    days: int


def stream(
    world: World, seed: list[int], happening: Happening = NOTHING, days: int = DAYS
) -> Stream:
    """Drawn anew by the seed; nothing happens before window QUIET."""
    random = np.random.default_rng(seed)
    windows, rows = world.past
    past = _rows(random, world, np.full(windows, rows), NOTHING)
    each = np.exp(random.normal(0, world.changing, days) - world.changing**2 / 2) * world.rows
    live = _rows(random, world, np.maximum(each, 50).astype(np.int64), happening)
    return Stream(past, live, days)


def _rows(
    random: np.random.Generator, world: World, sizes: Whole, happening: Happening
) -> pa.Table:
    day = np.repeat(np.arange(len(sizes)), sizes)
    after = (day >= QUIET) & (happening is not NOTHING)
    moves, shared = _moves(random, world, len(sizes)), random.normal(size=len(day))
    columns: dict[str, pa.Array] = {WINDOW: pa.array(day)}
    for at in range(NUMBERS):
        own = happening if happening.column == f"n{at}" else NOTHING
        alone = random.normal(size=len(day))
        value = np.sqrt(world.together) * shared + np.sqrt(1 - world.together) * alone
        value += moves[at][day] + own.shift * after
        missing = random.random(len(day)) < _missing(world, at, own, after)
        columns[f"n{at}"] = pa.array(_shaped(at, value), mask=missing)
    for at, levels in enumerate(LEVELS):
        own = happening if happening.column == f"c{at}" else NOTHING
        columns[f"c{at}"] = _text(random, world, levels, day, own.share * after)
    return pa.table(columns)


def _moves(random: np.random.Generator, world: World, days: int) -> Floats:
    """How far each number lies off on each day, shape (NUMBERS, days)."""
    drawn = random.normal(size=(NUMBERS + 1, days))
    for at in range(1, days):
        drawn[:, at] = world.alike * drawn[:, at - 1] + np.sqrt(1 - world.alike**2) * drawn[:, at]
    joint = np.sqrt(world.together) * drawn[-1] + np.sqrt(1 - world.together) * drawn[:-1]
    phase = 2 * np.pi * (np.arange(days) / 7 + np.arange(NUMBERS)[:, None] / NUMBERS)
    return np.asarray(world.wander * joint + world.week * np.sin(phase))


def _missing(world: World, at: int, own: Happening, after: NDArray[np.bool_]) -> Floats:
    usual = 0.01 if at % 5 == 0 else 0.0005 if world.rare else 0.0
    return np.where(after, usual if own.nulls is None else own.nulls, usual)


def _shaped(at: int, value: Floats) -> Floats:
    """Normal, log-normal, of another unit, or of a heavy tail."""
    shapes = (value, np.exp(0.5 * value), 3 * value + 50, np.exp(value))
    return shapes[at % len(shapes)]


def _text(
    random: np.random.Generator, world: World, levels: int, day: Whole, moved: Floats
) -> pa.Array:
    """Levels of rows; so much of the share of the first goes to the second."""
    shares = np.append(1 / np.arange(1, levels + 1), [0.001] * 10 if world.rare else [])
    tilt = random.normal(0, world.wander, (int(day.max()) + 1, len(shares)))
    each = shares * np.exp(tilt)
    until = np.cumsum(each / each.sum(axis=1, keepdims=True), axis=1)
    drawn = random.random(len(day))
    lines = (until + np.arange(len(until))[:, None]).ravel()
    place = np.searchsorted(lines, drawn + day) - day * len(shares)
    place = np.clip(place, 0, len(shares) - 1)
    place = np.where(drawn < moved, 1, place)
    names = pa.array([f"level {at}" for at in range(len(shares))])
    return pa.DictionaryArray.from_arrays(pa.array(place), names).cast(pa.string())
