"""`assess --all`: every project of a folder, the one worth most for its work first.

Worth is what the goal promises a month above the best rival, for each day of `objective.effort`.
"""

from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from mainstay.control import assessing, project
from mainstay.control.commands import Assess, AssessAll
from mainstay.core.answers import Answer, worst
from mainstay.core.errors import MainstayError, Missing
from mainstay.core.nouns import Estimate, Evidence, Verdict
from mainstay.core.progress import Tell
from mainstay.life.assess.worth import MONTH

METHOD = f"{MONTH} for a day of objective.effort"
CONTRACT = "contract.yaml"
DAY = timedelta(days=1)


class Candidate(NamedTuple):
    """A project and what its assessment came to; month: what it is worth, effort: in days."""

    model: str
    folder: str
    said: str
    verdict: Verdict
    month: Estimate | None = None
    effort: float | None = None

    @property
    def worth(self) -> Estimate | None:
        """Money a month for each day of work; None where one of both is not known."""
        if self.month is None or not self.effort:
            return None
        value, low, high = (
            one / self.effort for one in (self.month.value, self.month.low, self.month.high)
        )
        return Estimate(value, low, high, self.month.n, f"{self.month.unit} for a day of work")


def ranked(folder: Path, command: AssessAll, tell: Tell) -> Answer:
    """Assesses the project in the folder and in each one just below it. Raises Missing for none."""
    found = sorted(path.parent for path in (folder / CONTRACT, *folder.glob(f"*/{CONTRACT}")))
    places = [path for path in found if (path / CONTRACT).is_file()]
    if not places:
        hint = f"each project has a folder of its own with {CONTRACT}; --folder names another place"
        raise Missing(f"there is no project in {folder.resolve()} or just below it", hint)
    told = Assess(command.since, command.until)
    return answer(tuple(_candidate(place, told, tell) for place in places))


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
            tell(f"assessing {place}")
            found, objective = assessing.assess(opened, command), opened.document.contract.objective
            model = opened.model
    except MainstayError as error:
        return Candidate(place.name, str(place), str(error), Verdict.UNSURE)
    month = next((one.estimate for one in found.evidence if one.clause == MONTH), None)
    effort = objective.effort / DAY if objective.effort else None
    said = found.headline.removeprefix(f"{model}: ")
    return Candidate(model, str(place), said, found.verdict or Verdict.UNSURE, month, effort)


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
    note = f"{tied}{one.said}"
    return Evidence(one.model, one.folder, "", METHOD, estimate=worth, note=note)


def _headline(ordered: list[Candidate]) -> str:
    first, many = ordered[0], len(ordered)
    count = f"{many} projects" if many > 1 else "1 project"
    if first.worth is None:
        return f"{count}, none of them ranked: {_why(ordered)}."
    if first.verdict is Verdict.FAIL:
        return f"{count}, each of them with something to fix first."
    return f"{count}: begin with {first.model}, {first.worth.value:,.0f} {first.worth.unit}."


def _why(ordered: list[Candidate]) -> str:
    """What the ranking lacks, in the words of the contract."""
    lacking = [one for one in ordered if one.worth is None]
    effort = any(one.month and not one.effort for one in lacking)
    money = any(one.month is None for one in lacking)
    said = ["state objective.effort"] if effort else []
    return " and ".join([*said, *(["objective.value with a goal"] if money else [])])
