"""The rules at the door: one typed pass over a request, straight-line checks, a judgement per row.

A request is `{"records": [{...}, ...]}`. A record holds every column of the request and nothing
else, unless the contract ignores or flags what it does not know; null where the column may be
missing. Numbers are as JSON writes them (no NaN, no infinity; a whole number may also be written
3.0, up to 2^53), a date is ISO, a time RFC 3339 with its zone. Rows that break nothing are known by
the decoder alone, whose types hold most rules; rows that fit are judged in a second pass; where one
does not, each row is read field by field, so that all its breaches are found and what `on_breach`
says can be done. Values are cleaned before they are judged. Nothing here raises.
"""

import threading
from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from mainstay.bundle import checks, cleaning, fitting, reading
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
from mainstay.core.cleaning import Cleaning
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
    """The compiled rules of one bundle. cleaned: values that were set right, by column."""

    def __init__(
        self, fields: tuple[Field, ...], rules: tuple[Rule, ...], unknown: Unknown
    ) -> None:
        """fields: in the order of a row. Raises Mistake for a rule that a request cannot keep."""
        self.columns = tuple(field.name for field in fields)
        self.types = {field.name: field.type for field in fields}
        self.cleaned: Counter[str] = Counter()
        self._counting = threading.Lock()
        self._fields, self._places = fields, cleaning.places(fields)
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
            return [self._whole(row, at) for at, row in enumerate(rows)]
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
            if not self._are_whole(rows, body):
                return None
            if not self._places:
                return rows if self._keep(rows) else None
            changed = [name for row in rows for name in cleaning.cleaned(self._places, row)]
            lost = any(cleaning.lost(self._places, row) for row in rows)
            if lost or not self._keep(rows):
                return None
        except UNFIT:
            return None
        self._count(changed)
        return rows

    def _count(self, changed: list[str]) -> None:
        if changed:
            with self._counting:
                self.cleaned.update(changed)

    def _whole(self, row: Row, at: int) -> Judgement:
        """A row that could be read, its values set right."""
        if not self._places:
            return judgement(row, self._breaches(row, at))
        changed = cleaning.cleaned(self._places, row)
        lost = cleaning.lost(self._places, row)
        nulls = (self._unfit(at, place, "is null") for place in lost)
        made = self._by_rules(row, at, (*nulls,), lost)
        self._count(changed)
        return made

    def _by_rules(
        self, row: Row, at: int, found: tuple[Breach, ...], unread: dict[int, str]
    ) -> Judgement:
        told = set(unread.values())  # a rule may say again that there is no value
        ruled = (one for one in self._breaches(row, at, unread) if one.field not in told)
        return judgement(row, (*found, *ruled))

    def _unfit(self, at: int, place: int, what: str) -> Breach:
        field = self._fields[place]
        return Breach(f"$.records[{at}].{field.name}", field.name, what, field.on_breach)

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
            return self._whole(self._decode_row(raw), at)
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
        read = [reading.value(field, members.get(field.name)) for field in self._fields]
        row = self._row(*(value for value, _ in read))
        self._count(cleaning.cleaned(self._places, row))
        lost = cleaning.lost(self._places, row)
        said = {
            place: what or "is null"
            for place, (_, what) in enumerate(read)
            if what or place in lost
        }
        found += [self._unfit(at, place, what) for place, what in said.items()]
        unread = {place: self._fields[place].name for place in said}
        return self._by_rules(row, at, tuple(found), unread)

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
    columns: tuple[RequestColumn, ...],
    rules: tuple[Rule, ...],
    unknown: Unknown = "reject",
    clean: tuple[Cleaning, ...] = (),
) -> Guard:
    """Raises Mistake for a column or rule that a request cannot keep."""
    declared = {rule.name: rule for rule in rules if isinstance(rule, FieldRule)}
    cleans = {one.name: one for one in clean}
    fields = tuple(
        reading.field(one, declared.get(one.name), cleans.get(one.name)) for one in columns
    )
    names = tuple(field.name for field in fields)
    if len(set(names)) < len(names):
        raise Mistake(f"a request names a column twice: {', '.join(sorted(names))}")
    return Guard(fields, rules, unknown)
