"""A year made short, from browsers and from terminals: the same record at the end.

Two people sign in: one makes, the other approves. The world is the same twice: a door asked the
same questions, the same labels, the same edit of the contract, the same clock.
"""

import base64
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import lived
import msgspec
import pytest
import small_project
from asking import OWN, Control, Reply, control, given, ledger

from mainstay.cli.main import outcome
from mainstay.control import passwords, worker
from mainstay.core import settings
from mainstay.core.nouns import Event
from mainstay.ledger import credentials
from mainstay.ledger.verify import verify
from mainstay.seal import dsse, keys, waiver
from mainstay.seal.dsse import Envelope
from mainstay.web import forms

AUTHOR, APPROVER = small_project.AUTHOR, small_project.APPROVER
ROLES = {AUTHOR: ("data-scientist", "data-engineer", "ml-engineer"), APPROVER: ("approver",)}
JOBS = ("labels", "run", "deliver", "head", "verify")
PASSWORD = "a long year of few words"
V2, WAIVED_UNTIL = "the goal is that of next year", "2024-04-20"
UNLIKE = ("blobs", "certificate", "shares", "previous", "result", "key", "finding", "standing")
"""What hangs on signatures, on folders, or on milliseconds that were measured."""


class Way(Protocol):
    """The acts of people, whichever way they take."""

    def stop(self, job: str) -> None: ...

    def work(self, job: str) -> None: ...

    def approve(self, version: str, because: str) -> None: ...

    def waive(self, version: str, clause: str) -> None: ...

    def deploy(self, version: str, how: str) -> None: ...

    def labels(self, text: str) -> None: ...

    def acknowledge(self, incident: int, because: str) -> None: ...

    def comment(self, version: str, text: str) -> None: ...

    def rollback(self, because: str) -> None: ...


def year(way: Way, folder: Path) -> None:
    """From the first look at the data to a step back, through an incident and a second version."""
    for job in JOBS:
        way.stop(job)
    for job in ("assess", "build", "certify"):
        way.work(job)
    way.approve("v1", "it pays, and the gates hold")
    way.deploy("v1", "canary")
    way.deploy("v1", "live")
    way.labels(lived.labels(lived.asked(folder, range(1, 8))))
    way.work("run")
    way.labels(lived.labels(lived.asked(folder, range(8, 15), inches)))
    way.work("run")
    way.acknowledge(opened(folder), "asked the weather service")
    stated = (folder / "contract.yaml").read_text()
    (folder / "contract.yaml").write_text(stated.replace("at_least: 0.6}", "at_least: 0.95}"))
    way.work("build")
    way.work("certify")
    way.waive("v2", "roc_auc")
    way.work("certify")
    way.approve("v2", "until the clinic knows better")
    way.deploy("v2", "live")
    way.comment("v2", f"@{AUTHOR}, it is live")
    way.rollback("a test of the way back")


class Browsers:
    """Forms of pages, each sent by who is signed in; a worker does what they ask for."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.control = folder, control(folder)
        self.people = {name: Session(self.control, folder, name) for name in ROLES}

    def stop(self, job: str) -> None:
        self.people[AUTHOR].sent("/runs/rhythm", job=job, rhythm="", zone="")

    def work(self, job: str) -> None:
        run = self.people[AUTHOR].sent("/runs/ask", job=job).header("location")
        before = self.people[AUTHOR].page(run)
        assert "It waits for a worker" in before
        assert 'data-live="yes"' in before
        with acting(self.folder, AUTHOR):
            worker.until_nothing_is_due(worker.worker(self.folder, lambda _: None))
        after = self.people[AUTHOR].page(run)
        assert 'role="log"' in after
        assert "asked for by ana" in after
        assert "failed" not in after, after

    def approve(self, version: str, because: str) -> None:
        lead, here = self.people[APPROVER], f"/models/no-show/versions/{version}"
        page = lead.page(f"{here}/approval")
        facts = lead.facts(f"{here}/certificate.json")
        envelope = msgspec.convert(facts["envelope"], Envelope)
        assert f'value="{facts["certificate"]}"' in page
        lead.sent(f"{here}/approve", because=because, certificate=facts["certificate"],
                  **self._signed(envelope.payload_type, dsse.unproven(envelope)))  # fmt: skip

    def waive(self, version: str, clause: str) -> None:
        lead, here = self.people[APPROVER], f"/models/no-show/versions/{version}"
        assert f"{here}/waive" in lead.page(here)
        assert clause in lead.page(f"{here}/waive")
        asked = f"{here}/waive?clause={clause}&because={V2.replace(' ', '+')}&until={WAIVED_UNTIL}"
        page = lead.page(asked)
        payload = hidden(page, "payload")
        lead.sent(f"{here}/waive", payload=payload,
                  **self._signed(waiver.WAIVER, base64.b64decode(payload)))  # fmt: skip

    def deploy(self, version: str, how: str) -> None:
        path = f"/models/no-show/versions/{version}/deploy"
        self.people[AUTHOR].sent(path, how=how, environment="production")

    def labels(self, text: str) -> None:
        self.people[AUTHOR].file("/data/labels", "labels.csv", text.encode())

    def acknowledge(self, incident: int, because: str) -> None:
        self.people[AUTHOR].sent(f"/incidents/{incident}/acknowledge", because=because)

    def comment(self, version: str, text: str) -> None:
        self.people[APPROVER].sent(f"/models/no-show/versions/{version}/comment", text=text)

    def rollback(self, because: str) -> None:
        self.people[AUTHOR].sent("/models/no-show/rollback", because=because)

    def _signed(self, kind: str, payload: bytes) -> dict[str, str]:
        """As the script in the approver's browser does it."""
        key = keys.load(self.folder / "keys", APPROVER)
        made = key.signature(dsse.pae(kind, payload))
        return {"keyid": key.id, "signature": base64.b64encode(made).decode()}


