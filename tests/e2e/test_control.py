"""A control plane in its own process, and people at terminals of their own who only have a token.

The approver's key lies on the approver's side alone; the server acts with the author's.
"""

import http.client
import json
import re
import shutil
import threading
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import pytest
import small_project
from asking import given
from forked import typed
from planes import Server, served
from self_signed import made

from mainstay.ledger.store import Ledger
from mainstay.ledger.verify import verify

PASSWORD = "correct horse battery"


def posted(url: str, body: bytes, **headers: str) -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    connection.request("POST", parts.path, body, headers)
    reply = connection.getresponse()
    said = reply.status, dict(reply.getheaders()), reply.read()
    connection.close()
    return said


def set_up(server: Server) -> str:
    """A token of the first person, who came in by the link."""
    origin = {"origin": server.url, "content-type": "application/x-www-form-urlencoded"}
    fields = urlencode({"name": "ada", "password": PASSWORD, "again": PASSWORD}).encode()
    status, headers, _ = posted(server.link, fields, **origin)
    assert status == 303, headers
    cookie = headers["set-cookie"].partition(";")[0]
    parts = urlsplit(server.url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    connection.request("GET", "/", headers={"cookie": cookie})
    page = connection.getresponse().read().decode()
    connection.close()
    carried = re.search(r'name="csrf" value="([^"]+)"', page)
    assert carried, page
    body = b'{"type": "people_token_own", "label": "laptop"}'
    shown = {"origin": server.url, "cookie": cookie, "x-csrf-token": carried[1]}
    status, _, said = posted(
        f"{server.url}/api/commands", body, **shown, **{"content-type": "application/json"}
    )
    assert status == 200, said
    return str(json.loads(said)["facts"]["token"])


class Terminal(NamedTuple):
    """Somebody elsewhere: a folder with nothing of the project, and perhaps a key."""

    folder: Path
    environment: dict[str, str]

    def run(self, *words: str) -> tuple[int, Any]:
        done = typed(self.folder, self.environment, *words, "--json")
        return done.returncode, json.loads(done.stdout)


def terminal(project: Path, name: str, server: Server, token: str) -> Terminal:
    folder = project.parent / f"at-{name}"
    keys = folder / "keys"
    keys.mkdir(parents=True)
    for kind in ("pem", "pub"):
        if (project / "keys" / f"{name}.{kind}").exists():
            shutil.copy(project / "keys" / f"{name}.{kind}", keys)
    environment = small_project.environment(project, name)
    environment |= {"MAINSTAY_KEYS": str(keys), "MAINSTAY_URL": server.url}
    return Terminal(folder, {**environment, "MAINSTAY_TOKEN": token})


PEOPLE = {
    "lead": "approver", "mara": "ml-engineer", "dan": "data-engineer", "aude": "auditor",
    "vera": "viewer",
}  # fmt: skip


def terminals(project: Path, server: Server) -> dict[str, Terminal]:
    """Everybody, each with a role and a token that the first person gave."""
    ada = set_up(server)
    found = {"ada": terminal(project, "ada", server, ada)}
    for name, role in PEOPLE.items():
        asked(server, ada, {"type": "people_grant", "name": name, "role": role})
        given = {"type": "people_token", "name": name, "label": "laptop"}
        token = asked(server, ada, given)["facts"]["token"]
        found[name] = terminal(project, name, server, token)
    return found


def asked(server: Server, token: str, command: dict[str, str]) -> Any:
    """What one command gives, which is done."""
    shown = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    body = json.dumps(command).encode()
    status, _, said = posted(f"{server.url}/api/commands", body, **shown)
    assert status == 200, said
    return json.loads(said)


@pytest.fixture
def apart(as_author: Path) -> Path:
    """The project without the key of its approver, which lies away."""
    (as_author.parent / "away").mkdir()
    for kind in ("pem", "pub"):
        shutil.move(as_author / "keys" / f"lead.{kind}", as_author.parent / "away")
    return as_author


@pytest.mark.slow
def test_people_with_tokens_bring_a_version_live(apart: Path) -> None:
    with served(apart, small_project.environment(apart, small_project.AUTHOR)) as server:
        at = terminals(apart, server)
        for kind in ("pem", "pub"):
            shutil.copy(apart.parent / "away" / f"lead.{kind}", at["lead"].folder / "keys")
        late = at["dan"].folder / "late.csv"
        late.write_text("visit,missed,known_at\nv1,true,2024-02-01T00:00:00Z\n")

        reviewed = at["lead"].run("review", "v1")
        approved = at["lead"].run("approve", "v1", "--because", "read it")
        deployed = at["mara"].run("deploy", "v1", "--live")
        labelled = at["dan"].run("labels", "late.csv")
        shown = at["vera"].run("status")
        record = at["aude"].run("ledger", "show", "--last", "50")
        proven = at["aude"].run("verify", "ledger")

    assert (reviewed[0], approved[0], deployed[0]) == (3, 0, 0), (approved, deployed)
    assert (labelled[0], proven[0]) == (0, 0), labelled
    assert shown[1]["headline"].startswith("no-show  ▲ v1 is live")
    by = {one["kind"]: one["actor"] for one in record[1]["facts"]["events"]}
    assert {kind: by[kind] for kind in ("Approved", "Deployed", "LabelsReceived")} == {
        "Approved": "lead", "Deployed": "mara", "LabelsReceived": "dan",
    }  # fmt: skip
    log = (apart.parent / "log").read_text()
    tokens = [one.environment["MAINSTAY_TOKEN"] for one in at.values()]
    assert [one for one in (*tokens, PASSWORD) if one in log] == []
    assert "POST /api/commands 200 mara" in log


@pytest.mark.slow
def test_nobody_does_from_elsewhere_what_is_not_theirs(apart: Path) -> None:
    with served(apart, small_project.environment(apart, small_project.AUTHOR)) as server:
        at = terminals(apart, server)
        told = {
            "an admin deploys": at["ada"].run("deploy", "v1"),
            "without a key": at["lead"].run("approve", "v1"),
            "a viewer reads the record": at["vera"].run("ledger", "show"),
            "an engineer lists people": at["mara"].run("people", "list"),
            "an engineer reads rows": at["mara"].run("decisions", "v1"),
            "before the approval": at["mara"].run("deploy", "v1"),
            "somebody builds": at["mara"].run("build"),
            "with a wrong token": at["vera"]
            ._replace(environment={**at["vera"].environment, "MAINSTAY_TOKEN": "wrong"})
            .run("status"),
        }

    codes = {name: code for name, (code, _) in told.items()}
    assert codes == {
        "an admin deploys": 4, "without a key": 2, "a viewer reads the record": 4,
        "an engineer lists people": 4, "an engineer reads rows": 4, "before the approval": 4,
        "somebody builds": 2, "with a wrong token": 4,
    }, told  # fmt: skip
    assert "without MAINSTAY_URL" in told["somebody builds"][1]["error"]["hint"]


@pytest.mark.slow
def test_with_a_certificate_a_terminal_asks_over_tls_and_trusts_no_other(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "contract.yaml").write_text(small_project.CONTRACT)
    (folder / "clock").write_text("2024-03-01T00:00:00+00:00")
    token = given(folder, "vera", "viewer")
    certificate, key = made(tmp_path)
    tls = ("--certificate", str(certificate), "--private-key", str(key))
    with served(folder, small_project.environment(folder, ""), *tls) as server:
        url = server.url.replace("127.0.0.1", "localhost")
        vera = terminal(folder, "vera", Server(url, ""), token)
        strange = vera.run("status")
        trusting = {**vera.environment, "SSL_CERT_FILE": str(certificate)}
        known = vera._replace(environment=trusting).run("status")

    assert server.url.startswith("https://")
    assert (strange[0], known[0]) == (5, 0), (strange, known)
    assert "CERTIFICATE_VERIFY_FAILED" in strange[1]["error"]["what"]


@pytest.mark.slow
def test_eight_who_write_at_once_lose_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "contract.yaml").write_text(small_project.CONTRACT)
    Ledger(folder / ".mainstay" / "ledger.db").close()
    environment = small_project.environment(folder, "")
    (folder / "clock").write_text("2024-03-01T00:00:00+00:00")
    done: list[str] = []

    def write(number: int) -> None:
        for count in range(15):
            name = f"p{number}-{count}"
            asked(server, token, {"type": "people_grant", "name": name, "role": "viewer"})
            done.append(name)

    with served(folder, environment) as server:
        token = set_up(server)
        threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()

    with Ledger(folder / ".mainstay" / "ledger.db") as ledger:
        there = {event.payload["name"] for event in ledger.events(kind="Granted")} - {"ada"}
        assert verify(ledger) == ()
    assert len(done) == 120
    assert there == set(done)
