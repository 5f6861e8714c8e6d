"""What the callers saw, counted."""

import threading
from datetime import UTC, datetime

import pytest

from mainstay.cli.demo.tally import Tally
from mainstay.cli.demo.traffic import Request, Said
from mainstay.cli.demo.world import CELSIUS, INCHES, Defect

AT = datetime(2013, 5, 13, tzinfo=UTC)
MODEL = {"decided_by": "model", "flags": []}
FALLBACK = {"decided_by": "baseline", "flags": ["pressure"]}


def said(status: int = 200, *, corrupted: bool = False, **answer: object) -> Said:
    return Said(Request(AT, "k", b"", corrupted), status, {**MODEL, **answer})


def counted(*all_: tuple[Said, Defect | None]) -> Tally:
    tally = Tally()
    for one, defect in all_:
        tally.add(one, defect)
    return tally


def test_what_was_not_answered_failed() -> None:
    tally = counted((said(), None), (said(503), None), (said(0), None), (said(422), None))

    assert tally.figures()["requests"] == 4
    assert tally.figures()["failed"] == 3


def test_a_refusal_of_a_corrupted_row_is_no_failure() -> None:
    assert counted((said(422, corrupted=True), INCHES)).figures()["failed"] == 0


@pytest.mark.parametrize(
    ("stopped", "passed", "clean", "caught"),
    [(95, 5, 1000, "yes"), (94, 6, 1000, "no"), (95, 5, 998, "no"), (0, 0, 1000, "no")],
)
def test_a_defect_is_caught_where_nearly_all_of_it_and_nearly_nothing_else_was_stopped(
    stopped: int, passed: int, clean: int, caught: str
) -> None:
    tally = counted(
        *[(said(corrupted=True, **FALLBACK), INCHES)] * stopped,
        *[(said(corrupted=True), INCHES)] * passed,
        *[(said(), None)] * clean,
        *[(said(**FALLBACK), None)],
    )

    assert tally.figures()["defect_caught_at_door"] is (caught == "yes")


def test_an_answer_by_the_rule_of_a_canary_is_not_stopped() -> None:
    tally = counted((said(decided_by="baseline", flags=["share"]), None))

    assert tally.figures()["stopped_clean"] == 0


def test_a_defect_is_named_only_by_all_of_its_columns() -> None:
    tally = Tally()
    tally.incident({"clause": "unit", "columns": ["temp"]}, CELSIUS)
    first = tally.named(CELSIUS)
    tally.incident({"clause": "unit", "columns": ["dewp"]}, CELSIUS)
    tally.incident({"clause": "drift", "columns": ["dest"]}, CELSIUS)

    assert (first, tally.named(CELSIUS)) == (False, True)


def test_another_column_or_another_week_does_not_name_a_defect() -> None:
    late, much = Tally(), Tally()
    for column in ("temp", "dewp", "precip"):
        late.incident({"clause": "unit", "columns": [column]}, None)
        much.incident({"clause": "unit", "columns": [column]}, CELSIUS)

    assert not late.named(CELSIUS)
    assert not much.named(CELSIUS)


def test_somebody_can_wait_for_requests() -> None:
    tally = Tally()
    waiting = threading.Thread(target=tally.wait, args=(2,))
    waiting.start()
    for _ in range(2):
        tally.add(said(), None)
    waiting.join(10)

    assert not waiting.is_alive()
