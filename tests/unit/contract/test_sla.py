"""What the owner of a source agreed on, and what of it nobody could execute."""

from datetime import timedelta
from pathlib import Path

import pytest
import small_project

from mainstay.contract import document
from mainstay.contract.explain import explained
from mainstay.contract.model import Contract
from mainstay.core.errors import Mistakes

HOUR = timedelta(hours=1)


def contract(clause: str, *, decisions: bool = False, more: str = "") -> Contract:
    old = "entity: patient" if decisions else "take: [rain]"
    text = small_project.CONTRACT.replace(old, f"{old}, sla: [{{{clause}}}]{more}")
    return document.parsed(text.encode(), Path("contract.yaml")).contract


def slip(clause: str, *, decisions: bool = False, more: str = "") -> tuple[str, str]:
    with pytest.raises(Mistakes) as caught:
        contract(clause, decisions=decisions, more=more)
    (one,) = caught.value.findings
    return one.what.partition("[0]")[2], one.hint


def test_a_promise_blocks_unless_it_says_otherwise() -> None:
    (one,) = contract("property: freshness, at_most: 2h").data.context["weather"].sla
    (other,) = contract("property: throughput, at_least: 40, on_breach: quarantine",
                        decisions=True).data.decisions.sla  # fmt: skip

    assert (one.name, one.bound, one.on_breach) == ("freshness", 2 * HOUR, "block")
    assert (other.bound, other.period, other.on_breach) == (40, 24 * HOUR, "quarantine")


def test_it_is_explained_as_a_contract_writes_it() -> None:
    made = contract("property: throughput, at_least: 40, over: 12h")

    said = {one.path: one for one in explained(made)}

    assert said["data.context.weather.sla[0].property"].value == "throughput"
    assert said["data.context.weather.sla[0].at_least"].value == 40
    assert said["data.context.weather.sla[0].over"].value == "12h"
    assert said["data.context.weather.sla[0].on_breach"].where == ("bench", "field")


def test_what_cannot_be_executed_is_refused_with_what_can_be() -> None:
    what, hint = slip("property: errorRate, at_most: 0.1")

    assert what == '.property is "errorRate", which cannot be executed on a table'
    assert hint.startswith("known: availability, completeness, frequency, freshness, latency, ")
    assert slip("property: timeOfAvailability, at_most: 6h")[1].startswith(
        "did you mean time_of_availability?"
    )


@pytest.mark.parametrize(
    ("clause", "what", "hint"),
    [
        ("property: throughput", " needs at_least or at_most", "for example at_least: 400"),
        (
            "property: throughput, at_least: 3, at_most: 5",
            " states both at_least and at_most",
            "state them one by one",
        ),
        (
            "property: throughput, at_least: lots",
            '.at_least is "lots", but a number of rows is wanted',
            "for example 400",
        ),
        (
            "property: availability, at_least: 95",
            ".at_least is 95, but a share from 0 to 1 is wanted",
            "for example 0.99",
        ),
        (
            "property: availability, at_most: 0.9",
            ".at_most is stated, but of availability it says nothing",
            "write at_least",
        ),
        (
            "property: freshness, at_most: 2",
            ".at_most is 2, but a duration is wanted",
            "write the unit too, for example 2h",
        ),
        ("property: freshness, at_most: 2hr", '.at_most is "2hr"', "write 2h"),
        (
            "property: time_of_availability, element: x, at_most: 06:00",
            '.at_most is "06:00"',
            "write how long after the end of its day, for example 6h; zone says whose day",
        ),
        (
            "property: completeness, at_least: 0.9",
            ".element is not stated",
            "name the columns whose completeness is agreed on",
        ),
        (
            "property: latency, element: [a, b], at_most: 2h",
            ".element names 2 columns",
            "name the one that says when",
        ),
        (
            "property: freshness, at_most: 2h, over: 1d",
            ".over says nothing of freshness",
            "it is the period of throughput and availability",
        ),
        (
            "property: latency, at_most: 2h",
            ".property is latency, which needs element",
            "name the column that says since when a row could be seen",
        ),
        (
            "property: freshness, at_most: 2h, of_rows: 0.95",
            ".of_rows says nothing of freshness",
            "take it out: it is the share of rows that keep a latency",
        ),
        (
            "property: latency, element: x, at_most: 2h, of_rows: 1",
            ".of_rows is 1, but a share between 0 and 1 is wanted",
            "for example 0.95",
        ),
        (
            "property: freshness, at_most: 2h, zone: Europe/Berlin",
            ".zone says nothing of freshness",
            "it says whose days throughput, availability and time_of_availability count",
        ),
        (
            "property: throughput, at_least: 2, over: 12h, zone: Europe/Berlin",
            ".zone is stated, but periods are no whole days",
            "take it out, or write over in d",
        ),
        ("property: schema, at_most: 3", ".at_most is stated, but of schema it says nothing",
         "take it out"),
        ("property: schema, element: rain", ".element says nothing of schema", "take it out"),
    ],
)  # fmt: skip
def test_what_means_nothing_is_told_with_what_would(clause: str, what: str, hint: str) -> None:
    assert slip(clause) == (what, hint)


