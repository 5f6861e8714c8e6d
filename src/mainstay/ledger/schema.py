"""The tables, in SQL that SQLite and PostgreSQL both read: record, projections, and what is beside.

Projections hold nothing that the events do not say; each row names the event that wrote it last.
"""

from typing import NamedTuple

VERSION = 5

EVENT = """
CREATE TABLE event (
    seq INTEGER PRIMARY KEY, time TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
    actor TEXT NOT NULL, payload TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL
)"""
OF_SUBJECT = "CREATE INDEX event_of_subject ON event (subject, seq)"
OF_BOTH = "CREATE INDEX event_of_both ON event (subject, kind, seq)"
OF_KIND = "CREATE INDEX event_of_kind ON event (kind, seq)"
"""Without them one model's events are looked for among those of all others (bench.pages)."""
LEASE = """
CREATE TABLE lease (
    name TEXT PRIMARY KEY, holder TEXT NOT NULL, fence INTEGER NOT NULL,
    until DOUBLE PRECISION NOT NULL
)"""
OUTBOX = """
CREATE TABLE outbox (
    id TEXT PRIMARY KEY, channel TEXT NOT NULL, incident INTEGER NOT NULL, body TEXT NOT NULL,
    due DOUBLE PRECISION NOT NULL, attempts INTEGER NOT NULL, settled TEXT NOT NULL,
    error TEXT NOT NULL
)"""

CREDENTIAL = """
CREATE TABLE credential (
    digest TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, label TEXT NOT NULL,
    scopes TEXT NOT NULL, until DOUBLE PRECISION NOT NULL, latest DOUBLE PRECISION NOT NULL,
    used DOUBLE PRECISION NOT NULL, parent TEXT NOT NULL
)"""
PASSWORD = "CREATE TABLE password (name TEXT PRIMARY KEY, hash TEXT NOT NULL)"
RUN = """
CREATE TABLE run (
    id INTEGER PRIMARY KEY, model TEXT NOT NULL, job TEXT NOT NULL, due TEXT NOT NULL,
    missed INTEGER NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL,
    earliest DOUBLE PRECISION NOT NULL, began TEXT NOT NULL, ended TEXT NOT NULL,
    waits TEXT NOT NULL, since INTEGER NOT NULL, verdict TEXT NOT NULL, headline TEXT NOT NULL,
    UNIQUE (model, job, due)
)"""
NEXT_RUN = "CREATE INDEX next_run ON run (model, state, due)"
"""Without it a claim sorts everything that is due."""
LINE = """
CREATE TABLE line (
    run INTEGER NOT NULL, number INTEGER NOT NULL, time TEXT NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (run, number)
)"""
BESIDE = (LEASE, OUTBOX, CREDENTIAL, PASSWORD, RUN, NEXT_RUN, LINE)
"""Tables that are no part of the record."""


class Table(NamedTuple):
    """A projection: columns with their types, constraints, and the columns that tell rows apart."""

    name: str
    types: dict[str, str]
    key: tuple[str, ...]
    references: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.types)

    @property
    def create(self) -> str:
        """The statement that makes it."""
        columns = [f"{name} {kind} NOT NULL" for name, kind in self.types.items()]
        key = f"PRIMARY KEY ({', '.join(self.key)})"
        return f"CREATE TABLE {self.name} ({', '.join([*columns, key, *self.references])})"


OF_MODEL = "FOREIGN KEY (model) REFERENCES model (name)"
PROJECTIONS = (
    Table("model", {"name": "TEXT", "sequence": "INTEGER", "seq": "INTEGER"}, ("name",)),
    Table(
        "contract",
        {"model": "TEXT", "revision": "INTEGER", "digest": "TEXT", "seq": "INTEGER"},
        ("model", "revision"),
        (OF_MODEL,),
    ),
    Table(
        "version",
        {
            "model": "TEXT", "number": "INTEGER", "bundle": "TEXT", "contract": "TEXT",
            "status": "TEXT", "certificate": "TEXT", "seq": "INTEGER",
        },
        ("model", "number"),
        (OF_MODEL,),
    ),
    Table(
        "holdout",
        {
            "model": "TEXT", "contract": "TEXT", "since": "TEXT", "until": "TEXT",
            "looks": "INTEGER", "seq": "INTEGER",
        },
        ("model", "contract", "since", "until"),
        (OF_MODEL,),
    ),
    Table(
        "deployment",
        {
            "model": "TEXT", "sequence": "INTEGER", "version": "INTEGER",
            "share": "DOUBLE PRECISION", "seq": "INTEGER",
        },
        ("model", "sequence", "version"),
        ("FOREIGN KEY (model, version) REFERENCES version (model, number)",),
    ),
    Table(
        "incident",
        {
            "id": "INTEGER", "model": "TEXT", "clause": "TEXT", "what": "TEXT", "opened": "TEXT",
            "closed": "TEXT", "seq": "INTEGER",
        },
        ("id",),
        (OF_MODEL,),
    ),
    Table(
        "silence",
        {
            "incident": "INTEGER", "model": "TEXT", "until": "TEXT", "because": "TEXT",
            "seq": "INTEGER",
        },
        ("incident",),
        ("FOREIGN KEY (incident) REFERENCES incident (id)",),
    ),
    Table(
        "granted",
        {"name": "TEXT", "role": "TEXT", "model": "TEXT", "expires": "TEXT", "seq": "INTEGER"},
        ("name", "role", "model"),
    ),
    Table(
        "schedule",
        {"model": "TEXT", "job": "TEXT", "rhythm": "TEXT", "zone": "TEXT", "seq": "INTEGER"},
        ("model", "job"),
    ),
    Table("step", {"key": "TEXT", "result": "TEXT", "seq": "INTEGER"}, ("key",)),
)  # fmt: skip
_NAMED = {table.name: table for table in PROJECTIONS}
CREATE = (EVENT, OF_SUBJECT, OF_BOTH, OF_KIND, *(table.create for table in PROJECTIONS), *BESIDE)
TABLES = (
    "event", *(table.name for table in PROJECTIONS),
    "lease", "outbox", "credential", "password", "run", "line",
)  # fmt: skip
"""All of them, each after those it refers to."""
LATER = {
    1: (_NAMED["silence"].create, OUTBOX),
    2: (_NAMED["granted"].create, CREDENTIAL, PASSWORD),
    3: (_NAMED["schedule"].create, RUN, NEXT_RUN, LINE),
    4: (
        OF_SUBJECT,
        OF_BOTH,
        OF_KIND,
        "CREATE TABLE before AS SELECT * FROM run",
        "DROP TABLE run",
        RUN,
        "INSERT INTO run SELECT * FROM before",
        "DROP TABLE before",
        NEXT_RUN,
    ),
}
"""What turns a file of a form into one of the next; nothing that it holds is lost. Turns were told
apart by job and due time until form 4: two models of one record could not be due together."""