class Session:
    """Somebody signed in, and what their forms carry."""

    def __init__(self, asked: Control, folder: Path, name: str) -> None:
        self.control, self.folder = asked, folder
        with acting(folder, AUTHOR):
            self.cookie = asked.form("/sign-in", name=name, password=PASSWORD).cookie
        self.form = hidden(self.page("/settings"), forms.FIELD)

    def page(self, path: str) -> str:
        said = self._asked("GET", path, b"", accept="text/html")
        assert said.status == 200, said.text
        return said.text

    def facts(self, path: str) -> Any:
        return self._asked("GET", path, b"").json["facts"]

    def sent(self, path: str, **fields: str) -> Reply:
        with acting(self.folder, AUTHOR):
            said = self.control.form(
                path, headers={"cookie": self.cookie}, csrf=self.form, **fields
            )
        assert said.status == 303, said.text
        return said

    def file(self, path: str, name: str, content: bytes) -> None:
        parts = [
            b'--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n' + self.form.encode(),
            f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: text/csv\r\n\r\n".encode()
            + content,
            b"--b--\r\n",
        ]
        kind = {"content_type": "multipart/form-data; boundary=b"}
        said = self._asked("POST", path, b"\r\n".join(parts), **kind, **OWN)
        assert (said.status, said.header("location")) == (303, "/data"), said.text

    def _asked(self, method: str, path: str, body: bytes, **headers: str) -> Reply:
        with acting(self.folder, AUTHOR):
            return self.control.ask(method, path, body, cookie=self.cookie, **headers)


class Terminals:
    """The same acts as command lines, each with the key of who types."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def stop(self, job: str) -> None:
        self._typed(AUTHOR, "schedule", "stop", job)

    def work(self, job: str) -> None:
        self._typed(AUTHOR, job, ends=(0, 1, 3))

    def approve(self, version: str, because: str) -> None:
        self._typed(APPROVER, "approve", version, "--because", because)

    def waive(self, version: str, clause: str) -> None:
        said = ("--because", V2, "--until", WAIVED_UNTIL)
        self._typed(APPROVER, "waive", version, clause, *said)

    def deploy(self, version: str, how: str) -> None:
        self._typed(AUTHOR, "deploy", version, f"--{how}", ends=(0, 3))

    def labels(self, text: str) -> None:
        (self.folder / "labels.csv").write_text(text)
        self._typed(AUTHOR, "labels", str(self.folder / "labels.csv"))

    def acknowledge(self, incident: int, because: str) -> None:
        self._typed(AUTHOR, "incident", "acknowledge", str(incident), "--because", because)

    def comment(self, version: str, text: str) -> None:
        self._typed(APPROVER, "comment", text, "--version", version)

    def rollback(self, because: str) -> None:
        self._typed(AUTHOR, "rollback", "--because", because, ends=(0, 3))

    def _typed(self, name: str, *words: str, ends: tuple[int, ...] = (0,)) -> None:
        with acting(self.folder, name):
            assert outcome([*words, "--folder", str(self.folder)]) in ends, words


@contextmanager
def acting(folder: Path, name: str) -> Iterator[None]:
    """As somebody, in the time of the project."""
    values = {
        "MAINSTAY_CLOCK": str(folder / "clock"), "MAINSTAY_KEYS": str(folder / "keys"),
        "MAINSTAY_KEY": name,
    }  # fmt: skip
    with settings.given(values):
        yield


def inches(one: lived.Record) -> lived.Record:
    return {**one, "rain": float(str(one["rain"])) / 25.4}


def hidden(page: str, name: str) -> str:
    found = re.search(f'name="{name}" value="([^"]+)"', page)
    assert found, page
    return found[1]


def opened(folder: Path) -> int:
    """The newest incident."""
    with ledger(folder) as there:
        return list(there.events(kind="IncidentOpened"))[-1].seq


def prepared(born: Path, folder: Path) -> Path:
    """Contract, code and data; keys that are trusted; two people with roles; no event of a model.

    Environments, which take minutes to make, are those of the certified project.
    """
    small_project.furnished(small_project.written(folder), born)
    shutil.copytree(born / "keys", folder / "keys")
    lived.set_clock(folder, small_project.AFTER)
    with acting(folder, AUTHOR):
        for name, roles in ROLES.items():
            given(folder, name, *roles)
            with ledger(folder) as there:
                credentials.set_password(there, name, passwords.hashed(PASSWORD))
    return folder


def record(folder: Path) -> list[tuple[object, ...]]:
    with ledger(folder) as there:
        assert not verify(there)
        return [told(one, folder) for one in there.events()]


def told(one: Event, folder: Path) -> tuple[object, ...]:
    said = {name: value for name, value in one.payload.items() if name not in UNLIKE}
    return one.seq, one.time, one.kind, one.subject, one.actor.name, said


@pytest.mark.slow
def test_a_year_from_browsers_leaves_the_record_of_a_year_from_terminals(
    born: Path, tmp_path: Path
) -> None:
    found = {}
    for name, way in (("browsers", Browsers), ("terminals", Terminals)):
        folder = prepared(born, tmp_path / name / "no-show")
        with acting(folder, AUTHOR):
            year(way(folder), folder)
        found[name] = record(folder)

    kinds = {one[2] for one in found["browsers"]}
    assert kinds > {
        "Assessed", "Built", "HoldoutOpened", "Certified", "Approved", "Deployed", "LabelsReceived",
        "WindowJudged", "IncidentOpened", "IncidentAcknowledged", "CertificateRefused", "Waived",
        "Commented", "RolledBack", "Scheduled",
    }  # fmt: skip
    assert found["browsers"] == found["terminals"]
