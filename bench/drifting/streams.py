"""Streams of windows whose truth is known: a reference, windows after it, and what happens to them.

20 numbers, of four shapes, and 10 texts of 2 to 50 levels with shares as 1, 1/2, 1/3, ...; every
fifth number misses 1 % of its values, the others none. Beside them what else is watched of windows:
how many decisions came, how long after their moment they were asked for, how old two sources were,
and what a model answered, with the labels.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

NUMBERS, LEVELS = 20, (3, 5, 8, 12, 20, 30, 50, 2, 4, 6)
WINDOW, ASKED, SCORE, DECISION, LABEL = "window", "asked", "score", "decision", "label"
DAYS, QUIET = 200, 30
BEFORE = 28
"""Windows that another version answered, of which only volume and lateness are known; whole weeks,
so that days of the reference and later ones have their places in the week in common."""
SOURCES = ("weather", "planes")
RESTLESS = 0.05
"""Of lateness in every world, from window to window: of logarithms, of the freshness agreed."""
SLOPE, CENTRE = 1.5, -0.5
"""Of the logit of a label by the margin of its row, one sd; the model knows them."""


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
    """What befalls one column, or what is named of it, from window QUIET on.

    shift: in sd; nulls: their share; share: of the first level to the second; level: share of a
    level that never was; asked: logarithm of how much later; age: of the freshness agreed, of the
    first source; rows: factor; harder: of their margin, what rows lose; turned: labels flipped.
    """

    named: str
    shift: float = 0.0
    nulls: float | None = None
    share: float = 0.0
    level: float = 0.0
    asked: float = 0.0
    age: float = 0.0
    rows: float = 1.0
    harder: float = 0.0
    turned: float = 0.0


NOTHING = Happening("")
HAPPENINGS: Mapping[str, Happening] = {
    "shift_0_1": Happening("n0", shift=0.1),
    "shift_0_2": Happening("n0", shift=0.2),
    "null_rate": Happening("n0", nulls=0.03),
    "category_share": Happening("c3", share=0.04),
    "new_null": Happening("n1", nulls=0.005),
    "new_level": Happening("c2", level=0.005),
    "volume": Happening("volume", rows=0.8),
    "latency": Happening("latency", asked=0.7),
    "lag": Happening("lag weather", age=0.5),
    "scores": Happening("the scores", harder=0.3),
    "realised": Happening("realised", turned=0.1),
}


class Stream(NamedTuple):
    """Rows with the number of their window: of the reference, and after it.

    answers: to the same rows, with labels and how late they were asked for. before: rows of the
    windows before; ages: of each source at the end of those and of the live windows.
    """

    past: pa.Table
    live: pa.Table
    answers: tuple[pa.Table, pa.Table]
    before: Whole
    ages: Mapping[str, Floats]

    @property
    def days(self) -> int:
        return len(self.ages[SOURCES[0]]) - len(self.before)


def stream(
    world: World, seed: list[int], happening: Happening = NOTHING, days: int = DAYS
) -> Stream:
    """Drawn anew by the seed; nothing happens before window QUIET."""
    random = np.random.default_rng(seed)
    windows, rows = world.past
    past = np.full(windows, rows)
    sizes = _sizes(random, world, BEFORE + days)
    live = np.where(np.arange(days) >= QUIET, sizes[BEFORE:] * happening.rows, sizes[BEFORE:])
    live = live.astype(np.int64)
    return Stream(
        past=_rows(random, world, past, NOTHING),
        live=_rows(random, world, live, happening),
        answers=(
            _answers(random, world, past, NOTHING),
            _answers(random, world, live, happening),
        ),
        before=sizes[:BEFORE],
        ages={name: _ages(random, world, days, happening, name) for name in SOURCES},
    )


def _sizes(random: np.random.Generator, world: World, days: int) -> Whole:
    each = np.exp(random.normal(0, world.changing, days) - world.changing**2 / 2) * world.rows
    return np.maximum(each, 50).astype(np.int64)


def _ages(
    random: np.random.Generator, world: World, days: int, happening: Happening, name: str
) -> Floats:
    """As shares of the freshness agreed."""
    moved = happening.age * (np.arange(-BEFORE, days) >= QUIET) * (name == SOURCES[0])
    return 0.4 + RESTLESS * _like(random, world, (1, BEFORE + days))[0] + moved


def _answers(
    random: np.random.Generator, world: World, sizes: Whole, happening: Happening
) -> pa.Table:
    """Scores that know as much as there is to know; rows and labels wander with the world."""
    day = np.repeat(np.arange(len(sizes)), sizes)
    after = (day >= QUIET) & (happening is not NOTHING)
    rows, turns, late = _like(random, world, (3, len(sizes)))
    margin = random.normal(size=len(day)) * (1 - happening.harder * after)
    margin = SLOPE * (margin + world.wander * rows[day]) + CENTRE
    chance = 1 / (1 + np.exp(-margin - world.wander * turns[day]))
    label = random.random(len(day)) < chance
    label ^= random.random(len(day)) < happening.turned * after
    asked = random.normal(3, 1, len(day)) + RESTLESS * late[day] + happening.asked * after
    score = 1 / (1 + np.exp(-margin))
    decided = pa.array(score >= 0.5).cast(pa.string())
    columns = {WINDOW: day, ASKED: asked, SCORE: score, LABEL: label.astype(np.float64)}
    return pa.table({**columns, DECISION: decided})


def _rows(
    random: np.random.Generator, world: World, sizes: Whole, happening: Happening
) -> pa.Table:
    day = np.repeat(np.arange(len(sizes)), sizes)
    after = day >= QUIET
    moves, shared = _moves(random, world, len(sizes)), random.normal(size=len(day))
    columns: dict[str, pa.Array] = {WINDOW: pa.array(day)}
    for at in range(NUMBERS):
        own = happening if happening.named == f"n{at}" else NOTHING
        alone = random.normal(size=len(day))
        value = np.sqrt(world.together) * shared + np.sqrt(1 - world.together) * alone
        value += moves[at][day] + own.shift * after
        missing = random.random(len(day)) < _missing(world, at, own, after)
        columns[f"n{at}"] = pa.array(_shaped(at, value), mask=missing)
    for at, levels in enumerate(LEVELS):
        own = happening if happening.named == f"c{at}" else NOTHING
        moved = own.share * after, own.level * after
        columns[f"c{at}"] = _text(random, world, levels, day, moved)
    return pa.table(columns)


def _moves(random: np.random.Generator, world: World, days: int) -> Floats:
    """How far each number lies off on each day, shape (NUMBERS, days)."""
    drawn = _like(random, world, (NUMBERS + 1, days))
    joint = np.sqrt(world.together) * drawn[-1] + np.sqrt(1 - world.together) * drawn[:-1]
    phase = 2 * np.pi * (np.arange(days) / 7 + np.arange(NUMBERS)[:, None] / NUMBERS)
    return np.asarray(world.wander * joint + world.week * np.sin(phase))


def _like(random: np.random.Generator, world: World, shape: tuple[int, int]) -> Floats:
    """Normal values of days, as alike to the day before as the world's."""
    drawn = random.normal(size=shape)
    for at in range(1, shape[1]):
        drawn[:, at] = world.alike * drawn[:, at - 1] + np.sqrt(1 - world.alike**2) * drawn[:, at]
    return drawn


