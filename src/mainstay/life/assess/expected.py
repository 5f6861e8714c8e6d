"""What to expect of a model that is trained now, in a clause of the verdict sentence."""

from mainstay.core.nouns import Estimate
from mainstay.life.assess.promised import SHARE, Promise, told
from mainstay.stats.forecasts.outlook import Outlook
from mainstay.stats.forecasts.shelf import ShelfLife

UNTOLD = "how long it lasts cannot be told yet"


def expected(promised: Promise, now: Outlook | None, life: ShelfLife | None, days: int) -> str:
    """How good, on rows that come later where that was seen, and how long; 80 % intervals.

    Empty where neither can be told. now: from the learning curve; days: of a period of life.
    """
    if life is not None and life.breach is not None:
        return f"expect {_level(promised, life)} and {_span(promised, life, days)}"
    if now is None:
        return UNTOLD
    error = now.now
    score = Estimate(1 - error.value, 1 - error.high, 1 - error.low, error.n)
    return f"expect {_told(promised, score)}; {UNTOLD}"


def _level(promised: Promise, life: ShelfLife) -> str:
    low, middle, high = map(float, life.path[:, 0])
    return _told(promised, Estimate(middle, low, high, 1))


def _told(promised: Promise, score: Estimate) -> str:
    found = promised.value(score)
    return f"{told(found.value)} {found.unit} ({told(found.low)}–{told(found.high)})"


def _span(promised: Promise, life: ShelfLife, days: int) -> str:
    """A range, whatever the grade; no age beyond the longest seen."""
    assert life.breach is not None, "told only of a life that was foretold"
    low, high, most = life.breach.low, life.breach.high, life.seen * days
    if low > life.seen:
        return f"more than {most} days, the oldest ever seen, {_until(promised)}"
    last = f"{high * days:.0f}" if high <= life.seen else f"more than {most}"
    span = last if low == high else f"{low * days:.0f} to {last}"
    return f"{span} days {_until(promised)}"


def _until(promised: Promise) -> str:
    if promised.limit is None:
        return f"before it ages below {SHARE} of its skill"
    side = "below" if promised.limit.comparison == "at_least" else "above"
    unit = f" {promised.currency}" if promised.currency else ""
    return f"before it ages {side} {promised.limit.bound:,.10g}{unit}"
