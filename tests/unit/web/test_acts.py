"""What forms ask for: the same commands as the terminal, from this session alone."""

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asking import Control, control, given

from mainstay.control import admission
from mainstay.control.commands import (
    Acknowledge,
    CancelRun,
    Comment,
    Countersign,
    Deploy,
    DropToken,
    GiveToken,
    Grant,
    Invite,
    OfferKey,
    OwnToken,
    Reject,
    Rollback,
    RunNow,
    Schedule,
    SendWaiver,
    SettleConflict,
    TakeBack,
    Unschedule,
    Withdraw,
)
from mainstay.core import clock, digest
from mainstay.core.answers import Answer
from mainstay.core.nouns import Evidence, Verdict
from mainstay.ledger.store import Ledger
from mainstay.seal.dsse import Signature
from mainstay.seal.waiver import Missed, Waiver
from mainstay.web.acts import ACTS

V1 = "/models/no-show/versions/v1"
NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
GATE = Evidence("roc_auc", "v1", "held out", "bootstrap", verdict=Verdict.FAIL)
WAIVER = Waiver(
    Missed("no-show", "v1", "0" * 64, "1" * 64, GATE), "next year", "lead", NOON,
    NOON + timedelta(days=9),
)  # fmt: skip
PAYLOAD = base64.b64encode(digest.canonical(WAIVER)).decode()
SENT: list[tuple[str, str, dict[str, str], object]] = [
    ("approver", f"{V1}/approve",
     {"certificate": "c", "keyid": "k", "signature": "s", "because": " ok "},
     Countersign("v1", "c", Signature("k", "s"), "ok")),
    ("approver", f"{V1}/reject", {"because": "no"}, Reject("v1", "no")),
    ("approver", f"{V1}/waive",
     {"payload": PAYLOAD, "keyid": "k", "signature": "s"}, SendWaiver(WAIVER, Signature("k", "s"))),
    ("data-scientist", "/runs/ask", {"job": "build"}, RunNow("build")),
    ("data-engineer", "/conflicts/settle",
     {"id": "ab12", "verdict": "accept", "because": " km and miles "},
     SettleConflict("ab12", accept=True, because="km and miles")),
    ("data-scientist", "/conflicts/settle", {"id": "ab12", "verdict": "decline"},
     SettleConflict("ab12", accept=False, because="")),
    ("ml-engineer", "/runs/3/cancel", {"because": " wrong rows "}, CancelRun(3, "wrong rows")),
    ("ml-engineer", "/runs/rhythm", {"job": "run", "rhythm": "5  6 * * *", "zone": ""},
     Schedule("run", "5 6 * * *", "UTC")),
    ("ml-engineer", "/runs/rhythm", {"job": "run", "rhythm": ""}, Schedule("run", "")),
    ("ml-engineer", "/runs/rhythm/reset", {"job": "run"}, Unschedule("run")),
    ("ml-engineer", f"{V1}/deploy", {"how": "canary"}, Deploy("v1", None)),
    ("ml-engineer", f"{V1}/deploy", {"how": "live", "environment": "replay"},
     Deploy("v1", 1.0, "replay")),
    ("viewer", f"{V1}/comment", {"text": "x"}, Comment("x", "v1")),
    ("approver", "/models/no-show/rollback", {"because": "harm"}, Rollback("harm")),
    ("data-engineer", "/incidents/3/acknowledge", {"because": "on it"}, Acknowledge(3, "on it")),
    ("viewer", "/incidents/3/comment", {"text": "x"}, Comment("x", incident=3)),
    ("admin", "/people/grant", {"name": "ana", "role": "viewer", "model": "*", "days": ""},
     Grant("ana", "viewer")),
    ("admin", "/people/grant", {"name": "ana", "role": "viewer", "model": "no-show", "days": "3"},
     Grant("ana", "viewer", "no-show", 3)),
    ("admin", "/people/withdraw", {"name": "ana", "role": "viewer"}, Withdraw("ana", "viewer")),
    ("admin", "/people/invite", {"name": "ana", "hours": "2"}, Invite("ana", 2)),
    ("admin", "/people/token", {"name": "ana", "label": "ci", "scopes": "read, deploy"},
     GiveToken("ana", "ci", ("read", "deploy"))),
    ("admin", "/people/revoke", {"name": "ana"}, TakeBack("ana")),
    ("viewer", "/settings/token", {"label": "l", "days": "5"}, OwnToken("l", (), 5)),
    ("viewer", "/settings/token/drop", {"label": "l"}, DropToken("l")),
    ("viewer", "/settings/key", {"public": "00"}, OfferKey("00")),
]  # fmt: skip


