"""The certificate of a version as one file: to read, to print, to check without a network."""

from collections.abc import Iterator
from datetime import datetime

from mainstay.control.pages import charts, errors, found, ladder, mistaken, parts, robust
from mainstay.control.pages import standing as standings
from mainstay.control.pages.markup import Html, joined, tag
from mainstay.control.pages.parts import Cell, Row, number, section
from mainstay.control.pages.standing import Standing
from mainstay.core.nouns import Dataset, Evidence
from mainstay.life.certify.details import Details
from mainstay.seal.certificate import Certificate
from mainstay.seal.keys import short
from mainstay.seal.trust import Principal

SLICES = "slices, "
ORDER: tuple[parts.State, ...] = ("fail", "unknown", "unsure", "pass")


def page(
    certificate: Certificate, signers: tuple[Principal, ...], details: Details, *, at: datetime
) -> str:
    """HTML as of a moment. signers: whose signatures hold; details: of the same judgement."""
    it = standings.standing(certificate, signers, at)
    sheet = tag(
        "article",
        _header(it),
        section("What is certified", "digests of the content", _certified(certificate, details)),
        _gates(it, details),
        _slices(it),
        found.drawn(details.found) if details.found else Html(),
        *wrong(details),
        ladder.drawn(details.ladder, certificate.version.name) if details.ladder else Html(),
        robust.drawn(details.shaken) if details.shaken and details.shaken.tried else Html(),
        section("Made with", "", _made(details)),
        section("Scope", "where and for what it may be asked", _scope(it)),
        section("Approvals and signatures", "nobody approves their own work", _signed(it, signers)),
        section("Limits of this certificate", "", _limits(it, details)),
        section("Check it yourself, offline", "", _check(certificate)),
        _footer(it),
        class_="sheet",
    )
    return parts.document(f"{certificate.name} · certificate", sheet)


def _header(it: Standing) -> Html:
    kind = tag("p", "Certificate of one version · Mainstay", class_="kind")
    said = tag("div", kind, tag("h1", it.certificate.name), standings.sentence(it))
    return tag("header", said, standings.stamp(it))


def _certified(certificate: Certificate, details: Details) -> Html:
    version, registered = certificate.version, certificate.registered
    packages = parts.counted(len(details.packages), "package")
    rows: list[Row] = [
        (
            "version",
            f"{certificate.name}, {parts.counted(len(certificate.files), 'file')}",
            parts.digest(version.bundle),
        ),
        (
            "contract",
            f"revision {registered.revision}, on record as event {registered.position}",
            parts.digest(version.contract),
        ),
        *(("code", name, parts.digest(sha)) for name, sha in version.code.items()),
        *(_data(one, "learned from") for one in version.datasets),
        *(_data(one, "judged on") for one in certificate.datasets),
        ("environment", f"lock of {packages}", parts.digest(certificate.subjects["environment"])),
    ]
    return parts.table(("Subject", "What", "SHA-256"), rows, "stack")


def _data(one: Dataset, what: str) -> Row:
    """A snapshot says what it was for and its period, a source its address."""
    snapshot = one.uri.startswith(one.digest)
    place = "" if snapshot else f"{one.uri}, "
    period = f", {parts.period(one.window)}" if one.window else ""
    rows = f"{place}{parts.counted(one.rows, 'row')}{period}"
    return Cell(what if snapshot else "source", "nowrap"), rows, parts.digest(one.digest)


def _gates(it: Standing, details: Details) -> Html:
    gates = it.certificate.gates
    single = [one for one in gates if not one.clause.startswith(SLICES)]
    worst = sorted(_sliced(it), key=_room)[:1]
    head: Row = (
        "Gate",
        *map(number, ("Estimate", "Interval", "n", "Limit")),
        "Shaded = allowed",
        "Verdict",
    )
    rows = [*(_gate(one, it) for one in single), *(_worst(one, it) for one in worst)]
    how = parts.twin(
        ("Gate", "Population", "Method", "Period", "Read, SHA-256"),
        map(_how, gates),
        "How each was measured",
    )
    few = "95% intervals; an unsure gate never passes silently"
    simpler = () if details.ladder else _baselines(it)
    return section("Gates", few, parts.table(head, rows, "gates"), how, *simpler, kind="")


def _sliced(it: Standing) -> tuple[Evidence, ...]:
    return tuple(one for one in it.certificate.gates if one.clause.startswith(SLICES))


