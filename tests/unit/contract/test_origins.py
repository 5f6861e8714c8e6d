"""Which column of which source a column of the rows is."""

from mainstay.contract import origins

TAKE = "take: [temp, dewp, humid, wind_speed, precip, pressure, visib]}"
LATE = "    late: {from: decisions, on: carrier, over: 7d, take: {far: mean(distance)}}"


def test_a_column_is_its_sources_own_by_another_name(read) -> None:
    contract = read(
        (TAKE, "take: {air: pressure, again: pressure}}"), ("    planes:", f"{LATE}\n    planes:")
    ).contract

    assert origins.origin(contract, "air") == ("weather", "pressure")
    assert origins.origin(contract, "distance") == ("decisions", "distance")
    assert origins.origin(contract, "far") is None
    assert origins.known_as(contract, "weather", "pressure") == ("air", "again")
    assert origins.known_as(contract, "weather", "temp") == ()
    assert origins.known_as(contract, "decisions", "temp") == ("temp",)
