"""What was read and made as events of OpenLineage: datasets, facets, which column made which.

Everything is read from profiles, evidence and what a version was made of; no row is looked at, and
of columns that a contract keeps private no value is told. Built after the schemas of
https://github.com/OpenLineage/OpenLineage at 8f02abf: events 2-0-2, each facet as VERSIONS says.
"""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from mainstay.contract.model import Contract
from mainstay.contract.sources import DECISIONS
from mainstay.core.nouns import Column, Evidence, Verdict, Window
from mainstay.data import lineage
from mainstay.data.lineage import Born
from mainstay.data.profile import Numbers, Profile, Texts

PRODUCER = "https://pypi.org/project/mainstay"
_SPEC = "https://openlineage.io/spec"
_EVENT = f"{_SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent"
VERSIONS = {
    "columnLineage": ("1-2-0", "ColumnLineageDatasetFacet"),
    "dataQualityAssertions": ("1-1-0", "DataQualityAssertionsDatasetFacet"),
    "dataQualityMetrics": ("1-0-3", "DataQualityMetricsInputDatasetFacet"),
    "lifecycleStateChange": ("1-0-1", "LifecycleStateChangeDatasetFacet"),
    "nominalTime": ("1-0-1", "NominalTimeRunFacet"),
    "outputStatistics": ("1-0-2", "OutputStatisticsOutputDatasetFacet"),
    "schema": ("1-2-0", "SchemaDatasetFacet"),
    "version": ("1-0-1", "DatasetVersionDatasetFacet"),
}
"""Facet -> version and name of its schema."""
_SQLITE = "sqlite://"
_DELTA, _DELTA_IN = "delta:///", "delta+"  # the latter before the address in a store
Facets = dict[str, object]


class Named(NamedTuple):
    """A dataset as all tools name it."""

    namespace: str
    name: str


class Made(NamedTuple):
    """A dataset of an event. of: facets of the dataset; here: of this reading or writing of it."""

    named: Named
    of: Facets
    here: Facets


class Run(NamedTuple):
    """One act on record. job: `MODEL.watch`, `.build` or `.score`; key: what makes it this one."""

    job: Named
    key: str
    at: datetime
    span: Window


def events(run: Run, inputs: Iterable[Made], outputs: Iterable[Made]) -> tuple[Facets, Facets]:
    """That it began and that it is complete; the same for the same run however often it is told."""
    nominal = {
        "nominalStartTime": _moment(run.span.since),
        "nominalEndTime": _moment(run.span.until),
    }
    number = uuid.uuid5(uuid.NAMESPACE_URL, "/".join((PRODUCER, *run.job, run.key)))
    told: Facets = {
        "eventTime": _moment(run.at),
        "run": {"runId": str(number), "facets": {"nominalTime": facet("nominalTime", nominal)}},
        "job": {"namespace": run.job.namespace, "name": run.job.name},
        "producer": PRODUCER,
        "schemaURL": _EVENT,
    }
    read = [_dataset(one, "inputFacets") for one in inputs]
    wrote = [_dataset(one, "outputFacets") for one in outputs]
    whole = {**told, "eventType": "COMPLETE", "inputs": read, "outputs": wrote}
    return {**told, "eventType": "START", "inputs": [], "outputs": []}, whole


def facet(name: str, said: Mapping[str, object]) -> Facets:
    """What is said under a name, with whose it is and the schema it keeps to."""
    version, schema = VERSIONS[name]
    where = f"{_SPEC}/facets/{version}/{schema}.json#/$defs/{schema}"
    return {"_producer": PRODUCER, "_schemaURL": where, **said}


def source(contract: Contract, folder: Path, name: str) -> Named:
    """A source by where it lies; a table of a SQLite file after a `#`."""
    return at(lineage.address(contract, name), folder)


def at(address: str, folder: Path) -> Named:
    """The same by its address; a table of Delta Lake is the folder it lies in."""
    address = address.removeprefix(_DELTA).removeprefix(_DELTA_IN)
    if "://" in address and not address.startswith(_SQLITE):
        kind, _, rest = address.partition("://")
        place, _, path = rest.partition("/")
        return Named(f"{kind}://{place.rpartition('@')[2]}", path)
    file, mark, table = address, "", ""
    if address.startswith(_SQLITE):
        file, mark, table = address.removeprefix(_SQLITE).removeprefix("/").partition("#")
    return Named("file", f"{(folder / Path(file).expanduser()).absolute()}{mark}{table}")


