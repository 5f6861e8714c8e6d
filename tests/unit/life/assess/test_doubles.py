"""What is told of rows that are counted twice."""

from mainstay.contract.sla import Sla
from mainstay.core.nouns import Estimate, Evidence, Limit
from mainstay.data.promises import Asked, Promise
from mainstay.data.sla import Judged
from mainstay.life.assess.doubles import doubles

SLA = Sla.model_validate({"property": "overlap", "at_most": 0, "on_breach": "warn"})


def judged(source: str) -> Judged:
    seen = Evidence(
        "", source, "", "", estimate=Estimate(0.1, 0.1, 0.1, 80), limit=Limit("at_most", 0),
        note="a and b share 4 keys",
    )  # fmt: skip
    promise = Promise(source, SLA, "at", "", ("town", "at"))
    return Judged(Asked(promise, None, None), seen)  # type: ignore[arg-type]  # no time is asked


def test_files_that_share_rows_are_told_with_the_clause_that_forbids_it() -> None:
    (one,) = doubles((judged("lately"),))

    assert (one.clause, one.verdict, one.estimate.value) == ("counted twice: lately", None, 0.1)
    assert one.note == (
        "a and b share 4 keys; every sum and mean counts them twice; clause "
        " data.context.lately.sla: [{property: overlap, element: [town, at], at_most: 0}]"
    )


def test_of_two_sources_the_clause_of_the_first_names_the_other() -> None:
    (one,) = doubles((judged("lately and other"),))

    assert one.note.endswith(
        "clause  data.context.lately.sla: [{property: overlap, with: other, element: [town, at],"
        " at_most: 0}], or with on_breach: quarantine, which takes them from other alone"
    )
