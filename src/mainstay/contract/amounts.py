"""Money that hangs on columns: what the contract says of them must let nobody decide by nonsense.

Reads plain values, as `consistency` does.
"""

from collections.abc import Iterator

from mainstay.contract.mistakes import Slip
from mainstay.contract.paths import first, found, slip, texts
from mainstay.contract.payoffs import BINARY, REGRESSION
from mainstay.contract.wording import Path, shown

_COLUMNS = "objective.value.*.column"
_CURRENCY = 3


def slips(contract: object) -> Iterator[Slip]:
    """What fits neither the task nor what data.fields says of a column."""
    yield from _of_the_task(contract)
    yield from _costs(contract)
    fields = {path[-1]: value for path, value in found(contract, "data.fields.*")}
    currency = first(contract, "objective.value.currency")
    for path, name in texts(contract, _COLUMNS):
        yield from _field(path, name, fields.get(name), currency)
        yield from _nulls(contract, path, name, fields.get(name))


def _of_the_task(contract: object) -> Iterator[Slip]:
    task = first(contract, "objective.task")
    others = {"binary": REGRESSION, "regression": BINARY, "multiclass": (*BINARY, *REGRESSION)}
    for name in others.get(task or "", ()):
        for path, _ in found(contract, f"objective.value.{name}"):
            whose = "a binary task" if name in BINARY else "regression"
            yield slip(path, f"is for {whose}, not {task}", "take it out", on_key=True)


def _costs(contract: object) -> Iterator[Slip]:
    """What a value misses by is never worth anything."""
    for name in REGRESSION:
        for part in ("", ".times", ".plus"):
            for path, value in found(contract, f"objective.value.{name}{part}"):
                if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
                    yield slip(path, f"is {value:g}, but a cost is negative", f"write {-value:g}")


def _field(path: Path, name: str, field: object, currency: str | None) -> Iterator[Slip]:
    """The column is declared, in this money, and is never negative."""
    if not isinstance(field, dict):
        money = (
            f"{{type: number, unit: {currency or 'USD'}, between: [0, 10000], on_breach: reject}}"
        )
        yield slip(path, f"is {shown(name)}, of which data.fields says nothing", f"{name}: {money}")
        return
    unit, ends = field.get("unit"), field.get("between")
    if _is_money(unit) and currency and unit != currency:
        says = f"is {shown(name)} in {unit}, but values are in {currency}"
        yield slip(
            path, says, "state values in the money of the column, or convert it in the source"
        )
    low = ends[0] if isinstance(ends, list) and ends else None
    if not isinstance(low, int | float) or low < 0:
        says = f"is {shown(name)}, which may be negative"
        yield slip(path, says, f"say what it can be: data.fields.{name}.between: [0, ...]")


def _nulls(contract: object, path: Path, name: str, field: object) -> Iterator[Slip]:
    """Where it may be null, somebody says what that is worth."""
    stated = next(found(contract, ".".join(map(str, (*path[:-1], "missing")))), None)
    if isinstance(field, dict) and field.get("nulls") == "allowed" and stated is None:
        says = f"is {shown(name)}, which data.fields allows to be null"
        yield slip(path, says, "say how much a null is, for example missing: 0")


def _is_money(unit: object) -> bool:
    return isinstance(unit, str) and len(unit) == _CURRENCY and unit.isalpha() and unit.isupper()
