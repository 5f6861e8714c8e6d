"""What the callers of a year saw, counted; shared by the thread that asks and the one that acts."""

import threading
from collections import Counter
from typing import Any, NamedTuple

from mainstay.cli.demo.traffic import Said
from mainstay.cli.demo.world import INCHES, Defect


class Count(NamedTuple):
    """So far."""

    requests: int
    failed: int


class Tally:
    """asked: the keys of all requests. Findings are kept with the defect of their week."""

    def __init__(self) -> None:
        self.asked: set[str] = set()
        self._outcomes: Counter[tuple[str, str]] = Counter()
        self._requests = self._failed = 0
        self._findings: list[tuple[Defect | None, dict[str, Any]]] = []
        self._changed = threading.Condition()

    def add(self, said: Said, defect: Defect | None) -> None:
        """One request and what it got."""
        kind = "clean"
        if said.request.corrupted:
            kind = "at the door" if defect is INCHES else "in the window"
        with self._changed:
            self.asked.add(said.request.key)
            self._requests += 1
            self._failed += said.failed
            self._outcomes[kind, said.outcome] += 1
            self._changed.notify_all()

    def snapshot(self) -> Count:
        """The counts of now."""
        with self._changed:
            return Count(self._requests, self._failed)

    def wait(self, requests: int) -> None:
        """Until so many requests were answered, at most a minute."""
        with self._changed:
            self._changed.wait_for(lambda: self._requests >= requests, 60)

    def incident(self, finding: dict[str, Any], defect: Defect | None) -> None:
        """One that was opened in a week with this defect."""
        self._findings.append((defect, finding))

    def named(self, defect: Defect) -> bool:
        """Whether its weeks named a change of unit of its columns, each and no other."""
        named = [
            one["columns"]
            for week, one in self._findings
            if week is defect and one["clause"] == "unit"
        ]
        return {column for some in named for column in some} == set(defect.columns)

    def figures(self) -> dict[str, Any]:
        """What demo.json says of requests."""
        spoilt = {
            kind: {one: count for (of, one), count in self._outcomes.items() if of == kind}
            for kind in ("at the door", "in the window")
        }
        return {
            "requests": self._requests,
            "failed": self._failed,
            "stopped": spoilt,
            "stopped_clean": self._share("clean"),
            "defect_caught_at_door": self._share("at the door") >= 0.95
            and self._share("clean") <= 0.001,
        }

    def _share(self, kind: str) -> float:
        """Of the rows of a kind, those that the guard kept from the model; 0 of none."""
        found = {one: count for (of, one), count in self._outcomes.items() if of == kind}
        stopped = found.get("fallback", 0) + found.get("rejected", 0)
        return stopped / max(sum(found.values()), 1)
