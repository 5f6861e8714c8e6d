"""Times in text are the same moments on every engine, or are no time there: never another one."""

import random
from datetime import datetime, timedelta

import pyarrow as pa
import pytest
from side_by_side import Engine

from mainstay.core.errors import Mistake
from mainstay.data import times

ODD = (
    "", " ", "soon", "2013-13-01", "2023-02-29", "2100-02-29", "2024-01-32", "0000-01-01", "24-1-1",
    "10000-01-01", "2024/01/05", "2024-01-05T24:00", "2024-01-05T07:60", "2024-01-05T07:05:60",
    "2024-01-05\n", "2024-01-05T07", "infinity", "epoch", "now", "2024-01-05 07:05 UTC",
    "2024-01-05T07:05+16:00", "2024-01-05T07:05+05:60", "2024-01-05T07:05 +05:30", "٢٠٢٤-01-05",
    "2024-01-05T07:05z", "2024-01-05 07:05:09,5", "2024-01-05T07:05:09.12345678901",
)  # fmt: skip
ISO = (
    "2024-01-05", "2024-1-5", "2024-02-29 7:5", "2000-02-29T23:59:59.999999", "0001-01-02",
    "9999-12-31 23:59:59", "2024-01-05T07:05Z", "2024-01-05  07:05:09.1234567+0530 ",
    "2024-01-05T07:05:9-11", "2024-01-05T07:05:09.000001-00:30",
)  # fmt: skip
LAYOUTS = {
    "%Y-%m-%d %H:%M:%S": ("2024-01-05 07:05:09", " 2024-1-5  7:5:9 ", "2024-01-05T07:05:09"),
    "%d.%m.%y %H:%M": ("05.01.68 07:05", "5.1.69 7:5", "05.01.00 00:00",
                       "05.01.2024 07:05", "31.04.24 00:00"),
    "%d %b %Y": ("05 Jan 2024", "5 dEC 1999", "05 January 2024", "29 feb 1900", "1 Mai 2024"),
    "%d. %B %Y %Hh": ("05. January 2024 07h", "5. may 2024 23h", "05. Jan 2024 07h"),
    "%Y%m%d%H%M": ("202401050705", "20240105070", "2024010570", "202401052960"),
    "%Y-%m-%dT%H:%M:%S.%f": ("2024-01-05T07:05:09.5", "2024-01-05T07:05:09.123456",
                             "2024-01-05T07:05:09.1234567", "2024-01-05T07:05:09."),
    "%Y-%m-%d %H:%M:%S%z": ("2024-01-05 07:05:09+05", "2024-01-05 07:05:09-0530",
                            "2024-01-05 07:05:09+05:30", "2024-01-05 07:05:09Z",
                            "2024-01-05 07:05:09", "2024-01-05 07:05:09+15:59"),
    "%Y-%m": ("2024-03", "2024-00", "2024-3"),
    "%-d/%-m/%Y at 100%% (%S)": ("5/1/2024 at 100% (59)", "5/1/2024 at 100% (60)"),
}  # fmt: skip
ZONES = ("", "Europe/Berlin", "Australia/Lord_Howe", "America/New_York", "Asia/Kathmandu")


def read(engine: Engine, texts: tuple[str, ...], layout: str, zone: str) -> list[object]:
    """Microseconds since 1970 of each text, None where there is none."""
    table = engine.stored(pa.table({"at": list(range(len(texts))), "text": list(texts)}))
    made = table.mutate(moment=times._parsed(table.text, layout, zone)).order_by("at")
    return made.to_pyarrow()["moment"].cast(pa.int64()).to_pylist()


def walls() -> tuple[str, ...]:
    """Clocks around the changes of a year, every quarter of an hour, and at random."""
    days = ("2024-03-31", "2024-10-27", "2024-04-07", "2024-10-06", "2024-03-10", "2024-11-03")
    near = [f"{day} {at // 4:02}:{at % 4 * 15:02}:00" for day in days for at in range(16)]
    draw, begin = random.Random(4), datetime(1971, 1, 1)  # noqa: DTZ001 - a clock on a wall
    far = [begin + timedelta(seconds=draw.randrange(65 * 365 * 86_400)) for _ in range(200)]
    return (*near, *(f"{one:%Y-%m-%d %H:%M:%S}" for one in far))


@pytest.mark.parametrize("layout", ["", *LAYOUTS])
def test_what_is_read_is_the_same_moment(ours: Engine, theirs: Engine, layout: str) -> None:
    texts = LAYOUTS.get(layout, ISO)
    mine, other = (read(one, (*texts, *ODD), layout, "Europe/Berlin") for one in (ours, theirs))

    for text, left, right in zip((*texts, *ODD), mine, other, strict=True):
        assert right in (left, None), text
    assert other[: len(texts)] == mine[: len(texts)]


@pytest.mark.parametrize("zone", ZONES)
def test_clocks_on_walls_are_the_same_moments_when_they_change_too(
    ours: Engine, theirs: Engine, zone: str
) -> None:
    mine, other = (read(one, walls(), "%Y-%m-%d %H:%M:%S", zone) for one in (ours, theirs))

    assert None not in mine
    assert [one for one in zip(walls(), mine, other, strict=True) if one[1] != one[2]] == []
    assert mine == read(theirs, walls(), "", zone)


def test_text_that_is_no_time_is_counted_and_shown(theirs: Engine) -> None:
    table = theirs.stored(pa.table({"seen": ["soon", None, "2013-01-31"]}))

    with pytest.raises(Mistake, match="seen: 1 values are no time, for example 'soon'"):
        times.moments(table, "seen")


@pytest.mark.parametrize("layout", ["%j %Y", "%I %p", "%Y[%m]"])
def test_a_layout_that_patterns_do_not_say_is_refused_by_name(theirs: Engine, layout: str) -> None:
    table = theirs.stored(pa.table({"seen": ["2013-01-31"]}))

    with pytest.raises(Mistake, match=r"times written with .* are not read on") as said:
        times.moments(table, "seen", layout)

    assert "%Y" in said.value.hint