def _missing(world: World, at: int, own: Happening, after: NDArray[np.bool_]) -> Floats:
    usual = 0.01 if at % 5 == 0 else 0.0005 if world.rare else 0.0
    return np.where(after, usual if own.nulls is None else own.nulls, usual)


def _shaped(at: int, value: Floats) -> Floats:
    """Normal, log-normal, of another unit, or of a heavy tail."""
    shapes = (value, np.exp(0.5 * value), 3 * value + 50, np.exp(value))
    return shapes[at % len(shapes)]


def _text(
    random: np.random.Generator,
    world: World,
    levels: int,
    day: Whole,
    moved: tuple[Floats, Floats],
) -> pa.Array:
    """Levels of rows; moved: of each row, how likely the first becomes the second, or any a new
    one.
    """
    shares = np.append(1 / np.arange(1, levels + 1), [0.001] * 10 if world.rare else [])
    tilt = random.normal(0, world.wander, (int(day.max()) + 1, len(shares)))
    each = shares * np.exp(tilt)
    until = np.cumsum(each / each.sum(axis=1, keepdims=True), axis=1)
    drawn = random.random(len(day))
    lines = (until + np.arange(len(until))[:, None]).ravel()
    place = np.searchsorted(lines, drawn + day) - day * len(shares)
    place = np.clip(place, 0, len(shares) - 1)
    place = np.where(drawn < moved[0], 1, place)
    place = np.where(drawn > 1 - moved[1], len(shares), place)
    names = pa.array([*(f"level {at}" for at in range(len(shares))), "never seen"])
    return pa.DictionaryArray.from_arrays(pa.array(place), names).cast(pa.string())