def test_only_what_single_rows_break_can_set_rows_aside() -> None:
    what, hint = slip("property: freshness, at_most: 2h, on_breach: quarantine")

    assert what == ".on_breach is quarantine, but freshness is broken by no single row"
    assert "latency, time_of_availability, throughput, completeness, uniqueness" in hint
    assert slip("property: schema, on_breach: quarantine")[0].startswith(".on_breach is quarantine")


def test_the_time_of_a_row_must_be_stated_somewhere() -> None:
    static = ", within: 6h", ""
    text = small_project.CONTRACT.replace(", as_of: seen_at", "").replace(*static)
    clause = "sla: [{property: freshness, at_most: 2h}], take: [rain]"
    with pytest.raises(Mistakes, match=r"sla\[0\].property is freshness, which needs as_of or e"):
        document.parsed(text.replace("take: [rain]", clause).encode(), Path("contract.yaml"))

    named = clause.replace("freshness,", "freshness, element: seen_at,")
    made = document.parsed(text.replace("take: [rain]", named).encode(), Path("c.yaml"))
    assert made.contract.data.context["weather"].sla[0].element == ("seen_at",)


def test_freshness_is_agreed_on_once() -> None:
    with pytest.raises(Mistakes, match="agrees on freshness twice"):
        contract("property: freshness, at_most: 2h", more=", freshness: 3h")

    assert (
        contract("property: schema", more=", freshness: 3h").data.context["weather"].fresh_within
        == 3 * HOUR
    )
    again = contract("property: freshness, at_most: 2h").data.context["weather"]
    assert again.fresh_within == 2 * HOUR


def test_the_decisions_state_their_own() -> None:
    clause = (
        "late: {from: decisions, on: kind, over: 7d, known_after: 12h, take: {n: mean(missed)},"
    )
    text = small_project.CONTRACT.replace(
        "  context:\n", f"  context:\n    {clause} sla: [{{property: throughput, at_least: 1}}]}}\n"
    )

    with pytest.raises(Mistakes, match=r"data.context.late.sla says nothing of decisions"):
        document.parsed(text.encode(), Path("contract.yaml"))


def of_labels(clause: str) -> Contract:
    text = small_project.CONTRACT.replace(
        "never_after: 3d", f"never_after: 3d, sla: [{{{clause}}}]"
    )
    return document.parsed(text.encode(), Path("contract.yaml")).contract


def test_labels_are_promised_by_the_times_they_are_known_at() -> None:
    (one,) = of_labels("property: throughput, at_least: 40").data.label.sla

    assert (one.name, one.on_breach) == ("throughput", "block")


@pytest.mark.parametrize(
    ("clause", "what"),
    [
        ("property: uniqueness, at_least: 1", "property is uniqueness, which nothing shows of lab"),
        ("property: freshness, element: at, at_most: 1d", "element says nothing of labels"),
        ("property: throughput, at_least: 4, on_breach: quarantine", "is for rows to train on"),
    ],
)
def test_what_labels_cannot_show_is_refused(clause: str, what: str) -> None:
    with pytest.raises(Mistakes, match=what):
        of_labels(clause)


@pytest.mark.parametrize(
    ("clause", "what", "hint"),
    [
        ("property: latency, element: x, at_most: 2h, with: sky", ".with says nothing of latency",
         "it names the context that overlap is held against"),
        ("property: overlap, at_most: 0, with: skye", '.with is "skye", which is no context',
         "did you mean sky?"),
        ("property: overlap, at_most: 0, with: weather", ".with is the source itself",
         "leave with out: its files are compared"),
        ("property: overlap, at_most: 0, with: before",
         '.with is "before", which is made of decisions', "known: sky"),
    ],
)  # fmt: skip
def test_overlap_is_held_against_another_context(clause: str, what: str, hint: str) -> None:
    sky = "\n    sky: {from: data/sky.csv, on: town, take: [cloud]}"
    before = "\n    before: {from: decisions, on: kind, over: 7d, take: {often: count(wait)}}"
    old = "    weather:"
    text = small_project.CONTRACT.replace("take: [rain]", f"take: [rain], sla: [{{{clause}}}]")
    text = text.replace(old, f"{sky}{before}\n{old}".lstrip("\n"))

    with pytest.raises(Mistakes) as caught:
        document.parsed(text.encode(), Path("contract.yaml"))

    (one,) = caught.value.findings
    assert one.what.partition("[0]")[2] == what
    assert one.hint.startswith(hint)
