"""What a version's door looks up."""

import msgspec

from mainstay.bundle import lookup
from mainstay.bundle.lookup import Lookup

WEATHER = Lookup("weather", "abc", ("town",), ("rain",), timed=True, within=3600.0)


def test_a_lookup_travels_in_a_manifest() -> None:
    assert msgspec.json.decode(msgspec.json.encode(WEATHER), type=Lookup) == WEATHER


def test_marks_are_told_from_rules() -> None:
    cold, stale = lookup.marks(WEATHER)

    assert (cold, stale) == ("cold:weather", "stale:weather")
    assert lookup.is_mark(cold)
    assert lookup.is_mark(stale)
    assert not lookup.is_mark("rain")
    assert not lookup.is_mark("cold <= warm")
