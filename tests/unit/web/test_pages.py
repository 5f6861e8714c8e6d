"""Home and certificates, and their twins."""

from pathlib import Path

import pytest
from asking import Control, control, given

from mainstay.control.handle import answer
from mainstay.control.queries import Status


def shown(folder: Path) -> dict[str, str]:
    return {"authorization": f"Bearer {given(folder, 'vera', 'viewer')}"}


def test_home_says_what_status_says_whose_it_is_and_who_must_act(
    asked: Control, folder: Path
) -> None:
    page = asked.ask("GET", "/", **shown(folder))

    assert page.status == 200
    assert "1 of 1 model needs somebody today; start with no-show." in page.text
    for word in ("clinic", "no version yet.", "mainstay assess", "No version yet."):
        assert word in page.text


def test_its_twin_holds_the_same_facts(asked: Control, folder: Path) -> None:
    found = asked.ask("GET", "/index.json", **shown(folder)).json["models"]

    assert [one["facts"]["model"] for one in found] == ["no-show"]
    assert found[0]["headline"] == answer(folder, Status()).headline


def test_a_contract_that_cannot_be_read_is_told_on_the_page(asked: Control, folder: Path) -> None:
    token = shown(folder)
    (folder / "contract.yaml").write_text("mainstay: 1\n")

    page = asked.ask("GET", "/", **token)

    assert (page.status, "Not done" in page.text) == (400, True)


def test_an_empty_install_explains_itself_and_takes_people_in(tmp_path: Path) -> None:
    asked, token = control(tmp_path), given(tmp_path, "ada", "admin")
    admin = {"authorization": f"Bearer {token}"}

    home = asked.ask("GET", "/", **admin)
    granted = {"type": "people_grant", "name": "lead", "role": "approver"}
    done = asked.send("/api/commands", granted, token)

    assert home.status == 200
    assert home.text.count('class="question unknown"') == 5
    assert "mainstay demo" in home.text
    assert "Name an approver" in home.text
    assert done.status == 200
    assert "lead" in asked.ask("GET", "/people", **admin).text
    assert asked.ask("GET", "/settings", **admin).status == 200
    assert "Somebody may approve" in asked.ask("GET", "/", **admin).text


@pytest.mark.slow
def test_a_certificate_is_the_page_that_stands_alone(as_author: Path) -> None:
    asked, token = control(as_author), shown(as_author)
    path = "/models/no-show/versions/v1/certificate"

    page, twin = asked.ask("GET", path, **token), asked.ask("GET", f"{path}.json", **token)

    assert page.status == 200
    assert "waits for the approval of lead" in page.text
    assert "font-src data:" in page.header("content-security-policy")
    assert "script" not in page.header("content-security-policy")
    assert twin.json["facts"]["envelope"]["payloadType"] == "application/vnd.in-toto+json"
    assert f'href="{path}"' in asked.ask("GET", "/", **token).text


@pytest.mark.parametrize(
    "path",
    [
        "/models/other/versions/v1/certificate",
        "/models/no-show/versions/v1/certificate",
        "/models/other/versions/v1/certificate.json",
    ],
)
def test_what_is_not_there_is_not_there(asked: Control, folder: Path, path: str) -> None:
    assert asked.ask("GET", path, **shown(folder)).status == 404
