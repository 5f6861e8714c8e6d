"""What cleaning set right, as looks at the small project left it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import lived

from mainstay.control.commands import Watch
from mainstay.control.handle import answer, handle
from mainstay.control.queries import Sources
from mainstay.core.nouns import Verdict

PLAIN = "take: [rain]"


def watched(folder: Path, days: range) -> list[dict[str, object]]:
    """What a look at these days counted."""
    lived.answered(folder, days)
    return handle(folder, Watch()).facts["cleaned"]


def coded(folder: Path) -> None:
    """Rain below a tenth of a millimetre is a code from here on."""
    contract = folder / "contract.yaml"
    stated = contract.read_text().replace(PLAIN, f"{PLAIN}, clean: {{rain: {{missing: [-9]}}}}")
    contract.write_text(stated)
    with closing(sqlite3.connect(folder / "data" / "weather.db")) as base, base:
        last = base.execute("SELECT max(seen_at) FROM hourly").fetchone()
        for day in range(1, 4):
            rows = [("north", f"2024-03-0{day}T{at:02}:00:00+00:00", -9 if at < 6 else 1)
                    for at in range(24)]  # fmt: skip
            base.executemany("INSERT INTO hourly VALUES (?, ?, ?)", rows)
        assert last[0] < "2024-03-01"


def test_each_look_counts_what_a_source_needed_and_the_page_shows_it(live: Path) -> None:
    coded(live)

    counted = watched(live, range(1, 3))
    said = answer(live, Sources())

    assert {(one["source"], one["column"], one["step"]) for one in counted} == {
        ("weather", "rain", "missing")
    }
    assert sum(one["rows"] for one in counted) == 6 * len(counted)
    (one,) = said.facts["supply"]["mended"]
    assert (one["verdict"], one["newest"]["n"], one["newest"]["value"]) == ("unsure", 24, 0.25)
    assert any("25.0% (9.8% to 46.7%) of the values of rain codes" in line for line in said.lines)


def test_what_is_not_cleaned_is_not_counted(live: Path) -> None:
    assert not watched(live, range(1, 2))
    assert not answer(live, Sources()).facts["supply"]["mended"]


def test_before_a_look_nothing_is_told(as_author: Path) -> None:
    found = answer(as_author, Sources())

    assert not found.facts["supply"]["mended"]
    assert found.verdict is not Verdict.PASS
