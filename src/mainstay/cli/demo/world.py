"""What goes on outside: flights that are asked about, truths that come late, two defects."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from mainstay.cli.demo import year
from mainstay.cli.demo.traffic import Request
from mainstay.cli.demo.year import Stage
from mainstay.control.commands import Features
from mainstay.control.handle import handle
from mainstay.core import settings

LATE = timedelta(hours=12)
"""Between a decision and its truth."""
Record = dict[str, Any]


class Defect(NamedTuple):
    """Columns that arrive in another unit for a week."""

    columns: tuple[str, ...]
    changed: Callable[[float], float]


INCHES = Defect(("pressure",), lambda hectopascals: round(hectopascals * 0.029529983, 2))
CELSIUS = Defect(("temp", "dewp"), lambda fahrenheit: round((fahrenheit - 32) / 1.8, 2))


class Week(Protocol):
    """Until when, and what is wrong with its data."""

    @property
    def until(self) -> datetime:
        """Where the next week begins."""

    @property
    def defect(self) -> Defect | None:
        """None in most weeks."""


class World(NamedTuple):
    """The stage and which part of the flights is asked about, chosen by the seed."""

    stage: Stage
    share: float
    seed: int

    def requests(self, since: datetime, weeks: Iterable[Week]) -> Iterator[tuple[Request, ...]]:
        """For each week its decisions as somebody asks for them, in the order of time.

        since: where the first week begins. All of it is written down once, at the beginning.
        """
        weeks = tuple(weeks)
        records = self._records(since, weeks[-1].until)
        record = next(records, None)
        for week in weeks:
            found: list[Request] = []
            while record is not None and _moment(record) < week.until:
                if self._is_asked(record):
                    found.append(_request(record, week.defect))
                record = next(records, None)
            yield tuple(found)

    def labels(self, asked: set[str], since: datetime, until: datetime) -> Path | None:
        """The truths of these flights that became known in [since, until), as a file."""
        table = parquet.read_table(
            self.stage.project / "data" / "flights.parquet",
            columns=["flight_id", "sched_dep", "late"],
            filters=(pc.field("sched_dep") >= pa.scalar(since - LATE))
            & (pc.field("sched_dep") < pa.scalar(until - LATE))
            & pc.field("late").is_valid(),
        )
        known = table.filter(pc.is_in(table["flight_id"], pa.array(sorted(asked), pa.string())))
        if not known.num_rows:
            return None
        moments = pc.add(known["sched_dep"], pa.scalar(LATE))
        made = known.drop_columns("sched_dep").append_column("known_at", moments)
        path = self.stage.out / "labels.parquet"
        parquet.write_table(made, path)
        return path

    def _records(self, since: datetime, until: datetime) -> Iterator[Record]:
        """The world is ahead of the model: its clock shows the end of the period."""
        ahead = self.stage.out / "world"
        ahead.write_text(until.isoformat(), encoding="utf-8")
        out = self.stage.out / "requests.jsonl"
        with year.acting(self.stage, year.AUTHOR), settings.given({"MAINSTAY_CLOCK": str(ahead)}):
            handle(self.stage.project, Features(since, str(out)))
        with out.open("rb") as lines:
            for line in lines:
                yield msgspec.json.decode(line)

    def _is_asked(self, record: Record) -> bool:
        text = f"{self.seed} {record['flight_id']}".encode()
        place = int.from_bytes(blake2b(text, digest_size=8).digest())
        return place < self.share * 2**64


def _request(record: Record, defect: Defect | None) -> Request:
    sent = _spoilt(record, defect) if defect else record
    body = b'{"records":[' + msgspec.json.encode(sent) + b"]}"
    return Request(_moment(record), record["flight_id"], body, corrupted=sent != record)


def _moment(record: Record) -> datetime:
    return datetime.fromisoformat(record["sched_dep"])


def _spoilt(record: Record, defect: Defect) -> Record:
    """A null stays null: nothing about it changed."""
    found = {name: record[name] for name in defect.columns if record[name] is not None}
    return {**record, **{name: defect.changed(value) for name, value in found.items()}}