def _room(one: Evidence) -> tuple[int, float]:
    """Worst verdict first, then the least room between the interval and its limit."""
    verdict = ORDER.index(parts.judged(one))
    if one.estimate is None or one.limit is None:
        return verdict, 0.0
    above = one.limit.comparison == "at_least"
    room = one.estimate.low - one.limit.bound if above else one.limit.bound - one.estimate.high
    return verdict, room


def _gate(one: Evidence, it: Standing, name: str = "") -> Row:
    kind = parts.judged(one)
    word = "unsure, accepted" if one in it.accepted else "finding" if one.limit is None else ""
    waived = one in it.waived
    verdict = parts.state("unsure" if waived else kind, "waived" if waived else word)
    called = f"{name or one.clause}{_unit(one)}"
    if one.estimate is None:
        limit = parts.bound_of(one.limit) if one.limit else ""
        return (called, *map(number, ("not measured", "", "", limit)), "", verdict)
    value = one.estimate
    exact = one.limit is None or value.low == value.high == one.limit.bound
    return (
        called,
        number(tag("b", parts.value_of(value))),
        Cell(parts.interval_of(value), "num mute"),
        Cell(f"{value.n:,}", "num mute"),
        number(parts.bound_of(one.limit) if one.limit else ""),
        "" if exact or one.limit is None else parts.interval_bar(value, one.limit),
        verdict,
    )


def _worst(one: Evidence, it: Standing) -> Row:
    every = len(_sliced(it))
    name = f"{SLICES}nearest its limit of {every}: {one.clause.removeprefix(SLICES)}"
    return _gate(one, it, name)


def _unit(one: Evidence) -> str:
    return f", {one.estimate.unit}" if one.estimate and one.estimate.unit else ""


def _how(one: Evidence) -> Row:
    read = joined(*(tag("div", parts.digest(short(sha)), "…") for sha in one.inputs))
    return (
        one.clause,
        one.population,
        one.method,
        parts.period(one.window) if one.window else "",
        read,
    )


def _baselines(it: Standing) -> Iterator[Html]:
    """What it is better by than something simpler, where no more of that was kept."""
    some = it.certificate.baselines
    if some:
        head: Row = ("Gain over", *map(number, ("Estimate", "Interval", "n")), "What that reaches")
        rows = ((*_gate(one, it, _last(one.clause))[:4], one.note) for one in some)
        yield parts.table(head, rows)


def _last(clause: str) -> str:
    """`simplest, linear` -> `linear`"""
    return clause.rpartition(", ")[2]


def _slices(it: Standing) -> Html:
    sliced, few = _sliced(it), it.certificate.not_covered
    if not sliced and not few:
        return Html()
    metric = sliced[0].method.partition(":")[0] if sliced else ""
    beside = f"{metric}, 95% interval over all slices together, shaded = allowed" if metric else ""
    drawn = (charts.slices(sliced),) if sliced else ()
    said = (tag("p", tag("b", "Not covered, too few rows: "), ", ".join(few)),) if few else ()
    return section("Slices", beside, *drawn, *said)


def wrong(details: Details) -> Iterator[Html]:
    """What the version gets wrong and what it is worth, as curves and tables."""
    yield _measures(details)
    if details.errors:
        yield errors.drawn(details.errors, details.currency)
    if details.confused:
        yield mistaken.confused(details.confused, details.currency)
    if details.off:
        yield mistaken.off(details.off)


def _measures(details: Details) -> Html:
    drawn = []
    if details.curve:
        beside = f"{details.currency} per 1,000 decisions by threshold"
        chart = charts.value_curve(details.curve, details.threshold, details.currency)
        drawn.append(section("What it is worth", beside, chart, kind=""))
    if details.reliability:
        chart = charts.reliability(details.reliability)
        beside = "happened, by score announced"
        drawn.append(section("Reliability", beside, chart, kind=""))
    return tag("div", *drawn, class_="pair whole") if drawn else Html()


def _made(details: Details) -> Html:
    packages = ", ".join(f"{name} {version}" for name, version in details.packages.items())
    return parts.facts(
        (("Python", details.python), ("Platform", details.platform), ("Packages", packages))
    )


