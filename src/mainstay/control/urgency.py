"""How soon somebody must act: one rule over what an incident costs, burns and leaves of time.

- `now`: half or more of what the model earns is lost, the share of decisions that stay without an
  answer is ten times what is allowed, or the certificate is over. Only harm that was measured or
  is certain is ever `now`; that something moved is not.
- `today`: a tenth or more of it is lost, more decisions than allowed stay without an answer, a goal
  is broken, the certificate ends within three days, or a source is in error.
- `this week`: everything else.
"""

from datetime import timedelta
from typing import Literal, NamedTuple

from mainstay.core.nouns import Estimate

Urgency = Literal["now", "today", "this week"]
ORDER: dict[Urgency, int] = {"now": 0, "today": 1, "this week": 2}
HALF, TENTH, BURN = 0.5, 0.1, 10.0
SOON = timedelta(days=3)


class Hurt(NamedTuple):
    """What is known of it. cost, earns: money a day, lost and earned, None: not known.

    burn: the share without an answer over the share allowed, 0 where none is. left: time to the
    end of the certificate, where that is the matter. goal: a goal is broken on labels. source: the
    error is a source's.
    """

    cost: Estimate | None = None
    earns: Estimate | None = None
    burn: float = 0.0
    left: timedelta | None = None
    goal: bool = False
    source: bool = False


class Due(NamedTuple):
    """When, why in half a sentence, and whether harm is done, not only possible."""

    urgency: Urgency
    why: str
    harm: bool


def due(hurt: Hurt) -> Due:
    """The most urgent that holds; total."""
    found = [one for rule in (_money, _burn, _left, _goal, _source) if (one := rule(hurt))]
    nothing = Due("this week", "nothing is known to be lost", harm=False)
    first = min(found, key=lambda one: ORDER[one.urgency], default=nothing)
    return first._replace(harm=any(one.harm for one in found))


def worst(some: tuple[Due, ...]) -> Due:
    """The most urgent of several, the first of equals; harm where any harms."""
    first = min(some, key=lambda one: ORDER[one.urgency])
    return first._replace(harm=any(one.harm for one in some))


def _money(hurt: Hurt) -> Due | None:
    if hurt.cost is None or hurt.cost.low <= 0:
        return None
    if hurt.earns is None or hurt.earns.value <= 0:
        return Due("today", "money is lost every day", harm=True)
    share = hurt.cost.value / hurt.earns.value
    why = f"{min(share, 9.99):.0%} of what the model earns is lost"
    when: Urgency = "now" if share >= HALF else "today" if share >= TENTH else "this week"
    return Due(when, why, harm=True)


def _burn(hurt: Hurt) -> Due | None:
    if hurt.burn <= 1:
        return None
    why = f"{hurt.burn:,.1f} times as many decisions as allowed get no answer"
    return Due("now" if hurt.burn >= BURN else "today", why, harm=True)


def _left(hurt: Hurt) -> Due | None:
    if hurt.left is None:
        return None
    if hurt.left <= timedelta(0):
        return Due("now", "the certificate is over: the fallback answers", harm=True)
    days = hurt.left / timedelta(days=1)
    soon: Urgency = "today" if hurt.left <= SOON else "this week"
    return Due(soon, f"the fallback answers in {days:,.1f} days", harm=False)


def _goal(hurt: Hurt) -> Due | None:
    return Due("today", "a goal is broken", harm=True) if hurt.goal else None


def _source(hurt: Hurt) -> Due | None:
    return Due("today", "a source is in error", harm=False) if hurt.source else None
