"""Slices that nobody declared, as a table."""

from mainstay.control.pages import found
from mainstay.core.nouns import Estimate, Limit
from mainstay.life.certify.found_slices import Found, Shown


def shown(name: str, low: float, standing: str) -> Shown:
    return Shown(name, Estimate(low + 0.05, low, low + 0.1, 900), Estimate(0.1, 0.02, 0.18, 900),
                 standing)  # fmt: skip


LIMIT = Limit("at_least", 0.55)


def of(*some: Shown, limit: Limit | None = LIMIT) -> Found:
    return Found("roc_auc", limit, 28_000, 2255, 0.71, 0.04, some)


def test_where_nothing_stands_out_the_worst_is_shown_as_luck_and_never_green() -> None:
    text = found.drawn(of(shown("wait < 3", 0.6, "may be luck")))

    assert "2,255 slices of 28,000 decisions searched: none is proven to miss ≥ 0.55;" in text
    assert "none stands out, the worst may be bad luck; one that is 0.04 worse" in text
    assert 'class="state unknown"' in text
    assert "0.650" in text


def test_what_stands_out_is_said_with_how_much_of_it_is_luck() -> None:
    text = found.drawn(of(shown("wait < 3", 0.6, "stands out")))

    assert "1 slice shown here is worse than all rows" in text
    assert "at most 10% is luck" in text


def test_a_broken_slice_is_named_first() -> None:
    text = found.drawn(of(shown("wait < 3", 0.3, "broken"), shown("x", 0.6, "stands out")))

    assert "proven to miss roc_auc ≥ 0.55: wait &lt; 3." in text
    assert 'class="state fail"' in text


def test_without_a_limit_nothing_is_drawn_against_one() -> None:
    text = found.drawn(of(shown("wait < 3", 0.6, "may be luck"), limit=None))

    assert "Shaded" not in text
    assert "proven" not in text
