"""Nothing outward reaches this network's own machines, whatever it is called."""

import ipaddress
import socket

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.outward import AddressRefused, check_url, is_public, post

PRIVATE = (
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::1", "ff02::1",
)  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_known_in_every_disguise(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@given(address=st.ip_addresses(v=4))
def test_an_address_inside_another_is_judged_as_itself(address: ipaddress.IPv4Address) -> None:
    inside = ipaddress.IPv6Address(f"::ffff:{address}"), ipaddress.IPv6Address((0x64FF9B << 96) | int(address))
    assert {is_public(item) for item in inside} == {is_public(address)}


def test_public_ones_are_let_through() -> None:
    assert all(is_public(ipaddress.ip_address(item)) for item in ("93.184.216.34", "2606:2800:220:1::1"))


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "ftp://example.com/", "https://", "https://user:pw@example.com/", "https://127.0.0.1/",
        "https://[::1]/", "https://localhost/", "https://db.internal/", "https://printer.local./", "https://e x.com/",
        "https://example.com:99999/", "javascript:alert(1)", "", "https://example.com/" + "a" * 2_000, "https://ex\u00e4mple.com/",
    ],
)  # fmt: skip
def test_urls_that_nothing_is_sent_to(url: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_url(url, private=False)
    assert caught.value.field == "url"


def test_ones_own_network_is_reached_where_that_is_meant() -> None:
    check_url("http://10.0.0.7:8080/hook", private=True)
    check_url("https://example.com/hook", private=False)


@pytest.mark.parametrize("answers", [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], []])
def test_a_name_that_leads_to_a_private_address_is_refused_before_anything_is_sent(
    answers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(*_: object, **__: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (item, 443)) for item in answers]

    def connect(*_: object, **__: object) -> None:
        raise AssertionError("something was connected to")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(AddressRefused):
        post("https://evil.example/", b"{}", {}, timeout_s=1, private=False)


def test_what_was_checked_is_what_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []

    def connect(address: tuple[str, int], *_: object, **__: object) -> socket.socket:
        asked.append(address)
        raise ConnectionRefusedError

    answers = iter(["93.184.216.34", "127.0.0.1"])  # a name that changes its mind
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", (next(answers), 443))])
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(httpcore.ConnectError):
        post("https://rebinding.example/", b"{}", {}, timeout_s=1, private=False)
    assert asked == [("93.184.216.34", 443)]
