"""The life of a model on one axis."""

from datetime import UTC, datetime, timedelta

from mainstay.control.living import Lived, Moment, Span
from mainstay.control.pages import life
from mainstay.core.answers import Answer

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
IT = Lived(
    "no-show", NOON + 9 * DAY, (Span("v1", NOON, NOON + 2 * DAY, 0.1), Span("v1", NOON, None, 1.0)),
    (Span("rain moved", NOON + DAY, None),),
    (
        Moment(NOON, "work", "Built", "v1 built", "ana", 1),
        Moment(NOON + DAY, "incident", "IncidentOpened", "incident: <rain>", "ana", 2),
    ),
)  # fmt: skip


def test_every_event_stands_on_the_axis_and_in_the_table() -> None:
    drawn = life.content("Life", Answer("no-show"), IT)

    axis, _, table = drawn.partition("Everything that happened")
    assert axis.count('class="happened') == 2
    assert axis.count('class="span"') == 2
    assert table.index("incident: &lt;rain&gt;") < table.index("v1 built")


def test_a_larger_share_is_a_taller_bar() -> None:
    drawn = life.content("Life", Answer("no-show"), IT)

    tall = [one.partition('height="')[2].partition('"')[0] for one in drawn.split('class="span"')]
    assert float(tall[1]) < float(tall[2])


def test_an_empty_life_says_so() -> None:
    empty = Lived("no-show", NOON, (), (), ())

    assert "nothing is green" in life.content("Life", Answer("x"), empty)
