"""What a bundle is and what it came from, and the digest of every file it holds."""

from pathlib import Path
from typing import Literal

import msgspec

from mainstay.bundle.baseline import Baseline, Commonest
from mainstay.bundle.guard import RequestColumn
from mainstay.bundle.lookup import Lookup
from mainstay.bundle.operation import Operation
from mainstay.bundle.stakes import Stakes
from mainstay.core import digest
from mainstay.core.cleaning import Cleaning
from mainstay.core.errors import Broken, Conflict, Missing
from mainstay.core.expressions import Output
from mainstay.core.inputs import Input
from mainstay.core.nouns import Column, Dataset
from mainstay.core.pseudonyms import Act
from mainstay.core.rules import Rule, Unknown

FILE = "manifest.json"
FORMAT = 1
Task = Literal["binary", "multiclass", "regression"]
Kind = Literal["lightgbm", "xgboost", "linear", "onnx", "worker"]


class Engine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What computes scores; files: path in the bundle by role, for example `booster`."""

    kind: Kind
    files: dict[str, str]


class Abstain(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Scores from low to high, both included, on which a person or the baseline decides."""

    low: float
    high: float
    to: Literal["person", "baseline"]


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One built bundle; request is what a caller sends, outputs and inputs what the model sees.

    threshold: a binary score from here on means yes; None for the other tasks; baseline_threshold
    likewise for the baseline. stakes: where money hangs on the row, not the score is held against
    them but how far it leans to yes; see bundle.stakes. matrix: of several classes, money by actual
    and decided class; empty: the likeliest is decided. abstain: where the model decides nothing.
    uncovered: who answers slices that its certificate does not cover. durability: whether answers
    go only when they are safe on disk. operation: fallback, limits and resources at a door.
    private: columns that are not written down as they came. clean: what sets the values of request
    columns right before anything else is done with them.
    unknown_fields: what a request gets that holds more than was asked for. lookups: context that
    the door looks up where a request does not carry it.
    importance: of each request column, how far the answers hang on it, together 1; empty where it
    is not known. code: file -> digest. versions: distribution -> version, of the model's
    environment. files: path -> digest of every other file, filled in by `written`.
    """

    model: str
    task: Task
    classes: tuple[bool | int | float | str, ...]
    seed: int
    request: tuple[RequestColumn, ...]
    rules: tuple[Rule, ...]
    outputs: tuple[Output, ...]
    inputs: tuple[Input, ...]
    baseline: Baseline
    threshold: float | None
    baseline_threshold: float | None
    engine: Engine
    python: str
    platform: str
    versions: dict[str, str]
    contract: str
    datasets: tuple[Dataset, ...]
    code: dict[str, str]
    abstain: Abstain | None = None
    stakes: Stakes | None = None
    matrix: tuple[tuple[float, ...], ...] = ()
    uncovered: Literal["flag", "fallback"] = "flag"
    durability: Literal["group", "ack"] = "group"
    operation: Operation = Operation()
    private: dict[str, Act] = {}
    clean: tuple[Cleaning, ...] = ()
    unknown_fields: Unknown = "reject"
    lookups: tuple[Lookup, ...] = ()
    importance: dict[str, float] = {}
    files: dict[str, str] = {}
    format: int = FORMAT

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the request columns, in the order of a row."""
        return tuple(column.name for column in self.request)

    @property
    def sent(self) -> tuple[str, ...]:
        """Names of the columns that a caller must send: those that are not looked up."""
        found = {name for one in self.lookups for name in one.columns}
        return tuple(name for name in self.columns if name not in found)

    @property
    def rules_a_class(self) -> bool:
        """Whether what its baseline says is the place of a class."""
        return bool(self.matrix) or isinstance(self.baseline, Commonest)

    @property
    def requested(self) -> tuple[Column, ...]:
        """The request columns and their types."""
        return tuple(Column(column.name, column.type) for column in self.request)


class _Format(msgspec.Struct, frozen=True):
    format: int


def written(folder: Path, manifest: Manifest) -> str:
    """Writes the manifest beside the files it then names; returns the digest of the bundle."""
    sealed = msgspec.structs.replace(manifest, files=_others(_files(folder)))
    (folder / FILE).write_bytes(digest.canonical(sealed))
    return digest.of_folder(folder)


def read(folder: Path, expected: str = "") -> Manifest:
    """The manifest of a bundle whose files are all as built.

    expected: the bundle's digest, where it is known from elsewhere. Raises Missing, Conflict for a
    format of another time, Broken for anything that is not as it was built.
    """
    path = folder / FILE
    if not path.is_file():
        raise Missing(f"{folder} holds no {FILE}", hint="name the folder of a built bundle")
    manifest = _parsed(path)
    found = _files(folder)
    _unchanged(folder, found, manifest)
    if expected and digest.of_value(found) != expected:
        raise Broken(f"{folder} is not bundle {expected[:12]}: its manifest was changed")
    return manifest


def _parsed(path: Path) -> Manifest:
    content = path.read_bytes()
    try:
        stated = msgspec.json.decode(content, type=_Format).format
        if stated != FORMAT:
            raise Conflict(
                f"{path} is of format {stated}, this Mainstay reads format {FORMAT}",
                hint="use the Mainstay that built it, or build the version again",
            )
        return msgspec.json.decode(content, type=Manifest)
    except (ValueError, RecursionError) as error:
        raise Broken(f"{path} is no manifest: {error}") from error


def _unchanged(folder: Path, files: dict[str, str], manifest: Manifest) -> None:
    found = _others(files)
    changes = [
        f"{name} {_change(name, found, manifest.files)}"
        for name in sorted(found.keys() | manifest.files.keys())
        if found.get(name) != manifest.files.get(name)
    ]
    if changes:
        raise Broken(
            f"{folder} is not as it was built: {', '.join(changes)}",
            hint="fetch the bundle again from where it was published",
        )


def _change(name: str, found: dict[str, str], stated: dict[str, str]) -> str:
    return "is missing" if name not in found else "differs" if name in stated else "was added"


def _files(folder: Path) -> dict[str, str]:
    try:
        return digest.files(folder)
    except ValueError as error:
        raise Broken(f"{folder} is not as a bundle is built: {error}") from error


def _others(files: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in files.items() if name != FILE}
