"""Thousands of broken requests to one door: each gets an answer that blames the request."""

import random
import time
from collections import Counter

import pytest
from msgspec import json
from small_project import Serving, record

from mainstay.life.serve.app import App
from mainstay.life.serve.journal import Journal
from mainstay.life.serve.loader import Place
from mainstay.life.serve.watching import Watch

SEED, COUNT = 7, 4_000
NUMBERS = (
    b"NaN", b"-Infinity", b"1e308", b"1e309", b"-1e400", b"9" * 4_000, b"-0", b"0x10", b"01", b"1.",
    b"1e999999999", b"9" * 19, b"2.5e-324", b"true", b"null", b"[]", b"{}", b'"1"', b'""',
)  # fmt: skip
TEXTS = (
    b'"\\ud800"', b'"\xff"', b'"\\u0000"', b'"\x00"', b'"' + b"x" * 70_000 + b'"',
    b'"\xf0\x9d\x92\xb3"',
    b'"2024-02-30T00:00:00Z"', b'"9999-12-31T23:59:59-23:59"', b'"2024-03-01T09:00:00"', b"0",
)  # fmt: skip
PIECES = (
    *NUMBERS,
    *TEXTS,
    b"[" * 2_000,
    b'{"a":' * 2_000,
    b",",
    b":",
    b"\xef\xbb\xbf",
    b"\x00",
    b"",
)
MANY = b",".join(b'"%d":1' % at for at in range(900_000))


def mutated(body: bytes, chance: random.Random) -> bytes:
    """A request with one to three wounds."""
    for _ in range(chance.randint(1, 3)):
        at, piece = chance.randrange(len(body) + 1), chance.choice(PIECES)
        match chance.randrange(6):
            case 0:
                body = body[:at]
            case 1:
                body = body[:at] + piece + body[at:]
            case 2:
                body = body[:at] + bytes([chance.randrange(256)]) + body[at + 1 :]
            case 3:
                body = body.replace(chance.choice((b"20", b"1.5", b'"new"', b'"v1"')), piece, 1)
            case 4:
                body = body.replace(b"2024-03-01T09:00:00Z", piece.strip(b'"'), 1)
            case _:
                body = body[:at] + body[at // 2 :]
    return body


@pytest.fixture
def app(serving: Serving) -> App:
    serving.publish(1)
    watch = Watch(
        Place(serving.folder, serving.folder / "environments", "production"),
        serving.log,
        serving.keys / "trust.json",
    )
    watch.look()
    return App(watch, Journal(serving.log))


def requests() -> list[bytes]:
    one = json.encode({"records": [record()]})
    several = json.encode({"records": [record(visit=f"v{at}") for at in range(5)]})
    chance = random.Random(SEED)
    return [mutated(chance.choice((one, several)), chance) for _ in range(COUNT)]


@pytest.mark.slow
def test_no_broken_request_is_answered_by_a_mistake_of_ours(app: App) -> None:
    found: Counter[int] = Counter()
    slowest = 0.0
    for body in requests():
        begun = time.process_time()
        found[app.door.handle(body)[0]] += 1
        slowest = max(slowest, time.process_time() - begun)

    assert set(found) == {200, 400, 422}, found
    assert min(found.values()) > COUNT // 50, "the wounds are all alike"
    assert app.door.failed == 0
    assert slowest < 0.5


@pytest.mark.slow
def test_the_hunt_for_mistakes_of_ours_finds_one_that_is_planted(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = app.watch.table.served[0].held.runtime
    judged = runtime.guard.judged

    def fragile(body: bytes) -> object:
        if b"1e309" in body:
            raise OverflowError
        return judged(body)

    monkeypatch.setattr(runtime.guard, "judged", fragile)
    found = {app.door.handle(body)[0] for body in requests()}

    assert 503 in found
    assert app.door.failed > 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("nested", b'{"records": ' + b"[" * 9_900_000),
        ("nested in a record", b'{"records": [{"a": ' + b'{"a":' * 1_900_000),
        ("many empty records", b'{"records": [' + b"{}," * 3_000_000 + b"{}]}"),
        ("many empty lists", b'{"records": [' + b"[]," * 3_000_000 + b"[]]}"),
        ("one number", b'{"records": [{"wait": ' + b"9" * 9_900_000 + b"}]}"),
        ("one text", b'{"records": [{"visit": "' + b"9" * 9_900_000 + b'"}]}'),
        ("many members", b'{"records": [{' + MANY + b"}]}"),
        ("fewer members", b'{"records": [{' + MANY[:2_888_897] + b"}]}"),
        ("many escapes", b'{"records": [{"visit": "' + b"\\u00e9" * 1_600_000 + b'"}]}'),
        ("the same member", b'{"records": [{' + b'"wait":1,' * 1_000_000 + b'"wait":1}]}'),
        ("spaces", b" " * 9_900_000),
    ],
)  # fmt: skip
def test_the_largest_request_of_any_shape_is_refused_soon(app: App, name: str, body: bytes) -> None:
    begun = time.process_time()

    status, said, _ = app.door.handle(body)

    assert status in (400, 422)
    assert len(said) < 20_000
    assert time.process_time() - begun < 1


def test_of_many_errors_some_are_told_and_how_many_more_there_are(app: App) -> None:
    strange = {f"x{at}": 1 for at in range(1_000)}

    alone = json.decode(app.door.handle(json.encode({"records": [record(**strange)]}))[1])
    many = json.decode(app.door.handle(json.encode({"records": [record(wait=None)] * 3_000}))[1])
    beside = json.decode(
        app.door.handle(json.encode({"records": [record(), record(**strange)]}))[1]
    )

    assert len(alone["errors"]) == 20
    assert (len(many["errors"]), many["errors"][-1]["what"]) == (101, "and 2900 more")
    assert len(beside["answers"][1]["errors"]) == 20
