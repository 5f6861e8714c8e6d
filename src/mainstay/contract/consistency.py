"""Clauses that speak of each other, across sections.

Reads the plain values of a contract whether or not they are valid elsewhere, so that one reading
finds every mistake; what is not understood here is the business of the clause's own type.
"""

from collections.abc import Iterator
from datetime import timedelta

from mainstay.contract import amounts, classes, cleaning, conditions, durations
from mainstay.contract.classes import MATRIX
from mainstay.contract.fields import OBSERVED
from mainstay.contract.metrics import MEASURES, VALUE
from mainstay.contract.mistakes import Slip
from mainstay.contract.operation import TOLERANCES
from mainstay.contract.paths import first, found, inside, slip, texts
from mainstay.contract.sources import DECISIONS
from mainstay.contract.wording import path_text, shown
from mainstay.core import expressions, nearest
from mainstay.core.errors import Mistake

_METRICS = (
    "objective.good_enough.*.metric", "certify.slices.metric", "certify.champion.metric",
)  # fmt: skip
_LABEL_FREE = (
    "objective.baseline.rate_by", "objective.baseline.column", "objective.value.*.column",
    "data.context.*.on", "certify.slices.by", "certify.fairness.groups", "watch.seasonal",
)  # fmt: skip
_STANDING = {
    "calibration_error", "stopped", "latency_p99", "champion", "robust", "simplest", "generalises",
    "representative", "copies",
}  # fmt: skip
_UNKNOWN = "it is not known when an answer is asked for"


def slips(contract: object) -> list[Slip]:
    """What contradicts something said elsewhere."""
    checks = (
        _metrics, amounts.slips, classes.slips, _tasks, _constant, _gates, _label, _early_labels,
        _taken_twice, _private, _imputed, _ranges_by, _season, _fair, _looked_up, _one_file,
        _overlapping, cleaning.slips,
    )  # fmt: skip
    return [one for check in checks for one in check(contract)]


def _metrics(contract: object) -> Iterator[Slip]:
    """A metric fits the task; money needs objective.value."""
    task = first(contract, "objective.task")
    priced, by_class = (
        next(found(contract, f"objective.{one}"), ((), None))[1] is not None
        for one in ("value", "value.matrix")
    )
    for path, name in texts(contract, *_METRICS):
        fitting = [metric for metric, measure in MEASURES.items() if task in measure.tasks]
        if name not in MEASURES or not fitting:
            continue
        if name not in fitting:
            hint = f"for {task}: {', '.join(fitting)}"
            yield slip(path, f"is {name}, which does not measure a {task} task", hint)
        elif name in VALUE and not priced:
            hint = "value: {currency: USD, true_positive: 40, false_positive: -12}"
            yield slip(path, f"is {name}, but objective.value is not stated", hint)
        elif name in VALUE and task == "multiclass" and not by_class:
            yield slip(path, f"is {name}, but objective.value.matrix is not stated", MATRIX)


def _tasks(contract: object) -> Iterator[Slip]:
    task = first(contract, "objective.task")
    for path, _ in found(contract, "certify.calibration_error") if task == "regression" else ():
        yield slip(path, "is for probabilities, not regression", "take it out", on_key=True)
    for path, _ in found(contract, "serve.abstain") if task in ("multiclass", "regression") else ():
        hint = "take it out: only a yes or no has a probability to be unsure of"
        yield slip(path, f"is for a binary task, not {task}", hint, on_key=True)


def _constant(contract: object) -> Iterator[Slip]:
    task = first(contract, "objective.task")
    for path, value in found(contract, "objective.baseline.constant"):
        match task, value:
            case "binary", (int() | float()) if 0 <= value <= 1:
                continue
            case "binary", str() | int() | float():
                yield slip(path, f"is {shown(value)}", "write a probability from 0 to 1")
            case "regression", str() | bool():
                yield slip(path, f"is {shown(value)}, but a number is predicted", "write a number")
            case _:
                continue


