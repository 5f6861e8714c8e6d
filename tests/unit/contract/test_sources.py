from datetime import timedelta

import pytest

from mainstay.contract.taken import Taken

PLANES = "    planes:"


def test_context_brings_the_columns_it_names(read):
    weather = read().contract.data.context["weather"]

    assert weather.source == "sqlite:///data/weather.db#hourly"
    assert weather.on == ("origin",)
    assert (weather.as_of, weather.within) == ("seen_at", timedelta(hours=2))
    assert weather.take[0] == Taken("temp", "temp", None)


def test_an_aggregate_over_earlier_decisions_is_context(read):
    late = (
        "{from: decisions, on: carrier, over: 7d, known_after: 12h, take: {late_rate: mean(late)}}"
    )

    context = read((PLANES, f"    late_7d: {late}\n{PLANES}")).contract.data.context["late_7d"]

    assert context.take == (Taken("late_rate", "late", "mean"),)
    assert (context.over, context.known_after) == (timedelta(days=7), timedelta(hours=12))


def test_an_aggregate_over_any_source_has_a_time(read, told):
    timed = (
        "    stops: {from: s.csv, on: [origin], as_of: seen, over: 7d, take: {n: count( id )}}\n"
    )
    untimed = timed.replace("as_of: seen, ", "")

    context = read((PLANES, timed + PLANES)).contract.data.context["stops"]

    hint = "as_of names the column that says since when a row is true, or write from: decisions"
    assert context.take == (Taken("n", "id", "count"),)
    assert told((PLANES, untimed + PLANES)) == [
        "contract.yaml:17:46: data.context.stops.over needs as_of",
        f"hint: {hint}",
    ]


def test_times_can_be_text_of_any_format_and_zone(read):
    decisions = "time: sched_dep, format: '%d.%m.%Y %H:%M', zone: America/New_York"

    data = read(("time: sched_dep", decisions)).contract.data

    assert (data.decisions.format, data.decisions.zone) == ("%d.%m.%Y %H:%M", "America/New_York")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("as_of: seen_at, within: 2h, ", "", "weather.freshness needs as_of"),
        ("as_of: seen_at, within: 2h, freshness: 2h", "zone: UTC", "weather.zone needs as_of"),
        ("within: 2h", "within: 2h, over: 3d", "weather.over stands beside within"),
        ("within: 2h", "known_after: 1h", "weather.known_after needs over"),
        ("within: 2h", "within: 0h", 'weather.within is "0s"'),
        ("take: [built, seats, engine]", "take: built", 'planes.take is "built", but columns are'),
        ("take: [built, seats, engine]", "take: {a: med(x)}", 'planes.take.a is "med(x)"'),
        ("on: tailnum", "on: [tailnum, tailnum]", 'planes.on[1] is "tailnum", which stands'),
        ("from: data/planes.csv", "from: decisions", "planes needs over"),
    ],
)
def test_a_context_that_means_nothing_is_a_mistake(told, old, new, said):
    found = told((old, new))

    assert f"data.context.{said}" in found[0]
    assert [line[:5] for line in found[1:]] in ([], ["hint:"])


def test_the_time_of_decisions_is_not_stated_twice(told):
    late = "    x: {from: decisions, on: carrier, as_of: then, over: 7d, take: {a: mean(b)}}\n"

    said = 'data.context.x.as_of is "then", but decisions have data.decisions.time'
    assert told((PLANES, late + PLANES)) == [f"contract.yaml:17:46: {said}", "hint: take it out"]


@pytest.mark.parametrize(
    "stated", ["within: 2h", "available_at: seen", "freshness: 2h", "zone: UTC"]
)
def test_what_speaks_of_a_newest_row_says_nothing_of_decisions(told, stated):
    late = f"    x: {{from: decisions, on: carrier, {stated}, over: 7d, take: {{a: mean(b)}}}}\n"

    (said, hint) = told((PLANES, late + PLANES))

    name = stated.partition(":")[0]
    assert said.endswith(f" data.context.x.{name} says nothing of decisions")
    assert hint == "hint: take it out"


def test_without_a_source_nothing_is_said_of_its_time(told):
    assert told(("{from: data/planes.csv, ", "{within: 3d, ")) == [
        "contract.yaml:17:5: data.context.planes.from is missing",
        "hint: a path or address; decisions for themselves",
    ]
