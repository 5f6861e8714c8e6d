"""What a certificate says at a moment: one verdict, one sentence, one stamp."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal, NamedTuple

from mainstay.control.pages import parts
from mainstay.control.pages.markup import Html, tag
from mainstay.core.nouns import Evidence
from mainstay.seal.certificate import Certificate
from mainstay.seal.trust import Principal

Word = Literal["in force", "waiting", "not yet in force", "expired", "broken"]
STATES: dict[Word, parts.State] = {
    "in force": "pass",
    "waiting": "unsure",
    "not yet in force": "unsure",
    "expired": "fail",
    "broken": "fail",
}


class Standing(NamedTuple):
    """A certificate at a moment.

    kept, accepted, waived and broken are its gates by what became of them.
    """

    certificate: Certificate
    at: datetime
    word: Word
    kept: tuple[Evidence, ...]
    accepted: tuple[Evidence, ...]
    waived: tuple[Evidence, ...]
    broken: tuple[Evidence, ...]

    @property
    def gates(self) -> int:
        """How many promises there are."""
        return sum(map(len, (self.kept, self.accepted, self.waived, self.broken)))


def standing(certificate: Certificate, signers: tuple[Principal, ...], at: datetime) -> Standing:
    """Judged again from intervals and limits; signers: those whose signatures hold."""
    gates = [one for one in certificate.gates if one.limit]
    passed = [one for one in gates if parts.judged(one) == "pass"]
    rest = [one for one in gates if one not in passed]
    accepted = [one for one in rest if _accepted(one, certificate)]
    open_ = [one for one in rest if one not in accepted]
    waived = tuple(one for one in open_ if certificate.waiver(one))
    broken = tuple(one for one in open_ if one not in waived)
    word = "broken" if broken else _word(certificate, signers, at)
    return Standing(certificate, at, word, tuple(passed), tuple(accepted), waived, broken)


def approves(one: Principal, certificate: Certificate) -> bool:
    """The approver named, trusted as one and no author: the rule of seal.checks."""
    named = one.name == certificate.approver and "approver" in one.roles
    return named and one.key not in certificate.authors


def sentence(it: Standing) -> Html:
    """`May serve until 28 September 2013 in replay. It keeps all 17 promises of ...`"""
    return tag("p", tag("b", _may(it)), f" {_promises(it)}", class_="verdict")


def stamp(it: Standing) -> Html:
    """The word with its shape, and the time that is left."""
    certificate, kind = it.certificate, STATES[it.word]
    return tag(
        "div",
        parts.state(kind, it.word),
        tag("b", _left(it)),
        tag("span", f"as of {parts.brief(it.at)}", class_="mute"),
        tag("span", f"issued {parts.brief(certificate.issued)}", class_="mute"),
        class_=f"stamp {kind}",
    )


def _accepted(one: Evidence, certificate: Certificate) -> bool:
    return parts.judged(one) == "unsure" and one.clause in certificate.accepted_unsure


def _word(certificate: Certificate, signers: tuple[Principal, ...], at: datetime) -> Word:
    if at >= certificate.not_after:
        return "expired"
    if not any(approves(one, certificate) for one in signers):
        return "waiting"
    return "in force" if at >= certificate.issued else "not yet in force"


def _may(it: Standing) -> str:
    certificate = it.certificate
    until = parts.day(certificate.not_after)
    said: dict[Word, str] = {
        "in force": f"May serve until {until} {_where(certificate)}.",
        "waiting": f"Must not serve yet: it waits for the approval of {certificate.approver}.",
        "not yet in force": f"Must not serve before {parts.day(certificate.issued)}.",
        "expired": f"Must not serve: it expired on {until}.",
        "broken": "Must not serve: not every promise holds.",
    }
    return said[it.word]


def _where(certificate: Certificate) -> str:
    scope = certificate.scope
    share = f", at most {scope.traffic:.0%} of the traffic" if scope.traffic < 1 else ""
    return f"in {scope.environment}{share}"


def _promises(it: Standing) -> str:
    revision = f"of contract revision {it.certificate.registered.revision}"
    keeps = "kept" if it.word == "expired" else "keeps"
    if len(it.kept) == it.gates:
        return f"It {keeps} all {parts.counted(it.gates, 'promise')} {revision}{_until(it)}."
    clauses = "; ".join(_rest(it))
    total = parts.counted(it.gates, "promise")
    return f"It {keeps} {len(it.kept)} of the {total} {revision}; {clauses}{_until(it)}."


def _rest(it: Standing) -> Iterator[str]:
    if it.accepted:
        names = ", ".join(one.clause for one in it.accepted)
        yield f"unsure, and accepted by the contract beforehand: {names}"
    if it.waived:
        names = ", ".join(one.clause for one in it.waived)
        yield f"waived by a person until {parts.day(it.certificate.not_after)}: {names}"
    if it.broken:
        yield "not kept: " + ", ".join(f"{one.clause} ({parts.judged(one)})" for one in it.broken)


def _until(it: Standing) -> str:
    if it.word != "waiting":
        return ""
    until = parts.day(it.certificate.not_after)
    return f" and, once approved, may serve until {until} {_where(it.certificate)}"


def _left(it: Standing) -> str:
    if it.word == "broken":
        return parts.counted(len(it.broken), "promise") + " broken"
    ends = it.certificate.not_after
    if it.word == "expired":
        return parts.counted((it.at - ends).days, "day") + " ago"
    days = (ends - it.at).days
    return parts.counted(days, "day") + " left" if days else "last day"
