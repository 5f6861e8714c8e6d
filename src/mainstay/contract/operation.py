"""How a version is trained, judged, served and watched, and who may let it through."""

from datetime import timedelta
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, MinLen
from pydantic import AfterValidator

from mainstay.contract.clauses import Clause, Place, Section
from mainstay.contract.generalising import Generalises
from mainstay.contract.goals import AtLeast, AtMost, Ceiling, limit
from mainstay.contract.metrics import Metric
from mainstay.contract.rivals import Champion, Robust, Simplest
from mainstay.contract.terms import (
    Names,
    Number,
    PerYear,
    Positive,
    Share,
    Slug,
    Span,
    Whole,
    wrong,
)
from mainstay.core.nouns import Limit
from mainstay.core.rules import Unknown

TOLERANCES = ("selection", "opportunity", "calibration", "error")
_EVERYWHERE: tuple[Place, ...] = ("bench", "door", "field")


class Train(Section):
    """What train() is given."""

    window: Annotated[
        Span | None, Clause("how much history; without it, all of it", ("bench", "field"))
    ] = None
    seed: Annotated[
        Whole, Ge(0), Le(2**32 - 1), Clause("the seed of every random choice", ("bench",))
    ] = 0


class Slices(Section):
    """The groups each of which must be good enough."""

    by: Annotated[Names, MinLen(1), Clause("one slice per value of each", ("bench", "door"))]
    metric: Annotated[Metric, Clause("what is measured", ("bench", "field"))]
    at_least: AtLeast = None
    at_most: AtMost = None
    least_rows: Annotated[
        Whole, Ge(1), Clause("a slice with fewer is not covered", ("bench", "door"))
    ] = 1000
    found: Annotated[
        Literal["break", "show"],
        Clause("what a slice does that nobody named and that is proven to miss it", ("bench",)),
    ] = "break"

    @property
    def limit(self) -> Limit:
        return limit(self.at_least, self.at_most)


class Distance(Section):
    """How far two groups may be apart, in the unit of what is measured."""

    at_most: Annotated[Number, Ge(0), Clause("the most that is good enough", ("bench",))]

    @property
    def limit(self) -> Limit:
        return Limit("at_most", self.at_most)


class Fairness(Section):
    """Groups that must be treated alike; each tolerance is of the two groups farthest apart."""

    groups: Annotated[
        Names,
        MinLen(1),
        Clause("columns that say who is in which group; no request carries them", ("bench",)),
    ]
    selection: Annotated[
        Ceiling | None, Clause("how far the shares decided yes may be apart", ("bench",))
    ] = None
    opportunity: Annotated[
        Ceiling | None,
        Clause("how far the shares found among those who are a yes may be apart", ("bench",)),
    ] = None
    calibration: Annotated[
        Ceiling | None,
        Clause("how far apart what happens may be from what scores promise", ("bench",)),
    ] = None
    error: Annotated[
        Distance | None,
        Clause("how far the shares decided wrong, or mean errors, may be apart", ("bench",)),
    ] = None
    least_rows: Annotated[
        Whole, Ge(1), Clause("a group in which fewer count leaves it unsure", ("bench",))
    ] = 100

    @property
    def tolerances(self) -> dict[str, Limit]:
        """What is stated, by name."""
        stated = {name: getattr(self, name) for name in TOLERANCES}
        return {name: one.limit for name, one in stated.items() if one is not None}


