"""The example of the flights with all that a data contract of others can hold."""

from mainstay.core.nouns import Column
from mainstay.core.typed import DATE, INTEGER, NUMBER, TEXT, TIME

COLUMNS = {
    "decisions": (
        Column("flight_id", TEXT), Column("sched_dep", TIME), Column("carrier", TEXT),
        Column("distance", INTEGER), Column("local_day", DATE), Column("late", "decimal(9, 2)"),
    ),
    "weather": (Column("origin", TEXT), Column("seen_at", TIME), Column("temp", NUMBER)),
}  # fmt: skip
ABOUT = (
    "about: {owner: dispatch, classification: internal}, columns: {carrier:"
    " {meaning: Who flies., classification: public, use: [delays]}}"
)
CLEAN = "clean: {distance: {missing: [-1]}}"
SLA = (
    "sla: [{property: freshness, at_most: 36h}, {property: throughput, at_least: 400, over: 7d},"
    " {property: completeness, element: carrier, at_least: 0.99}]"
)
RICH = (
    (
        "    carrier: {type: string, one_of: observed, on_breach: flag}",
        '    carrier: {type: string, one_of: [AA, UA], pattern: "[A-Z]+", length: [1, 3]}',
    ),
    ("entity: tailnum}", f"entity: tailnum, {ABOUT}, {CLEAN}, {SLA}}}"),
)
