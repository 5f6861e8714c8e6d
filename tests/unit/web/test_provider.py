"""What a provider says of somebody counts only after everything about it holds."""

import base64
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from signing_in_elsewhere import There

from mainstay.core.errors import Mistake, Refused
from mainstay.web import provider
from mainstay.web.provider import Registered

NOW = 1_700_000_000
GOOD = {"iss": "https://p", "aud": "mainstay", "exp": NOW + 60, "iat": NOW, "nonce": "n"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"iss": "https://q"}, "another issuer"),
        ({"aud": "other"}, "another client"),
        ({"aud": ["mainstay", "other"]}, "several clients"),
        ({"exp": NOW - 61}, "past its end"),
        ({"exp": None}, "past its end"),
        ({"iat": NOW + 61}, "from the future"),
        ({"nonce": "m"}, "another sign-in"),
    ],
)
def test_a_token_that_is_not_for_this_sign_in_does_not_count(
    change: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider.clock, "machine", lambda: datetime.fromtimestamp(NOW, UTC))
    known = Registered("https://p", "mainstay", "s")

    assert provider._checked(known, GOOD, "n") == GOOD
    with pytest.raises(Refused, match=said):
        provider._checked(known, {**GOOD, **change}, "n")


def test_a_token_signed_by_nobody_or_by_the_shared_secret_does_not_count(
    there: There, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, form = provider.places(there.known), {"code": "x"}
    before = provider._asked
    for head in (b'{"alg":"none"}', b'{"alg":"HS256"}'):
        parts = [base64.urlsafe_b64encode(one).decode().rstrip("=") for one in (head, b"{}", b"s")]
        body = f'{{"id_token": "{".".join(parts)}"}}'.encode()
        monkeypatch.setattr(
            provider, "_asked",
            lambda address, *rest, body=body: body if rest else before(address),
        )  # fmt: skip
        with pytest.raises(Refused, match="does not hold"):
            provider.claims(there.known, found, form, "n")


def test_a_claim_names_somebody_of_the_domain_only() -> None:
    known = Registered("https://p", "mainstay", "s", "email", "example.org")
    verified = {"email": "Ana@example.org", "email_verified": True}

    assert provider.name(known, verified) == "ana"
    for said in (
        {**verified, "email": "ana@example.com"},
        {**verified, "email": "ana@sub.example.org"},
        {**verified, "email_verified": False},
        {"email": "ana@example.org"},
        {},
    ):
        with pytest.raises(Refused):
            provider.name(known, said)


def test_what_is_known_of_it_is_read_strictly_and_from_a_private_file(tmp_path: Path) -> None:
    path = tmp_path / "provider.toml"
    path.write_text('issuer = "https://p"\nclient = "m"\nsecret = "s"\n')
    path.chmod(0o644)
    with pytest.raises(Refused, match="others may read"):
        provider.read(path)
    path.chmod(0o600)

    assert provider.read(path).claim == "preferred_username"
    path.write_text('issuer = "https://p"\nclient = "m"\nsecret = "s"\nroles = "all"\n')
    with pytest.raises(Mistake):
        provider.read(path)
    path.write_text('issuer = "http://p.example"\nclient = "m"\nsecret = "s"\n')
    with pytest.raises(Refused, match="without TLS"):
        provider.read(path)
