"""What differs between two contracts, clause by clause, and what each difference re-opens."""

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from mainstay.contract import clauses
from mainstay.contract.model import Contract
from mainstay.contract.wording import Path, path_text, shown

Opens = Literal["rebuild", "recertify", "re-approve", "watch", "nothing"]
ORDER: tuple[Opens, ...] = ("rebuild", "recertify", "re-approve", "watch", "nothing")
"""The first of them takes the others with it, but the last."""
OPENS: dict[str, Opens] = {
    "mainstay": "nothing",
    "model": "rebuild",
    "owner": "re-approve",
    "objective": "rebuild",
    "objective.decision": "nothing",
    "objective.why_ml": "nothing",
    "objective.good_enough": "recertify",
    "objective.value.per_retrain": "watch",
    "objective.value.per_label": "watch",
    "objective.value.per_1000_predictions": "recertify",
    "data": "rebuild",
    "data.engine": "nothing",
    "data.decisions.about": "nothing",
    "data.context.NAME.about": "nothing",
    "data.decisions.columns": "nothing",
    "data.context.NAME.columns": "nothing",
    "data.context.NAME.freshness": "watch",
    "data.label.never_after": "watch",
    "data.label.sla": "watch",
    "data.label.budget": "watch",
    "train": "rebuild",
    "certify": "recertify",
    "certify.hold_out": "rebuild",
    "serve": "rebuild",
    "score": "nothing",
    "watch": "watch",
    "watch.unforeseen.train": "rebuild",
    "access": "re-approve",
}
"""By the longest beginning of a path, in which NAME is any name: what is trained on or packed into
the bundle, what only gates read, who signs, and what is read at every look. The owner signs where
no approver is named.
"""


class Change(msgspec.Struct, frozen=True):
    """One clause. before, after: as a contract writes it, with defaults; None where absent."""

    path: str
    before: Any
    after: Any
    meaning: str
    opens: Opens

    @property
    def words(self) -> str:
        """`certify.lasts: "180d" -> "90d"`."""
        return f"{self.path}: {_told(self.before)} -> {_told(self.after)}"


def changes(old: Contract, new: Contract) -> tuple[Change, ...]:
    """What weighs most first, then in the contract's order; to state a default is no change."""
    before, after = (one.model_dump(mode="json", by_alias=True) for one in (old, new))
    found = [_change(*one) for one in _apart(before, after, ())]
    return tuple(sorted(found, key=lambda one: ORDER.index(one.opens)))


def opened(path: Path) -> Opens:
    """What a change at a place re-opens. Raises LookupError for a clause nobody thought of."""
    for length in range(len(path), 0, -1):
        names = [str(part) for part in path[:length] if not isinstance(part, int)]
        for written, opens in OPENS.items():
            if _same(written.split("."), names):
                return opens
    raise LookupError(f"nothing says what {path_text(path)} re-opens")


def _same(written: list[str], names: list[str]) -> bool:
    pairs = zip(written, names, strict=False)
    return len(written) == len(names) and all(one in ("NAME", other) for one, other in pairs)


def _apart(old: Any, new: Any, path: Path) -> Iterator[tuple[Path, Any, Any]]:
    """Where two values differ, as deep as both go on alike."""
    match old, new:
        case dict(), dict():
            for name in old | new:
                yield from _apart(old.get(name), new.get(name), (*path, name))
        case [dict(), *_], [dict(), *_] if len(old) == len(new):
            for place, (one, other) in enumerate(zip(old, new, strict=True)):
                yield from _apart(one, other, (*path, place))
        case _ if old != new or type(old) is not type(new):
            yield path, old, new


def _change(path: Path, old: Any, new: Any) -> Change:
    clause, _ = clauses.at(Contract, path)
    return Change(path_text(path), old, new, clause.meaning if clause else "", opened(path))


def _told(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, dict | list):
        text = msgspec.json.encode(value).decode()
        return text if len(text) <= MOST else f"{text[:MOST]}…"
    return shown(value)


MOST = 120
"""Letters of a mapping or list that a line shows."""
