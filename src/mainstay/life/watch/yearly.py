"""Where seasonal columns are held against the same weeks of the year before, and where they cannot.

What is held so is judged as any other column, within the same budget of false alarms. Answers that
hang on such columns follow the calendar too, but nothing says what they were a year before.
"""

from datetime import datetime

import numpy as np

from mainstay.contract.operation import Watch
from mainstay.core.nouns import Window
from mainstay.data.profile import Profile
from mainstay.life.watch import parts
from mainstay.life.watch.parts import Group
from mainstay.stats import years


def lacking(
    stated: Watch,
    trained: tuple[Profile, ...],
    spans: tuple[Window, ...],
    since: datetime | None,
) -> str:
    """Why no year before can be held against the last of the spans; empty where one is, or is not

    asked for.
    """
    if stated.season != "year":
        return ""
    if since is None:
        return "not covered: it is not known when the training rows begin"
    rows = np.array([one.rows for one in trained], dtype=np.float64)
    days = parts.days(since, len(trained), spans)
    enough, known = years.covered(rows, days)
    if not enough:
        held = len(trained) * days.width
        return f"not covered: trained on {held:.0f} days, {years.LEAST:.0f} tell how years differ"
    if not known[-1]:
        return "not covered: the training rows hold no year before the newest window"
    return ""


def held(stay: Group, season: Group, importance: dict[str, float]) -> tuple[Group, Group, Group]:
    """The columns that must stay, the seasonal ones, and the answers that follow these."""
    weight = parts.weights((*stay.names, *season.names), importance)
    shares = [sum(weight[name] for name in one.names) for one in (stay, season)]
    return (
        stay._replace(share=shares[0]),
        season._replace(answers=None, share=shares[1], yearly=True),
        Group((), season.answers),
    )
