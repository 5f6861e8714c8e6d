"""The page of data."""

from msgspec.structs import replace
from small_project import END

from mainstay.control.mending import Mended
from mainstay.control.pages import data
from mainstay.control.remembering import Noted
from mainstay.control.sourcing import FieldStanding, SourceStanding, Supply
from mainstay.core.answers import Answer
from mainstay.core.nouns import Estimate, Evidence, Limit, Verdict, Window
from mainstay.data.remembered import Change

AGE, TWO_HOURS = Estimate(3.0, 3.0, 3.0, 9, "h"), Limit("at_most", 2.0)
LATE = Evidence(
    "freshness, weather", "v1", "rows", "age", None, AGE, TWO_HOURS, Verdict.FAIL
)  # fmt: skip
IT = Supply(
    "no-show", "Call them", "v1", None,
    (
        SourceStanding("weather", "sqlite:///w", 3, 90, (LATE,), (), ("rain",)),
        SourceStanding("decisions", "d.parquet", 5, 90, (), (7,), ("age",)),
        SourceStanding("towns", "t.csv", 2, 9, (), (), ()),
    ),
    (
        FieldStanding("rain", "weather", "number", "mm", "between 0 to 9", ("rain",)),
        FieldStanding("age", "decisions", "", "", "", ("age",)),
    ),
    ("rain", "age"),
)  # fmt: skip


def test_a_source_is_as_bad_as_its_worst_promise_or_open_incident() -> None:
    assert [one.verdict for one in IT.sources] == [Verdict.FAIL, Verdict.FAIL, None]

    drawn = data.content("Data", Answer("x"), IT)

    assert drawn.count('class="state fail"') == 3
    assert "not looked at" in drawn
    assert 'href="/incidents/7"' in drawn


def test_every_step_of_the_lineage_is_drawn_and_told() -> None:
    drawn = data.content("Data", Answer("x"), IT)

    steps = ("source weather", "field rain", "input rain", "model no-show v1", "decision Call them")
    for one in steps:
        assert one in drawn
    assert drawn.count('class="path"') == 7
    assert "The same 7 steps as a table" in drawn


def test_too_many_boxes_are_a_table_alone() -> None:
    names = tuple(f"i{number}" for number in range(data.MOST + 1))

    drawn = data.content("Data", Answer("x"), replace(IT, inputs=names))

    assert 'class="path"' not in drawn
    assert "too many to draw" in drawn


def test_before_a_version_nobody_knows_what_feeds_what() -> None:
    assert "not known" in data.content("Data", Answer("x"), replace(IT, inputs=(), version=""))


def test_what_changed_is_told_with_what_it_touches() -> None:
    change = Change("moved", "weather", "rain", "rain by +0.5 sd (+0.3 to +0.7)", ("rain",))
    noted = Noted(END, 9, "build v2", 1200, ("v2",), (change,))

    drawn = data.content("Data", Answer("x"), replace(IT, changes=(noted,)))

    assert "build v2" in drawn
    assert "weather: rain by +0.5 sd" in drawn
    assert "1,200" in drawn
    assert "No change is on record" in data.content("Data", Answer("x"), IT)


def test_what_cleaning_changed_stands_beside_what_it_changed_before() -> None:
    span = Window(END, END)
    rain = Mended(
        "weather", "rain", "codes for missing", span, Estimate(0.4, 0.35, 0.45, 300),
        Estimate(0.01, 0.005, 0.015, 3000), Verdict.FAIL,
    )  # fmt: skip
    wait = Mended("requests", "wait", "impossible", span, None, None, Verdict.UNSURE)

    drawn = data.content("Data", Answer("x"), replace(IT, mended=(rain, wait)))

    assert "40.0% (35.0% to 45.0%) of 300" in drawn
    assert "1.0% (0.5% to 1.5%) of 3,000" in drawn
    assert drawn.count("not counted") == 2
    assert "What cleaning changed" not in data.content("Data", Answer("x"), IT)
