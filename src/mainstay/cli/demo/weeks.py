"""The months after the first certificate: a canary, then week after week of real requests."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from mainstay.cli.demo import traffic, year
from mainstay.cli.demo.story import Story
from mainstay.cli.demo.traffic import Door, Said
from mainstay.cli.demo.world import CELSIUS, INCHES, Defect, World
from mainstay.cli.demo.year import AUTHOR, Stage
from mainstay.control.commands import Deploy
from mainstay.control.handle import handle

WEEK = timedelta(days=7)
SHARE = 0.3
"""The part of all flights that is asked about."""


def lived(story: Story, stage: Stage, since: datetime, until: datetime, seed: int) -> None:
    """Goes live and answers until the end."""
    world = World(stage, SHARE, seed)
    with year.acting(stage, AUTHOR), story.step("deploy"):
        said = handle(stage.project, Deploy("v1", environment="replay"))
    story.tell(f"{since:%d %b}", said.headline)
    tally: Counter[str] = Counter()
    with traffic.door(stage) as door:
        door.follows(said.facts["sequence"])
        for number, start in enumerate(weeks(since, until)):
            _week(story, world, door, start, tally)
    print(tally, story.seconds)


def weeks(since: datetime, until: datetime) -> Iterator[datetime]:
    """The first moment of each whole week."""
    while since + WEEK <= until:
        yield since
        since += WEEK


def _week(story: Story, world: World, door: Door, since: datetime, tally: Counter[str]) -> None:
    with story.step("features"):
        requests = world.requests(since, since + WEEK)
    with story.step("requests"):
        for said in traffic.asked(
            door.port, requests, lambda now: year.set_clock(world.stage, now)
        ):
            tally[f"{said.status} {said.answer.get('decided_by')}"] += 1
