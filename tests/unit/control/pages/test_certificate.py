"""The certificate as one file."""

import re
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser

import msgspec
import pytest

from mainstay.control.pages import parts
from mainstay.control.pages.certificate import page
from mainstay.control.pages.markup import VOID
from mainstay.seal.dsse import Signature
from mainstay.seal.waiver import Missed, Signed, Waiver

ATTACK = '"><script>alert(1)</script>'


class Balance(HTMLParser):
    """Refuses an end that was not opened; `open` is what was not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def shown(paper, certificate=None, details=None, *, approved: bool = True) -> str:
    subject = certificate or paper.certificate
    signers = (paper.author, paper.approver) if approved else (paper.author,)
    at = subject.issued + timedelta(days=1)
    return page(subject, signers, details or paper.details, at=at)


def test_every_element_is_closed(paper) -> None:
    found = Balance(shown(paper))

    assert found.open == []
    assert {"title", "h1", "table", "svg", "details", "footer"} <= found.seen


def test_it_is_one_small_file_that_runs_and_fetches_nothing(paper) -> None:
    text = shown(paper)
    found = Balance(text)

    assert len(text.encode()) < 250_000
    assert not re.search(r"https?://", text)
    assert not found.seen & {"script", "link", "img", "iframe", "object"}
    assert not found.attributes & {"src", "href", "onclick"}
    assert set(re.findall(r"url\((.{5})", text)) == {"data:"}


def test_every_gate_stands_there_with_its_interval_and_verdict(paper) -> None:
    rows = re.findall(r"<tr>.*?</tr>", shown(paper))
    for gate in paper.certificate.gates:
        row = [one for one in rows if gate.clause in unescape(one)]

        assert any(parts.interval_of(gate.estimate) in one for one in row), gate.clause
        assert any(f"> {parts.judged(gate)}<" in one for one in row), gate.clause


@pytest.mark.parametrize("where", ["model", "note", "clause", "not_covered", "package", "signer"])
def test_what_people_wrote_cannot_run(paper, where: str) -> None:
    replace = msgspec.structs.replace
    certificate, details = paper.certificate, paper.details
    first, *others = certificate.gates
    changed = {
        "model": {"version": replace(certificate.version, model=ATTACK)},
        "note": {"gates": (replace(first, note=ATTACK), *others)},
        "clause": {"gates": (replace(first, clause=f"slices, {ATTACK}"), *others)},
        "not_covered": {"not_covered": (ATTACK,)},
        "signer": {"approver": ATTACK},
    }
    text = shown(
        paper,
        replace(certificate, **changed.get(where, {})),
        replace(details, packages={ATTACK: "1"}) if where == "package" else details,
    )

    assert "alert(1)" in text
    assert "script" not in Balance(text).seen


def test_everything_certified_is_there_by_digest(paper) -> None:
    text, certificate = shown(paper), paper.certificate
    version = certificate.version
    datasets = (*version.datasets, *certificate.datasets)
    digests = (
        *certificate.subjects.values(),
        version.contract,
        *version.code.values(),
        *(one.digest for one in datasets),
    )

    assert all(sha in text for sha in digests)


def test_verdicts_are_computed_again(paper) -> None:
    first, *others = paper.certificate.gates
    lying = msgspec.structs.replace(
        first, estimate=msgspec.structs.replace(first.estimate, low=0.0, high=0.1)
    )
    text = shown(paper, msgspec.structs.replace(paper.certificate, gates=(lying, *others)))

    assert "Must not serve: not every promise holds." in text
    assert f"not kept: {first.clause} (fail)" in text


def test_the_signatures_say_who_approved_and_who_is_an_author(paper) -> None:
    signed, waiting = shown(paper), shown(paper, approved=False)

    cells = re.sub("<td[^>]*>", "<td>", signed)
    assert "<td>approved</td><td>approver</td><td>no author</td>" in cells
    assert "<td>issued</td><td>author</td><td>an author</td>" in cells
    assert paper.approver.key[:16] in signed
    assert paper.approver.key[:16] not in waiting
    assert "> waiting<" in waiting


def test_charts_without_anything_measured_are_left_out(paper) -> None:
    bare = msgspec.structs.replace(paper.details, curve=None, reliability=())

    assert "What it is worth" in shown(paper)
    assert "Reliability" in shown(paper)
    assert "What it is worth" not in shown(paper, details=bare)
    assert "Reliability" not in shown(paper, details=bare)


def test_its_limits_come_from_the_data(paper) -> None:
    gates = tuple(msgspec.structs.replace(one, note="more rows") for one in paper.certificate.gates)
    certificate = msgspec.structs.replace(paper.certificate, gates=gates, not_covered=("a = b",))
    details = msgspec.structs.replace(paper.details, in_all=900, stopped=7, unlabelled=1)
    rows = certificate.datasets[0].rows

    text = shown(paper, certificate, details)

    assert f"Measured on {rows:,} decisions of " in text
    assert "7 of 900 labelled decisions broke a rule" in text
    assert "1 decision of the period has no label so far" in text
    assert "About 1 slice it says nothing" in text
    assert f"<li>{gates[0].clause}: more rows</li>" in text


def test_it_says_how_to_check_it(paper) -> None:
    assert "mainstay-verify v1.json --bundle FOLDER" in shown(paper)


@pytest.mark.parametrize(("looks", "times"), [(1, 0), (3, 1)])
def test_further_looks_at_the_held_out_rows_are_said(paper, looks: int, times: int) -> None:
    replace = msgspec.structs.replace
    registered = replace(paper.certificate.registered, look=looks)
    text = shown(paper, replace(paper.certificate, registered=registered))

    assert text.count(f"opened {looks} times; each look makes luck likelier") == times


def test_simpler_models_are_shown_with_what_they_cost_and_what_the_version_does(paper) -> None:
    text = unescape(shown(paper))

    (part,) = re.findall(r"<h2>The simplest that does.*?</section>", text)
    heads = re.findall(r'<th scope="row">(.*?)</th>', part)
    assert heads == ["the rule", "linear", "small tree", f"<b>{paper.certificate.version.name}</b>"]
    assert part.count("numbers, ") == 3
    assert part.count(" µs") == 3


def test_what_was_searched_for_bad_slices_is_shown(paper) -> None:
    text = unescape(shown(paper))

    (part,) = re.findall(r"<h2>Slices that nobody declared.*?</section>", text)
    assert f"{paper.details.found.searched:,} slices of " in part
    assert paper.details.found.slices[0].name in part


def test_baselines_of_which_no_more_was_kept_are_shown(paper) -> None:
    certificate = paper.certificate
    baseline = msgspec.structs.replace(certificate.gates[0], clause="always", limit=None)
    changed = msgspec.structs.replace(certificate, baselines=(baseline,))

    text = shown(paper, changed, msgspec.structs.replace(paper.details, ladder=None))

    assert (
        f'<th scope="row">always</th><td class="num"><b>{parts.value_of(baseline.estimate)}' in text
    )


def test_a_waived_gate_is_shown_as_waived_and_never_as_kept(paper) -> None:
    short, *others = paper.certificate.gates
    limit = msgspec.structs.replace(short.limit, bound=0.99)
    broken = msgspec.structs.replace(short, limit=limit, verdict="fail")
    version, ends = paper.certificate.version, paper.certificate.not_after
    about = Missed(version.model, version.name, version.bundle, version.contract, broken)
    made = Waiver(about, "a short season", "lead", paper.certificate.issued, ends)
    changed = msgspec.structs.replace(
        paper.certificate, gates=(broken, *others), waivers=(Signed(made, Signature("", "")),)
    )

    text, bare = shown(paper, changed), shown(paper, msgspec.structs.replace(changed, waivers=()))

    assert f"{short.clause} does not hold: waived by lead until" in text
    assert "a short season" in text
    assert "waived by a person until 29 August 2024" in text
    assert "Must not serve: not every promise holds." in bare
    assert "Must not serve: not every promise holds." not in text