class Certify(Section):
    """What a version must show before it may go live."""

    hold_out: Annotated[
        Span, Clause("the last stretch of the period, never trained on", ("bench",))
    ] = timedelta(days=31)
    slices: Annotated[
        Slices | None, Clause("groups judged on their own; without it, none", ("bench", "door"))
    ] = None
    fairness: Annotated[
        Fairness | None, Clause("groups that must be treated alike; without it, none", ("bench",))
    ] = None
    calibration_error: Annotated[
        Ceiling, Clause("how far probabilities are from shares; not in regression", ("bench",))
    ] = Ceiling(at_most=0.1)
    stopped: Annotated[
        Ceiling, Clause("rows that reject and fallback may stop, trained or held out", ("bench",))
    ] = Ceiling(at_most=0.01)
    champion: Annotated[
        Champion, Clause("a candidate against the version that is live", ("bench",))
    ] = Champion()
    simplest: Annotated[Simplest, Clause("a model against something simpler", ("bench",))] = (
        Simplest()
    )
    robust: Annotated[Robust, Clause("what errors of inputs may cost unnoticed", ("bench",))] = (
        Robust()
    )
    generalises: Annotated[
        Generalises, Clause("what holds on rows that nobody learned from", ("bench",))
    ] = Generalises()
    copies: Annotated[
        Ceiling,
        Clause("held-out rows that may be training rows again, beyond chance", ("bench",)),
    ] = Ceiling(at_most=0.01)
    cannot_tell: Annotated[
        Literal["open", "stop"],
        Clause("what to do with a hold-out whose days will hardly tell a goal", ("bench",)),
    ] = "open"
    looks: Annotated[
        Whole,
        Ge(1),
        Clause("how many versions may be judged on the same held-out rows", ("bench",)),
    ] = 10
    lasts: Annotated[Span, Clause("how long a certificate is valid at most", ("bench", "door"))] = (
        timedelta(days=180)
    )
    foresee: Annotated[
        Literal["on_request", "always"],
        Clause("whether certify fits models to forecast ageing where nobody asked", ("bench",)),
    ] = "on_request"
    accept_unsure: Annotated[
        Names, Clause("gates that may be unsure, named before the hold-out opens", ("bench",))
    ] = ()


class Journal(Section):
    """What the door does not write down as it came: columns that only say who it is."""

    drop: Annotated[Names, Clause("columns that are not written down", ("door",))] = ()
    pseudonymise: Annotated[
        Names, Clause("columns written down as keyed hashes, that labels still join", ("door",))
    ] = ()


class Breaker(Section):
    """When so much of what arrives breaks rules that the rest is doubtful too."""

    breaches: Annotated[
        Share, Gt(0), Clause("the share of rows that reject and fallback stop", ("door",))
    ] = 0.5
    over: Annotated[Span, Clause("among the rows of the last", ("door",))] = timedelta(minutes=1)
    least_rows: Annotated[Whole, Ge(1), Clause("fewer rows than these say nothing", ("door",))] = 50
    on_breach: Annotated[
        Literal["flag", "fallback"], Clause("what the rows that keep the rules get", ("door",))
    ] = "flag"


class Rollback(Section):
    """By how much a canary may do worse than who answers beside it, before the door drops it."""

    errors: Annotated[Share, Clause("more rows that its engine fails on", ("door",))] = 0.01
    slower: Annotated[Share, Clause("more answers beyond latency_p99", ("door",))] = 0.01
    stopped: Annotated[Share, Clause("more rows that its rules stop", ("door",))] = 0.01
    shift: Annotated[Positive, Clause("another mean score, in standard deviations", ("door",))] = (
        0.5
    )


class Resources(Section):
    """What a model may take of a door."""

    concurrency: Annotated[
        Whole,
        Ge(1),
        Clause("requests under way in its own process at most; more are told 429", ("door",)),
    ] = 256
    priority: Annotated[
        Literal["high", "normal", "low"],
        Clause("who is told 429 last when models of one door crowd each other", ("door",)),
    ] = "normal"


def _band(ends: tuple[float, ...]) -> tuple[float, ...]:
    """Two probabilities, low first, that leave something to the model."""
    if len(ends) != 2:
        raise wrong("is no range", "write two probabilities, for example [0.4, 0.6]")
    low, high = ends
    if low > high:
        hint = f"write the lower end first: [{high:g}, {low:g}]"
        raise wrong(f"is [{low:g}, {high:g}]", hint)
    if (low, high) == (0, 1):
        raise wrong("is [0, 1], which leaves nothing to the model", "for example [0.4, 0.6]")
    return ends


class Abstain(Section):
    """The scores that the model does not decide on."""

    between: Annotated[
        tuple[Share, ...],
        AfterValidator(_band),
        Clause("scores on which the model decides nothing, both included", _EVERYWHERE),
    ]
    to: Annotated[Literal["person", "baseline"], Clause("who decides them instead", _EVERYWHERE)]


