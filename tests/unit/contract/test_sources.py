from datetime import timedelta

import pytest

from mainstay.contract.sources import Taken

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


def test_a_column_can_be_taken_by_another_name(read):
    planes = read(("take: [built, seats, engine]", "take: {seats: seats, built: year}"))

    assert planes.contract.data.context["planes"].take == (
        Taken("seats", "seats"),
        Taken("built", "year"),
    )


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
        ("take: [built, seats, engine]", "take: []", "planes.take is a list, but columns are"),
        ("take: [built, seats, engine]", "take: built", 'planes.take is "built", but columns are'),
        ("take: [built, seats, engine]", "take: [1, built]", "planes.take[0] is 1, but the name"),
        ("take: [built, seats, engine]", "take: {a: 1}", "planes.take.a is 1, but a column or"),
        ("take: [built, seats, engine]", "take: {a: max(x)}", "planes.take.a is the max of many"),
        ("take: [built, seats, engine]", "take: {a: med(x)}", 'planes.take.a is "med(x)"'),
        ("take: [built, seats, engine]", "take: {a: (x)}", 'planes.take.a is "(x)"'),
        ("on: tailnum", "on: [tailnum, tailnum]", 'planes.on[1] is "tailnum", which stands'),
        ("from: data/planes.csv", "from: decisions", "planes needs over"),
    ],
)
def test_a_context_that_means_nothing_is_a_mistake(told, old, new, said):
    found = told((old, new))

    assert f"data.context.{said}" in found[0]
    assert [line[:5] for line in found[1:]] in ([], ["hint:"])


def test_every_wrong_column_of_one_take_is_told(told):
    late = "    x: {from: decisions, on: carrier, over: 7d, take: {a: avg(b), c: dist(d), e: f}}\n"

    found = told((PLANES, late + PLANES))

    assert [line.partition(": ")[2] for line in found[::2]] == [
        'data.context.x.take.a is "avg(b)"',
        'data.context.x.take.c is "dist(d)"',
    ]


def test_columns_without_a_function_have_no_meaning_over_a_time(told):
    late = "    x: {from: decisions, on: carrier, over: 7d, take: [dest, hour]}\n"

    assert told((PLANES, late + PLANES))[1::2] == [
        "hint: for example dest: mean(dest)",
        "hint: for example hour: mean(hour)",
    ]


def test_the_time_of_decisions_is_not_stated_twice(told):
    late = "    x: {from: decisions, on: carrier, as_of: then, over: 7d, take: {a: mean(b)}}\n"

    said = 'data.context.x.as_of is "then", but decisions have data.decisions.time'
    assert told((PLANES, late + PLANES)) == [f"contract.yaml:17:46: {said}", "hint: take it out"]
