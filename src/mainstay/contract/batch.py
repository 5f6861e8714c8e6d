"""When a batch is scored without anybody asking, how it is cut, and where it goes."""

from datetime import datetime
from typing import Annotated, Literal, get_args

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, WithJsonSchema

from mainstay.contract.clauses import Clause, Section
from mainstay.contract.terms import Text, wrong
from mainstay.contract.wording import shown

Unit = Literal["hour", "day", "month", "year", "all"]
UNITS: tuple[Unit, ...] = get_args(Unit)
FIELDS = "minute hour day month weekday, as in '30 6 * * 1-5'"
_ANY = datetime(2024, 1, 1)  # noqa: DTZ001 - whether a rhythm comes at all hangs on no zone


def cron(words: str, after: datetime) -> CronSim:
    """The moments of five fields of cron after one; raises CronSimError: seconds are no field."""
    if len(words.split()) != 5:
        raise CronSimError("it has not five fields")
    return CronSim(words, after)


def _rhythm(words: str) -> str:
    try:
        next(cron(words, _ANY))
    except (CronSimError, StopIteration) as error:
        raise wrong(f"is {shown(words)}, which is no rhythm", FIELDS) from error
    return words


Rhythm = Annotated[
    Text,
    AfterValidator(_rhythm),
    WithJsonSchema({"type": "string", "examples": ["0 2 * * *", "30 6 * * 1-5"]}),
]


class Score(Section):
    """How `mainstay score` answers a batch where nobody says otherwise."""

    every: Annotated[
        Rhythm | None,
        Clause(
            "when a worker scores, as cron has it in UTC; without it, when asked for", ("door",)
        ),
    ] = None
    partition: Annotated[
        Unit | None,
        Clause("how an output is cut; without it by the day, one file not at all", ("door",)),
    ] = None
    out: Annotated[
        Text, Clause("the folder, file of Parquet or table that answers go to", ("door",))
    ] = "scores"