class Serve(Section):
    """How the door answers."""

    latency_p99: Annotated[
        Span, Clause("99 of 100 single answers are faster", ("bench", "field"))
    ] = timedelta(milliseconds=20)
    fallback: Annotated[
        Literal["baseline", "previous"],
        Clause("what answers where the model may not", ("door",)),
    ] = "baseline"
    breaker: Annotated[Breaker, Clause("when too much of what arrives breaks rules", ("door",))] = (
        Breaker()
    )
    rollback: Annotated[
        Rollback, Clause("what makes the door drop a canary by itself", ("door",))
    ] = Rollback()
    resources: Annotated[Resources, Clause("what the model may take of a door", ("door",))] = (
        Resources()
    )
    uncovered: Annotated[
        Literal["flag", "fallback"], Clause("how slices not covered are answered", ("door",))
    ] = "flag"
    abstain: Annotated[
        Abstain | None, Clause("where the model is too unsure to decide", _EVERYWHERE)
    ] = None
    durability: Annotated[
        Literal["group", "ack"],
        Clause("answers are on disk within 50 ms, or before they go", ("door",)),
    ] = "group"
    journal: Annotated[Journal, Clause("what of requests is written down", ("door",))] = Journal()
    unknown_fields: Annotated[
        Unknown, Clause("what a request gets with a field that nobody asked for", ("door",))
    ] = "reject"
    canary: Annotated[
        Share, Gt(0), Clause("the share of entities a new version answers first", ("door",))
    ] = 0.1
    context: Annotated[
        Literal["sent", "lookup"],
        Clause("whether requests carry context, or the door looks up what they lack", ("door",)),
    ] = "sent"
    cold: Annotated[
        Literal["flag", "fallback"],
        Clause("what a row gets of which a looked-up context knows nothing", ("door",)),
    ] = "flag"
    stale: Annotated[
        Literal["flag", "fallback"],
        Clause("what a row gets whose looked-up context is not fresh", ("door",)),
    ] = "flag"


class Unforeseen(Section):
    """What follows when many inputs break at once, or what the answers are worth collapses.

    No version is promoted meanwhile that was not proven on decisions since then.
    """

    answer: Annotated[
        Literal["model", "baseline", "previous", "person"],
        Clause("who answers until labels bear the model out again", ("door", "field")),
    ] = "model"
    train: Annotated[
        Literal["all", "recent", "alike"],
        Clause("which rows count more in a version that is built meanwhile", ("bench", "field")),
    ] = "all"


class Skew(Section):
    """How far what a door looks up may be from what training would see."""

    at_most: Annotated[Share, Clause("the share of other values that is no incident", ("field",))]

    @property
    def limit(self) -> Limit:
        return Limit("at_most", self.at_most)


class Watch(Section):
    """How live data is judged."""

    window: Annotated[Span, Clause("what is judged at a time", ("field",))] = timedelta(days=1)
    false_alarms: Annotated[PerYear, Clause("the budget of alarms about nothing", ("field",))] = 1.0
    tolerated_shift: Annotated[
        Positive,
        Clause("the smallest lasting shift to find, in training standard deviations", ("field",)),
    ] = 0.1
    unverified_after: Annotated[
        Span, Clause("how long without a label until an estimate counts for nothing", ("field",))
    ] = timedelta(days=30)
    seasonal: Annotated[Names, Clause("columns that may move with the calendar", ("field",))] = ()
    season: Annotated[
        Literal["stated", "year"],
        Clause(
            "whether these may move as they like, or are held against the year before", ("field",)
        ),
    ] = "stated"
    retrain: Annotated[
        Literal["when_it_pays", "on_request"],
        Clause("whether `run` builds the version that pays, or a person", ("field",)),
    ] = "when_it_pays"
    unforeseen: Annotated[
        Unforeseen, Clause("when the world changes all at once", ("door", "field"))
    ] = Unforeseen()
    skew: Annotated[
        Skew, Clause("looked-up values that are not those training would see", ("field",))
    ] = Skew(at_most=0.01)


class Access(Section):
    """Who may do what; keys are bound to names in the trust file."""

    approver: Annotated[
        Slug | None,
        Clause("who must sign; without one, the owner", ("bench", "door")),
    ] = None
