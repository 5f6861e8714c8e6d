"""The health of a model that is made up: two versions, two inputs, one incident."""

from datetime import UTC, datetime, timedelta

from mainstay.control.health import Health, Mark, Point, Question, Task
from mainstay.core.nouns import Estimate, Evidence, Limit, Verdict
from mainstay.data.profile import Numbers, Profile, Texts

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
LIMIT = Limit("at_least", 0.66)
ASKED = ("worth it", "right", "data", "last", "answering")


def point(week: int, version: str = "v1", value: float = 0.7) -> Point:
    """A look some weeks after NOON."""
    return Point(NOON + week * WEEK, version, Estimate(value, value - 0.04, value + 0.04, 900, ""))


def profile(wait: tuple[int, ...], nulls: int, town: tuple[int, int]) -> Profile:
    """Counts of a number and of a text of two levels."""
    edges = tuple(float(at) for at in range(len(wait) - 1))
    return Profile(
        sum(wait) + nulls,
        (
            Numbers("wait", nulls, 0, None, edges, wait),
            Texts("town", 0, ("here", "there"), town, 0),
        ),
    )


def whole() -> Health:
    """All parts of it filled."""
    return Health(
        model="no-show",
        owner="clinic <desk>",
        version="v2",
        share=1.0,
        at=NOON + 6 * WEEK,
        sentence="▲ keep serving v2 and wait: roc_auc 0.7 is not clear of its limit.",
        questions=tuple(Question(one, Verdict.UNSURE, "0.7", "0.6 to 0.8") for one in ASKED),
        metric="roc_auc",
        limit=LIMIT,
        realised=(point(0), point(1), point(3, "v2"), point(4, "v2")),
        estimated=(point(5, "v2", 0.72),),
        marks=(Mark(NOON, "deployed", "v1 100%"), Mark(NOON + 2 * WEEK, "incident", "unit: rain")),
        moved=("town",),
        weights={"wait": 0.8, "town": 0.2},
        trained=profile((10, 10, 10, 10), 0, (20, 20)),
        lately=(profile((5, 5, 5, 5), 20, (30, 10)),),
        promises=(
            Evidence("realised, roc_auc", "v2", "", "", estimate=point(4).estimate, limit=LIMIT),
            Evidence("estimated, roc_auc", "v2", "", "", limit=LIMIT),
        ),
        tasks=(Task("ask the owner", "<late>", "somebody · now", Verdict.FAIL, "incident show 7"),),
    )