def _gates(contract: object) -> Iterator[Slip]:
    """What may be unsure is a gate that gives an interval."""
    goals = {name for _, name in texts(contract, _METRICS[0]) if name in MEASURES}
    sliced = next(found(contract, "certify.slices"), ((), None))[1] is not None
    fair = next(found(contract, "certify.fairness"), ((), None))[1] is not None
    parts = {name for name, there in (("slices", sliced), ("fairness", fair)) if there}
    known = goals | _STANDING | parts
    for path, name in texts(contract, "certify.accept_unsure"):
        if name not in known:
            says = f"is {shown(name)}, which is no gate that can be unsure here"
            yield slip(path, says, nearest.hint(name, known))


def _label(contract: object) -> Iterator[Slip]:
    """Nothing the door needs may be the label, which no request carries."""
    label = first(contract, "data.label.column")
    fields = (path for path, _ in found(contract, "data.fields.*") if path[-1] == label)
    yield from (slip(path, "is the label", _UNKNOWN, on_key=True) for path in fields)
    for path, name in texts(contract, *_LABEL_FREE):
        if name == label:
            yield slip(path, f"is {shown(name)}, the label", _UNKNOWN)
    for path, _ in found(contract, "data.fields.*.between_by.*"):
        if path[-1] == label:
            yield slip(path, "is by the label", _UNKNOWN, on_key=True)
    for path, text in texts(contract, "data.rules.*.expect"):
        if label in _columns(text):
            yield slip(path, f"speaks of {shown(label)}, the label", _UNKNOWN)


def _columns(text: str) -> set[str]:
    try:
        return set(expressions.columns(conditions.condition(text)))
    except Mistake:
        return set()


def _early_labels(contract: object) -> Iterator[Slip]:
    """An aggregate over earlier labels waits until they are known."""
    label = first(contract, "data.label.column")
    known_after = _length(contract, "data.label.known_after")
    for path, context in found(contract, "data.context.*"):
        called = [text.partition("(")[2].strip(") ") for _, text in texts(context, "take.*")]
        if label in called and first(context, "from") == DECISIONS and known_after:
            waits = _length(context, "known_after") or timedelta()
            if waits < known_after:
                says = f"takes {shown(label)}, which is known {durations.text(known_after)} later"
                yield slip(path, says, f"write known_after: {durations.text(known_after)}")


def _imputed(contract: object) -> Iterator[Slip]:
    """Nothing stands in for what says which decision this is."""
    for role in ("key", "time", "entity"):
        name = first(contract, f"data.decisions.{role}")
        for path, how in texts(contract, f"data.fields.{name}.on_breach"):
            if how == "impute":
                says = f"is impute, but {name} is the {role} of a decision"
                yield slip(path, says, "write on_breach: reject")


def _ranges_by(contract: object) -> Iterator[Slip]:
    """A range by a text that the other field can never be holds for no row."""
    for path, _ in found(contract, "data.fields.*.between_by.*.*"):
        name, level = path[-2:]
        known = [text for _, text in texts(contract, f"data.fields.{name}.one_of")]
        if known and known != [OBSERVED] and level not in known:
            says = f"is for {shown(level)}, which one_of of {name} does not name"
            yield slip(path, says, nearest.hint(str(level), known), on_key=True)


def _season(contract: object) -> Iterator[Slip]:
    """A year before is for the columns that are named."""
    named = any(value for _, value in found(contract, "watch.seasonal"))
    for path, how in texts(contract, "watch.season"):
        if how == "year" and not named:
            yield slip(path, "is year, but no column is seasonal", "write seasonal: [COLUMN]")


