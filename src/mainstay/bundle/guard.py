"""The rules at the door: one typed pass over a request, straight-line checks, a judgement per row.

A request is `{"records": [{...}, ...]}`. A record holds every column of the request and nothing
else, unless the contract ignores or flags what it does not know; null where the column may be
missing. Numbers are as JSON writes them (no NaN, no infinity; a whole number may also be written
3.0, up to 2^53), a date is ISO, a time RFC 3339 with its zone. Rows that break nothing are known by
the decoder alone, whose types hold most rules; rows that fit are judged in a second pass; where one
does not, each row is read field by field, so that all its breaches are found and what `on_breach`
says can be done. Nothing here raises.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from mainstay.bundle import checks, fitting, reading
from mainstay.bundle.encoder import Row, attribute
from mainstay.bundle.judgement import (
    SHOWN,
    Breach,
    Judgement,
    Outcome,
    Rejection,
    judgement,
    rejection,
)
from mainstay.bundle.reading import MEMBERS, RECORDS, UNFIT, Field, RequestColumn
from mainstay.core.errors import Mistake
from mainstay.core.rules import FieldRule, Rule, Unknown

__all__ = [
    "UNKNOWN", "Breach", "Guard", "Judgement", "Outcome", "Rejection", "RequestColumn", "compiled",
]  # fmt: skip

UNKNOWN = "unknown_fields"
"""How an answer is marked whose request held more than was asked for."""
_ENCODE = msgspec.json.Encoder().encode
_PATIENCE = 10_000  # records of one request that are read field by field
_MANY = 20  # unknown members that are named


class Guard:
    """The compiled rules of one bundle."""

    def __init__(
        self, fields: tuple[Field, ...], rules: tuple[Rule, ...], unknown: Unknown
    ) -> None:
        """fields: in the order of a row. Raises Mistake for a rule that a request cannot keep."""
        self.columns = tuple(field.name for field in fields)
        self.types = {field.name: field.type for field in fields}
        self._fields = fields
        self._breaches = checks.compiled(fields, rules)
        kinds, rest = fitting.kinds(fields, rules)
        self._fit = reading.request(reading.row(fields, others=unknown == "ignore", kinds=kinds))
        self._keep = checks.kept(fields, rest)
        self._unknown = unknown
        self._unsound = 0  # the identity of what `plain` read last, in vain: never read so twice
        self._row = reading.row(fields, others=unknown == "ignore")
        self._decode_row = msgspec.json.Decoder(self._row).decode
        self._decode = reading.request(self._row)

    def plain(self, body: bytes) -> list[Row] | None:
        """The rows of a request that breaks nothing at all; None for any other, see `judged`."""
        rows = self._sound(body)
        self._unsound = id(body) if rows is None else 0
        return rows

    def judged(self, body: bytes) -> list[Judgement] | Rejection:
        """One judgement per record, in order, or the refusal of the whole."""
        unsound, self._unsound = self._unsound, 0
        # another body where that one was takes the longer way, which says the same
        plain = None if id(body) == unsound else self._sound(body)
        if plain is not None:
            return [Judgement(row, "score") for row in plain]
        try:
            rows = self._decode(body).records
            if not self._are_whole(rows, body):
                return self._patiently(body)
            return [judgement(row, self._breaches(row, at)) for at, row in enumerate(rows)]
        except (msgspec.ValidationError, OverflowError):
            return self._patiently(body)
        except (ValueError, RecursionError) as error:
            return reading.unreadable(error)

    def request(self, columns: Sequence[Sequence[object]]) -> bytes:
        """The request of records given by column, equally long, in the order of `types`."""
        return _ENCODE({"records": list(map(self._row, *columns))})

    def value(self, row: Row, name: str) -> Any:
        """The value of a column, for example the key. Raises Mistake for an unknown one."""
        return getattr(row, attribute(self.columns, name))

    def _sound(self, body: bytes) -> list[Row] | None:
        try:
            rows: list[Row] = self._fit(body).records
            return rows if self._are_whole(rows, body) and self._keep(rows) else None
        except UNFIT:
            return None

    def _are_whole(self, rows: list[Row], body: bytes) -> bool:
        """No member is absent, so one `":` too many is a member twice, or text that looks so."""
        return bool(rows) and reading.are(len(rows) * len(self._fields) + 1, body)

    def _patiently(self, body: bytes) -> list[Judgement] | Rejection:
        """The same, finding everything that is wrong."""
        if body.count(b",") > _PATIENCE * (len(self._fields) + _MANY):
            return rejection(422, "$", "holds too many members, not all as asked: send fewer")
        records = _records(body)
        if isinstance(records, Rejection):
            return records
        return [self._record(raw, at) for at, raw in enumerate(records)]

    def _record(self, raw: msgspec.Raw, at: int) -> Judgement:
        try:
            row = self._decode_row(raw)
            return judgement(row, self._breaches(row, at))
        except UNFIT:
            return self._members(raw, at)

    def _members(self, raw: msgspec.Raw, at: int) -> Judgement:
        """A record read field by field."""
        path = f"$.records[{at}]"
        try:
            members = MEMBERS.decode(raw)
        except UNFIT:
            return Judgement(None, "reject", (Breach(path, "", "is no object", "reject"),))
        found = self._strange(path, members)
        values, unread = [], {}
        for place, field in enumerate(self._fields):
            value, what = reading.value(field, members.get(field.name))
            values.append(value)
            if what:
                unread[place] = field.name
                found.append(Breach(f"{path}.{field.name}", field.name, what, field.on_breach))
        row = self._row(*values)
        told = set(unread.values())  # a rule may say again that there is no value
        ruled = (one for one in self._breaches(row, at, unread) if one.field not in told)
        return judgement(row, (*found, *ruled))

    def _strange(self, path: str, members: dict[str, msgspec.Raw]) -> list[Breach]:
        """What a record holds that nobody asked for."""
        if self._unknown == "ignore":
            return []
        unknown = [name[:SHOWN] for name in members if name not in self.columns][:_MANY]
        what = "is no field of this request"
        flags = self._unknown == "flag"
        return [
            Breach(f"{path}.{name}", UNKNOWN if flags else name, what, self._unknown)
            for name in unknown
        ]


def _records(body: bytes) -> list[msgspec.Raw] | Rejection:
    """Each record as it is written, where the request as a whole is one."""
    try:
        records = RECORDS.decode(body).records
        repeated = reading.repeated(body)
    except msgspec.ValidationError as error:
        return rejection(422, "$", str(error))
    except (ValueError, RecursionError) as error:
        return reading.unreadable(error)
    if repeated:
        return rejection(422, "$", f"holds a member twice: {', '.join(repeated)}")
    if not records:
        return rejection(422, "$.records", "is empty")
    if len(records) > _PATIENCE:
        what = f"holds {len(records):,} records, not all as asked: send {_PATIENCE:,} at most"
        return rejection(422, "$.records", what)
    return records


def compiled(
    columns: tuple[RequestColumn, ...], rules: tuple[Rule, ...], unknown: Unknown = "reject"
) -> Guard:
    """Raises Mistake for a column or rule that a request cannot keep."""
    declared = {rule.name: rule for rule in rules if isinstance(rule, FieldRule)}
    fields = tuple(reading.field(column, declared.get(column.name)) for column in columns)
    names = tuple(field.name for field in fields)
    if len(set(names)) < len(names):
        raise Mistake(f"a request names a column twice: {', '.join(sorted(names))}")
    return Guard(fields, rules, unknown)
