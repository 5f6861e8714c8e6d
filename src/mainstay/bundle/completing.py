"""Requests without their context, completed before anybody judges them.

What a record lacks of a looked-up context is written into it as if its caller had sent it: the
guard, the journal, a shadow and whoever reads the journal see one and the same record. What it
holds already stays. Nothing here raises for what a caller sends: what cannot be looked up is null.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from mainstay.bundle import points, reading
from mainstay.bundle.encoder import Row
from mainstay.bundle.judgement import Breach, Judgement, judgement
from mainstay.bundle.lookup import Lookup, marks
from mainstay.bundle.manifest import Manifest
from mainstay.bundle.reading import MEMBERS, RECORDS, UNFIT
from mainstay.bundle.views import Store
from mainstay.core.errors import Unavailable
from mainstay.core.typed import PYTHON

Marks = tuple[tuple[Breach, ...], ...]
"""Of each record, how its context was found; empty where nothing is to be said of any."""
_ABSENT = msgspec.Raw(b"")
_ENCODE = msgspec.json.Encoder().encode
_SECOND = 1_000_000
_UNREAD = "cannot be read now"
Told = tuple[bytes, tuple[Breach, ...]]
"""The members that a record lacks of one context, and what is to be said of them."""
NOTHING: Told = (b"", ())


class Completed(NamedTuple):
    """A request that lacks no looked-up context. cut: up to when what was looked up is known; None

    where nothing was.
    """

    body: bytes
    marks: Marks = ()
    cut: datetime | None = None


class _Found(NamedTuple):
    """Whether a view could be read, what it holds under a key, and why it is not fresh."""

    read: bool
    blob: bytes | None
    why: str


_UNKNOWN = _Found(read=False, blob=None, why=_UNREAD)


class Completer:
    """Completes the requests of one version."""

    def __init__(self, stated: Manifest) -> None:
        self.lookups = stated.lookups
        self._taken = frozenset(name for one in stated.lookups for name in one.columns)
        on = {name for one in stated.lookups for name in one.on}
        read = [one for one in stated.request if one.name in on | self._taken or one.role == "time"]
        self._fields = [reading.field(one, None) for one in read]
        self._record = _record({one.name: one.type for one in read}, self._taken)
        self._decode = msgspec.json.Decoder(self._record).decode
        places = {one.name: f"c{at}" for at, one in enumerate(read)}
        time = next((places[one.name] for one in read if one.role == "time"), "")
        self._looking = tuple(_Looking(one, places, time) for one in stated.lookups)

    def completed(self, body: bytes, store: Store | None, at: datetime) -> Completed:
        """store: None where there is no generation. at: the present, which context is fresh by."""
        try:
            raws = RECORDS.decode(body).records
        except UNFIT:
            return Completed(body)
        if len(raws) == 1:
            return self._alone(body, raws[0], store, at)
        records = [self._read(raw) for raw in raws]
        told = [one.told(records, store, at) for one in self._looking]
        if not any(members for one in told for members, _ in one):
            return Completed(body)
        each = list(zip(*told, strict=True))
        made = [
            _joined(bytes(raw), [members for members, _ in some if members])
            for raw, some in zip(raws, each, strict=True)
        ]
        found = tuple(tuple(mark for _, said in some for mark in said) for some in each)
        return _completed(b",".join(made), found if any(found) else (), store)

    def _alone(self, body: bytes, raw: msgspec.Raw, store: Store | None, at: datetime) -> Completed:
        """The same of a single record, as most requests have: a half of what several cost each."""
        record = self._read(raw)
        parts: list[bytes] = []
        found: tuple[Breach, ...] = ()
        for one in self._looking:
            members, said = one.alone(record, store, at)
            if members:
                parts.append(members)
                found += said
        if not parts:
            return Completed(body)
        return _completed(_joined(bytes(raw), parts), (found,) if found else (), store)

    def _read(self, raw: msgspec.Raw) -> Row | None:
        """None for what is no record."""
        try:
            return self._decode(raw)
        except UNFIT:
            return self._patiently(raw)

    def _patiently(self, raw: msgspec.Raw) -> Row | None:
        """The same field by field: what cannot be read is None, for the guard to say so."""
        try:
            members = MEMBERS.decode(raw)
        except UNFIT:
            return None
        return self._record(
            *(
                members.get(one.name, _ABSENT)
                if one.name in self._taken
                else reading.value(one, members.get(one.name))[0]
                for one in self._fields
            )
        )


def marked(judged: list[Judgement], found: Marks) -> list[Judgement]:
    """Judgements of completed records with what is to be said of their context."""
    if not found:
        return judged
    return [
        judgement(one.row, (*one.reasons, *said)) if said and one.row is not None else one
        for one, said in zip(judged, found, strict=True)
    ]


def completer(stated: Manifest) -> Completer | None:
    """None where callers send everything."""
    return Completer(stated) if stated.lookups else None


class _Looking:
    """One context of one version."""

    def __init__(self, one: Lookup, places: Mapping[str, str], time: str) -> None:
        self._one, self._view = one, one.view
        self._on = _getter([places[name] for name in one.on])
        self._taken = _getter([places[name] for name in one.columns])
        self._time: Callable[[Row], Any] = attrgetter(time) if one.timed else lambda _: None
        self._blank = _members(dict.fromkeys(one.columns))
        self._nothing = _members({name: 0 if name in one.counts else None for name in one.columns})
        self._cold, self._stale = marks(one)
        self._within = _micros(one.within)
        self._fresh = _micros(one.fresh)

    def told(self, records: Sequence[Row | None], store: Store | None, at: datetime) -> list[Told]:
        """Of each record the members that it lacks, and what is to be said of them."""
        wanted = [self._wanted(record) for record in records]
        found = self._found(store, list({one[1] for one in wanted if one and one[1]}))
        why = self._why_stale(store, at) if found is not None else _UNREAD
        return [
            NOTHING
            if record is None or one is None
            else self._one_told(
                place,
                record,
                one,
                _Found(read=found is not None, blob=(found or {}).get(one[1]), why=why),
            )
            for place, (record, one) in enumerate(zip(records, wanted, strict=True))
        ]

    def alone(self, record: Row | None, store: Store | None, at: datetime) -> Told:
        """The same of the only one."""
        wanted = self._wanted(record)
        if record is None or wanted is None:
            return NOTHING
        blob, key = None, wanted[1]
        try:
            if store is None or self._view not in store.current.views:
                return self._one_told(0, record, wanted, _UNKNOWN)
            if key:
                blob = store.found(self._view, (key,))[0]
        except Unavailable:
            return self._one_told(0, record, wanted, _UNKNOWN)
        return self._one_told(
            0, record, wanted, _Found(read=True, blob=blob, why=self._why_stale(store, at))
        )

    def _wanted(self, record: Row | None) -> tuple[int, bytes] | None:
        """How many columns a record lacks, and the key they are found by, empty for none."""
        if record is None:
            return None
        lacks = self._taken(record).count(_ABSENT)
        if not lacks:
            return None
        on = self._on(record)
        return lacks, b"" if None in on else points.key(on)

    def _found(self, store: Store | None, keys: list[bytes]) -> dict[bytes, bytes | None] | None:
        """None where the view cannot be read."""
        if store is None or self._view not in store.current.views:
            return None
        try:
            return dict(zip(keys, store.found(self._view, keys), strict=True))
        except Unavailable:
            return None

    def _why_stale(self, store: Store | None, at: datetime) -> str:
        if self._fresh is None or store is None:
            return ""
        newest = store.current.views[self._view].newest
        age = points.moment(at) - (newest or 0)
        if age <= self._fresh:
            return ""
        old = f"is {age // _SECOND:,} s old, more than {self._fresh // _SECOND:,} s"
        return old if newest else "is empty"

    def _one_told(self, place: int, record: Row, wanted: tuple[int, bytes], found: _Found) -> Told:
        lacks, key = wanted
        said: tuple[Breach, ...] = ()
        if found.why:
            said = (Breach(f"$.records[{place}]", self._stale, found.why, self._one.stale),)
        if not found.read:
            return self._only(record, lacks, self._blank), said
        members, cold = self._known(record, key, found.blob)
        if cold:
            what = "nothing is known of it"
            said += (Breach(f"$.records[{place}]", self._cold, what, self._one.cold),)
        return self._only(record, lacks, members), said

    def _known(self, record: Row, key: bytes, blob: bytes | None) -> tuple[bytes, bool]:
        """What is known of a record, and whether that is nothing."""
        if not key:
            return self._blank, True
        time = self._time(record)
        if time is None and self._one.timed:
            return self._blank, False  # the guard refuses a record without its time
        at = points.moment(time) if time else points.ALWAYS
        point = points.known(blob, at) if blob else None
        if point is None or (self._within is not None and at - point.as_of > self._within):
            return self._nothing, True
        return point.members, point.members == self._nothing

    def _only(self, record: Row, lacks: int, members: bytes) -> bytes:
        """Those that a record lacks."""
        if lacks == len(self._one.columns):
            return members
        every = MEMBERS.decode(b"{" + members + b"}")
        some = zip(self._one.columns, self._taken(record), strict=True)
        return _members({name: every[name] for name, raw in some if raw is _ABSENT})


def _micros(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * _SECOND)


def _record(types: Mapping[str, str], taken: frozenset[str]) -> type[Row]:
    """What is read of a record: values that rows are found by, and whether taken ones are there."""
    members = [
        (f"c{at}", msgspec.Raw, _ABSENT) if name in taken else (f"c{at}", PYTHON[kind] | None, None)
        for at, (name, kind) in enumerate(types.items())
    ]
    names = {f"c{at}": name for at, name in enumerate(types)}
    return msgspec.defstruct("Asked", members, rename=names, gc=False)


def _getter(places: Sequence[str]) -> Callable[[Row], tuple[Any, ...]]:
    """The values at some places."""
    if len(places) > 1:
        return attrgetter(*places)
    one = attrgetter(places[0])
    return lambda record: (one(record),)


def _members(values: Mapping[str, object]) -> bytes:
    """As they stand in a record."""
    return _ENCODE(values)[1:-1]


def _joined(record: bytes, parts: list[bytes]) -> bytes:
    """A record with further members at its end."""
    if not parts:
        return record
    head = record[:-1]
    return b",".join([head, *parts] if head[1:].strip() else [head + parts[0], *parts[1:]]) + b"}"


def _completed(records: bytes, found: Marks, store: Store | None) -> Completed:
    cut = store.current.cut if store else None
    return Completed(b'{"records":[' + records + b"]}", found, cut)