def schema(columns: Iterable[Column]) -> Facets:
    """Names and types, in order."""
    fields = [{"name": one.name, "type": one.type} for one in columns]
    return {"schema": facet("schema", {"fields": fields})}


def quality(found: Profile, private: frozenset[str]) -> Facets:
    """Counts of every column, and of numbers sum and ends; of private ones counts alone."""
    metrics = {
        one.name: {"nullCount": one.nulls, "count": found.rows - one.nulls, **_values(one, private)}
        for one in found.columns
    }
    said = {"rowCount": found.rows, "columnMetrics": metrics}
    return {"dataQualityMetrics": facet("dataQualityMetrics", said)}


def assertions(some: Iterable[Evidence]) -> Facets:
    """Every verdict; one that is unsure is no success, and warns."""
    said = [_assertion(one) for one in some if one.verdict is not None]
    return {"dataQualityAssertions": facet("dataQualityAssertions", {"assertions": said})}


def split(
    some: Iterable[Evidence], names: Iterable[str]
) -> tuple[list[Evidence], dict[str, list[Evidence]]]:
    """What is said of the decisions as they came live, and what of each source."""
    by_source: dict[str, list[Evidence]] = {name: [] for name in names}
    live: list[Evidence] = []
    for one in some:
        _, mark, name = one.clause.rpartition(", ")
        (by_source[name] if mark and name in by_source else live).append(one)
    return live, by_source


def columns(contract: Contract, folder: Path, born: Born) -> Facets:
    """Of each input of a model the columns of sources that it is made of."""
    made: dict[str, list[object]] = {one.name: [] for one in born.outputs}
    for name in lineage.sources(contract):
        where = source(contract, folder, name)
        for column in sorted(lineage.used(contract, born, name)):
            for fed in lineage.inputs(contract, born, name, [column]):
                made[fed].append({**where._asdict(), "field": column})
    fields = {name: {"inputFields": some} for name, some in made.items()}
    return {"columnLineage": facet("columnLineage", {"fields": fields})}


def answers(contract: Contract, folder: Path, born: Born, decisions: Named) -> Facets:
    """Of the answers of a batch: the key as it was asked, what decides from all that models see."""
    key = [{**decisions._asdict(), "field": contract.data.decisions.key}]
    fed: list[dict[str, object]] = []
    for name in lineage.sources(contract):
        where = decisions if name == DECISIONS else source(contract, folder, name)
        used = sorted(lineage.used(contract, born, name))
        fed += [{**where._asdict(), "field": column} for column in used]
    fields = {
        contract.data.decisions.key: {"inputFields": key},
        **{name: {"inputFields": fed} for name in ("score", "decision")},
    }
    return {"columnLineage": facet("columnLineage", {"fields": fields})}


def changed(how: str) -> Facets:
    """how: CREATE and the others of the specification."""
    return {"lifecycleStateChange": facet("lifecycleStateChange", {"lifecycleStateChange": how})}


def version(digest: str) -> Facets:
    return {"version": facet("version", {"datasetVersion": digest})}


def _values(one: Numbers | Texts, private: frozenset[str]) -> Facets:
    if isinstance(one, Texts) or one.moments is None or one.name in private:
        return {}
    known = one.moments
    return {"sum": known.mean * known.n, "min": known.low, "max": known.high}


def _assertion(one: Evidence) -> Facets:
    said: Facets = {
        "assertion": one.clause,
        "name": f"{one.clause}: {one.population}",
        "success": one.verdict is Verdict.PASS,
        "severity": "error" if one.verdict is Verdict.FAIL else "warn",
    }
    if one.limit:
        said["expected"] = str(one.limit)
    if one.estimate:
        seen = one.estimate
        said["actual"] = f"{seen.value:.6g} ({seen.low:.6g} to {seen.high:.6g}) {seen.unit}".strip()
    return said


def _dataset(one: Made, here: str) -> Facets:
    return {**one.named._asdict(), "facets": one.of, here: one.here}


def _moment(moment: datetime) -> str:
    return moment.isoformat()