def _scope(it: Standing) -> Html:
    scope, certificate = it.certificate.scope, it.certificate
    term = f"{parts.minute(certificate.issued)} until {parts.minute(certificate.not_after)}"
    few = ", ".join(certificate.not_covered) or "nothing that was asked for"
    return parts.facts(
        (
            ("Environment", scope.environment),
            ("Traffic", f"at most {scope.traffic:.0%}"),
            ("Term", f"{term}: {certificate.term}" if certificate.term else term),
            ("Not covered", few),
        )
    )


def _signed(it: Standing, signers: tuple[Principal, ...]) -> Html:
    certificate = it.certificate
    signed = {one.key for one in signers}
    rows = [_signature(one, certificate) for one in signers]
    rows += [_unsigned(key) for key in certificate.authors if key not in signed]
    if not any(standings.approves(one, certificate) for one in signers):
        waits = parts.state("unsure", "waiting")
        rows.append((certificate.approver, "approves", "approver", "", "", waits))
    head: Row = ("Name", "Act", "Trusted as", "Of this version", "Key, first 16", "Signature")
    return parts.table(head, rows, "stack")


def _signature(one: Principal, certificate: Certificate) -> Row:
    author = one.key in certificate.authors
    act = "approved" if standings.approves(one, certificate) else "issued" if author else "signed"
    key, holds = parts.digest(short(one.key)), parts.state("pass", "holds")
    return one.name, act, ", ".join(one.roles), "an author" if author else "no author", key, holds


def _unsigned(key: str) -> Row:
    absent = parts.state("unknown", "not needed")
    return "not named here", "made it", "", "an author", parts.digest(short(key)), absent


def _limits(it: Standing, details: Details) -> Html:
    said = limits(it.certificate, details)
    return tag("ul", *(tag("li", one) for one in said), class_="plain")


def limits(certificate: Certificate, details: Details) -> Iterator[str]:
    """What it does not say, in sentences."""
    yield from map(_judged_on, certificate.datasets)
    looks = certificate.registered.look
    if looks > 1:
        yield f"These held-out decisions were opened {looks} times; each look makes luck likelier."
    yield from _not_judged(details)
    if certificate.not_covered:
        slices = parts.counted(len(certificate.not_covered), "slice")
        yield f"About {slices} it says nothing: too few held-out decisions."
    if any(one.clause == "time_travel" for one in certificate.gates):
        yield (
            "Learning from the future was looked for in sources that carry times; a table without"
            " times is read as it is today, whatever it held on the day of a decision."
        )
    yield from (f"{one.clause}: {one.note}" for one in certificate.gates if one.note)
    yield from _exceptions(certificate)


def _judged_on(one: Dataset) -> str:
    period = f" of {parts.period(one.window)}" if one.window else ""
    return (
        f"Measured on {parts.counted(one.rows, 'decision')}{period}, which it never learned from;"
        " an interval tells the luck of those days, not what changes after them."
    )


def _not_judged(details: Details) -> Iterator[str]:
    if details.stopped:
        yield (
            f"{details.stopped:,} of {parts.counted(details.in_all, 'labelled decision')} broke a"
            " rule of the contract: they never reach the model and were not judged."
        )
    if details.unlabelled:
        had = parts.counted(
            details.unlabelled, "decision of the period has", "decisions of the period have"
        )
        yield f"{had} no label so far; about them nothing is known."


def _exceptions(certificate: Certificate) -> Iterator[str]:
    for clause in certificate.accepted_unsure:
        yield f"{clause} is unsure; the contract accepted that before the rows were opened."
    for one in certificate.waivers:
        made = one.waiver
        until = parts.day(made.expires)
        yield f"{made.clause} does not hold: waived by {made.by} until {until}. {made.reason}"


def _check(certificate: Certificate) -> Html:
    name = certificate.version.name
    scope = certificate.scope.environment
    words = tag(
        "p",
        "The signed certificate, the folder of the bundle and the trust file with the public keys"
        " are enough. This page is for reading; the signatures cover the certificate beside it.",
    )
    command = f"$ mainstay-verify {name}.json --bundle FOLDER"
    asked = command if scope == "production" else f"{command} --environment {scope}"
    return joined(tag("pre", asked, tabindex=0, role="group", aria_label="Command"), words)


def _footer(it: Standing) -> Html:
    before = it.certificate.supersedes
    replaces = (" · replaces the certificate ", parts.digest(short(before))) if before else ()
    return tag("footer", f"{it.certificate.name}", *replaces, f" · as of {parts.minute(it.at)}")
