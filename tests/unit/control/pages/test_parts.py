"""States, numbers and tables."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from mainstay.control.pages import parts
from mainstay.control.pages.parts import Cell
from mainstay.core.nouns import Estimate, Evidence, Limit, Window

AT_LEAST = Limit("at_least", 0.6)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(0.61, 0.7, "pass"), (0.5, 0.7, "unsure"), (0.5, 0.59, "fail")],
)
def test_a_verdict_comes_from_interval_and_limit(low: float, high: float, verdict: str) -> None:
    estimate = Estimate((low + high) / 2, low, high, 100)
    bar = parts.interval_bar(estimate, AT_LEAST)

    assert parts.judged(Evidence("a", "v1", "", "", estimate=estimate, limit=AT_LEAST)) == verdict
    assert f'class="interval {verdict}"' in bar
    assert "limit ≥ 0.6" in bar


def test_what_nobody_measured_is_unknown() -> None:
    assert parts.judged(Evidence("a", "v1", "", "", limit=AT_LEAST)) == "unknown"


def test_a_state_is_shape_and_word() -> None:
    shapes = {parts.state(kind, "word").partition("> word")[0] for kind in parts.SHAPES}

    assert len(shapes) == 4
    assert "> accepted<" in parts.state("unsure", "accepted")
    assert "> fail<" in parts.state("fail")


def test_the_allowed_side_is_shaded() -> None:
    estimate = Estimate(0.5, 0.4, 0.6, 10)
    least, most = (
        parts.interval_bar(estimate, Limit(side, 0.5)) for side in ("at_least", "at_most")
    )

    assert 'class="zone" x="64"' in least
    assert 'class="zone" x="4"' in most


@pytest.mark.parametrize(
    ("estimate", "value", "interval"),
    [
        (Estimate(0.70742, 0.6708, 0.7447, 9), "0.707", "0.671 to 0.745"),
        (Estimate(1124.08, 489.2, 2182.57, 9), "1,124", "489 to 2,183"),
        (Estimate(-12.5, -20.04, 0.0, 9), "−12.5", "−20.0 to 0"),
        (Estimate(0.149, 0.085, 8.103, 9), "0.15", "0.09 to 8.10"),
        (Estimate(0.0, 0.0, 0.000131, 9), "0", "0 to 0.00013"),
        (Estimate(3.0, 3.0, 3.0, 9), "3", "exact"),
    ],
)
def test_numbers_have_the_digits_that_matter(estimate: Estimate, value: str, interval: str) -> None:
    assert (parts.value_of(estimate), parts.interval_of(estimate)) == (value, interval)


@pytest.mark.parametrize(("bound", "words"), [(0.005, "0.005"), (1e6, "1,000,000"), (-2, "−2")])
def test_a_bound_is_written_out(bound: float, words: str) -> None:
    assert parts.bound_of(Limit("at_most", bound)) == f"≤ {words}"


def test_the_first_cell_heads_its_row_and_text_is_escaped() -> None:
    made = parts.table(("A", parts.number("B")), [("<x>", Cell("2", "num mute"))], "gates")

    assert '<table class="gates">' in made
    assert '<th scope="row">&lt;x&gt;</th><td class="num mute">2</td>' in made
    assert '<th class="num" scope="col">B</th>' in made


def test_days_are_those_of_utc() -> None:
    moment = datetime(2013, 9, 28, 1, tzinfo=timezone(timedelta(hours=2)))

    assert parts.day(moment) == "27 September 2013"
    assert parts.brief(moment) == "27 Sep 2013"
    assert parts.minute(moment) == "27 September 2013, 23:00 UTC"


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        ((2013, 3, 1), (2013, 4, 1), "1 to 31 March 2013"),
        ((2013, 1, 1), (2013, 3, 1), "1 January to 28 February 2013"),
        ((2012, 12, 31), (2013, 1, 2), "31 December 2012 to 1 January 2013"),
        ((2013, 3, 1), (2013, 3, 2), "1 March 2013"),
    ],
)
def test_a_period_names_its_first_and_last_day(
    since: tuple[int, int, int], until: tuple[int, int, int], words: str
) -> None:
    window = Window(datetime(*since, tzinfo=UTC), datetime(*until, tzinfo=UTC))

    assert parts.period(window) == words


def test_one_is_not_many() -> None:
    assert (parts.counted(1, "gate"), parts.counted(1200, "gate")) == ("1 gate", "1,200 gates")


def test_the_style_brings_its_fonts() -> None:
    style = parts.stylesheet()

    assert style.count("url(data:font/woff2;base64,d09GMg") == 2
    assert "url(fonts" not in style


def test_a_document_may_load_nothing() -> None:
    assert "default-src &#x27;none&#x27;" in parts.document("a")


def test_a_cell_of_a_table_that_folds_is_named_by_its_column() -> None:
    rows = [("wait", parts.number("7"))]

    folded = parts.table(("Field", parts.number("Rows")), rows, "stack")

    assert '<td class="num" data-of="Rows">7</td>' in folded
    assert "data-of" not in parts.table(("Field", "Rows"), rows)


def test_a_table_that_scrolls_sideways_is_reached_by_keyboard() -> None:
    box = parts.table(("Gate", "n"), [("roc_auc", "9")]).partition(">")[0]

    assert 'class="scroll"' in box
    assert 'tabindex="0"' in box
    assert 'aria-label="Gate, table"' in box
