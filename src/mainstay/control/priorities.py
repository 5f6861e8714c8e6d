"""`assess --all`: every project of a folder, the one worth most for its work first.

Worth is what the goal promises a month above the best rival, times the chance that it is reached,
less new versions at the cheapest interval, for each day of `objective.effort`. Chance and interval
are those on record of the contract and code as they stand; where nobody foresaw them, the goal
counts as reached, and it is said.
"""

from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec

from mainstay.control import assessing, project
from mainstay.control.commands import Assess, AssessAll
from mainstay.control.hopes import FORESEEN, Hopes
from mainstay.core.answers import Answer, worst
from mainstay.core.errors import MainstayError, Missing
from mainstay.core.nouns import Estimate, Evidence, Verdict
from mainstay.core.progress import Tell
from mainstay.life.assess.prospects import percent
from mainstay.life.assess.worth import MONTH

METHOD = f"{MONTH} for a day of objective.effort"
EXPECTED = f"chance of the goal times {MONTH}, less retraining, for a day of objective.effort"
IF_REACHED = "if the goal is reached"
CONTRACT = "contract.yaml"
DAY = timedelta(days=1)


class Candidate(NamedTuple):
    """A project and what its assessment came to; month: what it is worth at its goal, effort: in
    days. hopes: what was foreseen; per_retrain: money of a new version, negative.
    """

    model: str
    folder: str
    said: str
    verdict: Verdict
    month: Estimate | None = None
    effort: float | None = None
    hopes: Hopes = Hopes()
    per_retrain: float = 0.0

    @property
    def worth(self) -> Estimate | None:
        """Money a month to expect, for each day of work; None where one of both is not known."""
        if self.month is None or not self.effort:
            return None
        chance = 1.0 if self.hopes.chance is None else self.hopes.chance
        upkeep = self.per_retrain * (self.hopes.retrainings or 0.0)
        value, low, high = (
            (chance * one + upkeep) / self.effort
            for one in (self.month.value, self.month.low, self.month.high)
        )
        return Estimate(value, low, high, self.month.n, f"{self.month.unit} for a day of work")


def ranked(folder: Path, command: AssessAll, tell: Tell) -> Answer:
    """Assesses the project in the folder and in each one just below it. Raises Missing for none."""
    found = sorted(path.parent for path in (folder / CONTRACT, *folder.glob(f"*/{CONTRACT}")))
    places = [path for path in found if (path / CONTRACT).is_file()]
    if not places:
        hint = f"each project has a folder of its own with {CONTRACT}; --folder names another place"
        raise Missing(f"there is no project in {folder.resolve()} or just below it", hint)
    told, many = Assess(command.since, command.until, command.foresee), len(places)
    candidates = [
        _candidate(place, told, _said_of(f"{at} of {many}, {place.name}", tell))
        for at, place in enumerate(places, start=1)
    ]
    return answer(tuple(candidates))


def answer(candidates: tuple[Candidate, ...]) -> Answer:
    """In the order of their worth; those whose worth is not known follow, by name.

    Money of one currency is never weighed against that of another: each has an order of its own.
    """
    ordered = sorted(candidates, key=_place)
    evidence = tuple(_evidence(at, one, ordered) for at, one in enumerate(ordered))
    verdicts = tuple(Evidence(one.model, "", "", "", verdict=one.verdict) for one in ordered)
    unknown = [one.model for one in ordered if one.worth is None]
    lines = [f"not ranked: {', '.join(unknown)}: {_why(ordered)}"] if unknown else []
    first = ordered[0]
    return Answer(
        _headline(ordered),
        worst(verdicts),
        evidence,
        tuple(lines),
        next=f"mainstay assess --folder {first.folder}",
        facts={"order": [one.model for one in ordered if one.worth is not None]},
    )


def _candidate(place: Path, command: Assess, tell: Tell) -> Candidate:
    """One project that cannot be assessed does not keep the others from it."""
    try:
        with project.opened(place, tell) as opened:
            tell("assessing")
            found, objective = assessing.assess(opened, command), opened.document.contract.objective
            model = opened.model
    except MainstayError as error:
        return Candidate(place.name, str(place), str(error), Verdict.UNSURE)
    return Candidate(
        model,
        str(place),
        found.headline.removeprefix(f"{model}: "),
        found.verdict or Verdict.UNSURE,
        next((one.estimate for one in found.evidence if one.clause == MONTH), None),
        objective.effort / DAY if objective.effort else None,
        msgspec.convert(found.facts[FORESEEN] or {}, Hopes),
        objective.value.per_retrain if objective.value else 0.0,
    )


def _said_of(name: str, tell: Tell) -> Tell:
    """Whose step it is."""

    def told(step: str, /, *, done: int = 0, of: int = 0) -> None:
        tell(f"{name}: {step}", done=done, of=of)

    return told


def _place(one: Candidate) -> tuple[bool, bool, str, float, str]:
    """Broken ones are behind what can be begun."""
    worth = one.worth
    broken = one.verdict is Verdict.FAIL
    if worth is None:
        return True, broken, "", 0.0, one.model
    return False, broken, worth.unit, -worth.value, one.model


def _evidence(at: int, one: Candidate, ordered: list[Candidate]) -> Evidence:
    worth, before = one.worth, ordered[at - 1].worth if at else None
    alike = worth and before and worth.unit == before.unit and worth.high >= before.low
    tied = f"not told apart from {ordered[at - 1].model}; " if alike else ""
    note = f"{tied}{_hoped(one)}{one.said}"
    method = METHOD if one.hopes.chance is None else EXPECTED
    return Evidence(one.model, one.folder, "", method, estimate=worth, note=note)


def _hoped(one: Candidate) -> str:
    """Under which condition, or by which chance and upkeep, it is worth so much."""
    if one.worth is None:
        return ""
    chance, often = one.hopes.chance, one.hopes.retrainings
    told = IF_REACHED if chance is None else f"the goal is reached by a chance of {percent(chance)}"
    if one.per_retrain and often is None:
        return f"{told}, before what retraining costs; "
    if one.per_retrain and often:
        return f"{told}, less {often:.2g} new versions a month; "
    return f"{told}; "


def _headline(ordered: list[Candidate]) -> str:
    first, many = ordered[0], len(ordered)
    count = f"{many} projects" if many > 1 else "1 project"
    if first.worth is None:
        return f"{count}, none of them ranked: {_why(ordered)}."
    if first.verdict is Verdict.FAIL:
        return f"{count}, each of them with something to fix first."
    worth = f"{first.worth.value:,.0f} {first.worth.unit}"
    condition = f" {IF_REACHED}" if first.hopes.chance is None else ""
    return f"{count}: begin with {first.model}, {worth}{condition}."


def _why(ordered: list[Candidate]) -> str:
    """What the ranking lacks, in the words of the contract."""
    lacking = [one for one in ordered if one.worth is None]
    effort = any(one.month and not one.effort for one in lacking)
    money = any(one.month is None for one in lacking)
    said = ["state objective.effort"] if effort else []
    return " and ".join([*said, *(["objective.value with a goal"] if money else [])])
