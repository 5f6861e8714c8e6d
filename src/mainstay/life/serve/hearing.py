"""What a table needs of the trial of its canary, without knowing how it judges."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from mainstay.bundle.guard import Judgement
from mainstay.core.nouns import Estimate, Limit


class Failing(NamedTuple):
    """A measure of the canary that misses its limit by its whole interval."""

    measure: str
    estimate: Estimate
    limit: Limit
    why: str

    @property
    def facts(self) -> dict[str, float | str]:
        """For the record."""
        found, bound = self.estimate, self.limit.bound
        return {
            "measure": self.measure, "value": found.value, "low": found.low,
            "rows": float(found.n), "limit": bound,
        }  # fmt: skip


class Hearing(Protocol):
    """Hears of every answer while there is a canary."""

    @property
    def canary(self) -> str:
        """The version on trial."""

    def saw(
        self, parts: Sequence[tuple[Any, Judgement]], said: Sequence[object], seconds: float
    ) -> None:
        """A request was answered; parts: the version of each record and what its rules found."""

    def failing(self) -> Failing | None:
        """What fails by now."""