def _fair(contract: object) -> Iterator[Slip]:
    """A tolerance is stated, and one that the task knows."""
    task = first(contract, "objective.task")
    for path, stated in found(contract, "certify.fairness"):
        tolerances = [name for name in TOLERANCES if isinstance(stated, dict) and name in stated]
        if isinstance(stated, dict) and not tolerances:
            yield slip(path, "states no tolerance", "for example  selection: {at_most: 0.1}")
        for name in tolerances if task in ("multiclass", "regression") else ():
            if name != "error":
                hint = "error: {at_most: ...} compares the mean errors of groups"
                yield slip((*path, name), f"is for a binary task, not {task}", hint, on_key=True)


def _looked_up(contract: object) -> Iterator[Slip]:
    """The door looks up what is declared, and what it does then is said where it does."""
    looks_up = first(contract, "serve.context") == "lookup"
    declared = any(isinstance(one, dict) for _, one in found(contract, "data.context.*"))
    for path, _ in texts(contract, "serve.context") if looks_up and not declared else ():
        yield slip(path, "is lookup, but data.context declares none", "take it out")
    for path, _ in texts(contract, "serve.cold", "serve.stale") if not looks_up else ():
        what = "is for context that the door looks up"
        yield slip(path, what, "write context: lookup, or take it out", on_key=True)


def _overlapping(contract: object) -> Iterator[Slip]:
    """A source is held against another, which has rows of its own."""
    origins = {str(path[-2]): one for path, one in texts(contract, "data.context.*.from")}
    known = [name for name, origin in origins.items() if origin != DECISIONS]
    for path, name in texts(contract, "data.decisions.sla.*.with", "data.context.*.sla.*.with"):
        hint = nearest.hint(name, [one for one in known if one not in path])
        if name in path[:3]:
            yield slip(path, "is the source itself", "leave with out: its files are compared")
        elif name not in known:
            what = "is made of decisions" if name in origins else "is no context"
            yield slip(path, f"is {shown(name)}, which {what}", hint)


def _one_file(contract: object) -> Iterator[Slip]:
    """A single file of answers has no partitions."""
    single = str(first(contract, "score.out") or "").endswith(".parquet")
    for path, unit in texts(contract, "score.partition"):
        if single and unit != "all":
            hint = "take it out, or write a folder: out: scores"
            yield slip(path, f"is {unit}, but score.out is one file", hint)


def _length(contract: object, pattern: str) -> timedelta | None:
    text = first(contract, pattern)
    try:
        return durations.duration(text) if text else None
    except Mistake:
        return None


def _private(contract: object) -> Iterator[Slip]:
    """The journal keeps what everything joins on: when it was, and whose label will come."""
    own = {name: "time" for _, name in texts(contract, "data.decisions.time")}
    key = {name: "key" for _, name in texts(contract, "data.decisions.key")}
    dropped: set[str] = set()
    for path, name in texts(contract, "serve.journal.drop"):
        dropped.add(name)
        if name in own | key:
            hint = "pseudonymise it" if name in key else "take it out"
            yield slip(path, f"is {shown(name)}, the {(own | key)[name]} of decisions", hint)
    for path, name in texts(contract, "serve.journal.pseudonymise"):
        if name in own or name in dropped:
            what = "the time of decisions" if name in own else "which is dropped"
            yield slip(path, f"is {shown(name)}, {what}", "take it out")


def _taken_twice(contract: object) -> Iterator[Slip]:
    """One name, one column: among all contexts, and beside what decisions surely hold."""
    own = ("data.decisions.key", "data.decisions.time", "data.decisions.entity")
    whose = {name: path_text(path) for path, name in texts(contract, *own, "data.label.column")}
    for path, take in found(contract, "data.context.*.take"):
        named = isinstance(take, dict)
        for place, item in inside(path, take, "*"):
            name = place[-1] if named else item
            if not isinstance(name, str):
                continue
            if whose.setdefault(name, path_text(path)) != path_text(path):
                says = f"is {shown(name)}, which {whose[name]} names already"
                yield slip(place, says, "take it by another name: {other: column}", on_key=named)
