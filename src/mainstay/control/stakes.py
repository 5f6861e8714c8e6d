"""What acting on an open item is expected to be worth, in money a week."""

from datetime import timedelta

from mainstay.contract.metrics import VALUE
from mainstay.control import deploying, papers
from mainstay.control.project import Project
from mainstay.core.nouns import Estimate, Evidence
from mainstay.ledger.state import Version
from mainstay.life.certify.champion import CLAUSE

DAYS = 7
WEEK = timedelta(days=DAYS)


def of_incident(cost: Estimate | None) -> Estimate | None:
    """What is lost in a week while nobody acts; cost: a day's, None: not known."""
    return scaled(cost, DAYS) if cost else None


def of_version(project: Project, version: Version) -> Estimate | None:
    """What a version that waits earns a week above whoever answers now.

    Above the rule while nobody does, where that is no goal above doing nothing; else above the live
    version on the same held-out rows. At the pace of these rows. None where it was not measured.
    """
    live = deploying.live(project)
    names = [f"{CLAUSE}, {one}" if live else one for one in reversed(VALUE)]
    known = {one.clause: one for one in papers.behind(project, version).evidence if one.estimate}
    one = next((known[name] for name in names if name in known), None)
    return pace(one) if one else None


def pace(one: Evidence) -> Estimate | None:
    """Money per 1,000 rows as money a week, as many rows a week as there were."""
    if one.estimate is None or one.window is None or not one.estimate.n:
        return None
    weeks = (one.window.until - one.window.since) / WEEK
    return scaled(one.estimate, one.estimate.n / weeks / 1000) if weeks > 0 else None


def scaled(one: Estimate, by: float) -> Estimate:
    """So many times it, in the currency alone; by: 0 or more."""
    value, low, high = (each * by for each in (one.value, one.low, one.high))
    return Estimate(value, low, high, one.n, one.unit.partition(" ")[0])
