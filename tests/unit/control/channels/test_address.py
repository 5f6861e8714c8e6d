"""Only the addresses that an operator wrote down."""

import socket

import pytest
from receiving import Receiver

from mainstay.control.channels import address
from mainstay.control.channels.address import Place
from mainstay.core.errors import Mistake, Refused, Unavailable


def leads_to(monkeypatch: pytest.MonkeyPatch, found: str) -> None:
    info = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (found, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: info)


@pytest.mark.parametrize(
    ("found", "private", "allowed"),
    [
        ("93.184.215.14", False, True),
        ("127.0.0.1", False, False),
        ("10.0.0.7", False, False),
        ("10.0.0.7", True, True),
        ("169.254.169.254", False, False),
        ("169.254.169.254", True, False),
        ("::1", False, False),
        ("fe80::1%eth0", True, False),
        ("::ffff:127.0.0.1", False, False),
    ],
)
def test_a_name_leads_only_where_the_operator_lets_it(
    monkeypatch: pytest.MonkeyPatch, found: str, *, private: bool, allowed: bool
) -> None:
    leads_to(monkeypatch, found)
    place = Place("hooks.example.org", 443, secure=True, private=private)

    if allowed:
        assert address.resolved(place) == (found,)
    else:
        with pytest.raises(Refused, match="not public"):
            address.resolved(place)


def test_an_address_that_was_written_is_meant(receiver: Receiver) -> None:
    address.posted(f"{receiver.url}/in?a=1", b"{}", {"x-a": "b"}, private=False, authority="")

    [post] = receiver.posts
    assert (post.path, post.body, post.headers["x-a"]) == ("/in?a=1", b"{}", "b")


@pytest.mark.parametrize("status", [302, 400, 500])
def test_a_redirect_or_an_error_is_no_delivery(receiver: Receiver, status: int) -> None:
    receiver.status[0] = status

    with pytest.raises(Unavailable, match=f"answers {status}"):
        address.posted(receiver.url, b"{}", {}, private=False, authority="")
    assert len(receiver.posts) == 1, "not followed"


@pytest.mark.parametrize("url", ["file:///etc/passwd", "https://a:b@h/", "gopher://h", "nothing"])
def test_what_is_no_web_address_is_a_mistake_that_repeats_no_secret(url: str) -> None:
    with pytest.raises(Mistake) as mistake:
        address.posted(url, b"", {}, private=True, authority="")

    assert "a:b" not in str(mistake.value)


def test_who_does_not_answer_or_speaks_no_tls_is_unavailable(receiver: Receiver) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"

    for url in (nobody, receiver.url.replace("http:", "https:")):
        with pytest.raises(Unavailable):
            address.posted(url, b"", {}, private=False, authority="")