class Door:
    """A control plane that keeps what it is asked to do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.done: list[object] = []
        self.control: Control = control(folder, act=self._act)

    def _act(self, _: Path, command: object, _by: object) -> Answer:
        self.done.append(command)
        return Answer("Done.", lines=("secret-once",), facts={"run": 3})

    def session(self, role: str) -> tuple[str, str]:
        """The cookie of somebody, and what their forms carry."""
        given(self.folder, role, role)
        with Ledger(self.folder / ".mainstay" / "ledger.db") as ledger:
            made = admission.begun(ledger, role, clock.machine())
        return f"mainstay_session={made.secret}", made.form


@pytest.fixture
def door(folder: Path) -> Door:
    return Door(folder)


@pytest.mark.parametrize(("role", "path", "fields", "command"), SENT)
def test_a_form_is_one_command(
    role: str, path: str, fields: dict[str, str], command: object, door: Door
) -> None:
    cookie, form = door.session(role)

    said = door.control.form(path, headers={"cookie": cookie}, csrf=form, **fields)

    assert door.done == [command]
    assert said.status in (200, 303)
    assert ("secret-once" in said.text) is (said.status == 200)


def test_every_act_is_tried() -> None:
    """Those of one model at its own address are the same, and tried in a team: test_several."""
    tried = {path.replace("no-show", "{model}").replace("v1", "{version}") for _, path, *_ in SENT}

    own = {path for path in tried if path.startswith(("/runs/", "/conflicts/"))}
    tried |= {f"/models/{{model}}{path}" for path in own}
    missing = {one.path for one in ACTS} - {one.replace("/3/", "/{number}/") for one in tried}

    assert missing == {"/incidents/{number}/silence"}


@pytest.mark.parametrize(("role", "path", "fields", "_"), SENT)
def test_without_what_its_session_gave_it_nothing_is_done(
    role: str, path: str, fields: dict[str, str], _: object, door: Door
) -> None:
    cookie, _form = door.session(role)

    for forged in ({}, {"csrf": "x"}):
        said = door.control.form(path, headers={"cookie": cookie}, **forged, **fields)
        assert said.status == 403
    foreign = {"cookie": cookie, "origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    assert door.control.form(path, headers=foreign, csrf=_form, **fields).status == 403
    assert door.done == []


@pytest.mark.parametrize(
    ("role", "path", "fields", "status"),
    [
        ("approver", f"{V1}/approve", {"because": "x"}, 400),
        ("ml-engineer", f"{V1}/deploy", {"how": "everywhere"}, 400),
        ("approver", f"{V1}/waive", {"payload": PAYLOAD}, 400),
        ("approver", f"{V1}/waive", {"payload": "e30=", "signature": "s"}, 400),
        ("approver", f"{V1}/waive", {"payload": "é", "signature": "s"}, 400),
        ("approver", "/runs/ask", {"job": "build"}, 403),
        ("data-engineer", "/incidents/x/acknowledge", {"because": "x"}, 404),
        ("data-engineer", "/incidents/3/silence", {"because": "x", "hours": "-1"}, 400),
        ("approver", "/models/other/rollback", {"because": "x"}, 404),
    ],
)
def test_what_is_asked_for_wrongly_is_told_and_not_done(
    role: str, path: str, fields: dict[str, str], status: int, door: Door
) -> None:
    cookie, form = door.session(role)

    said = door.control.form(path, headers={"cookie": cookie}, csrf=form, **fields)

    assert said.status == status
    assert door.done == []


def test_an_admin_of_one_model_gives_no_roles_of_all(door: Door) -> None:
    given(door.folder, "adam", "admin", model="no-show")
    with Ledger(door.folder / ".mainstay" / "ledger.db") as ledger:
        made = admission.begun(ledger, "adam", clock.machine())
    cookie = {"cookie": f"mainstay_session={made.secret}"}
    fields = {"name": "ana", "role": "viewer", "csrf": made.form}

    wide = door.control.form("/people/grant", headers=cookie, model="*", **fields)
    narrow = door.control.form("/people/grant", headers=cookie, model="no-show", **fields)

    assert (wide.status, narrow.status) == (403, 303)
    assert door.done == [Grant("ana", "viewer", "no-show")]
