"""HTTP to addresses that others name: never to this network's own machines, whatever a name resolves to (SSRF)."""

import ipaddress
import socket
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpcore

from core.errors import InvalidInput

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_MOST_URL_CHARS = 2_000
_MOST_ANSWER_BYTES = 65_536
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefused(httpcore.ConnectError):
    """The name leads to an address that nothing may be sent to."""


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet, also when it hides an IPv4 one inside an IPv6 one."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast


def check_url(url: str, *, private: bool, field: str = "url") -> None:
    """Raise ``InvalidInput`` for a URL that nothing will ever be sent to. ``private``: one's own network is meant."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    wrong = (
        len(url) > _MOST_URL_CHARS
        or not url.isascii()
        or any(char.isspace() or not char.isprintable() for char in url)
        or parts.scheme not in ({"https", "http"} if private else {"https"})
        or not host
        or parts.username is not None
        or port == 0
        or (not private and _names_private(host))
    )
    if wrong:
        raise InvalidInput(
            code="bad_url",
            detail="Nothing can be sent to this address.",
            field=field,
            expected="An https:// address on the public internet, without a name and password in it.",
        )


def post(url: str, body: bytes, headers: Mapping[str, str], *, timeout_s: float, private: bool) -> int:
    """Send ``body`` and return the status. Redirects are not followed; the answer's body is not kept.

    Raises ``httpcore`` errors: ``AddressRefused`` where the name leads to a private address and ``private`` is off.
    """
    phases = dict.fromkeys(("connect", "read", "write", "pool"), timeout_s)
    with (
        httpcore.ConnectionPool(network_backend=_Guarded(private), max_connections=1, retries=0) as pool,
        pool.stream("POST", url, headers=list(headers.items()), content=body, extensions={"timeout": phases}) as answer,
    ):
        read = 0
        for chunk in answer.iter_stream():
            read += len(chunk)
            if read > _MOST_ANSWER_BYTES:
                break
        return answer.status


class _Guarded(httpcore.NetworkBackend):
    """Resolves a name once, checks every address it has, and connects to what was checked: no second look-up."""

    def __init__(self, private: bool) -> None:
        self._private = private
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to a name's first address; refuse a name of which any address is private."""
        try:
            found = [item[4][0] for item in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} cannot be found") from error
        addresses = [ipaddress.ip_address(str(item).split("%")[0]) for item in found]
        if not addresses or not (self._private or all(is_public(item) for item in addresses)):
            raise AddressRefused("this name leads to a private address")
        return self._plain.connect_tcp(str(addresses[0]), port, timeout, local_address, socket_options)

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        """Refuse: nothing outward lives there."""
        del timeout, socket_options
        raise AddressRefused(f"not a network address: {path}")


def _names_private(host: str) -> bool:
    try:
        return not is_public(ipaddress.ip_address(host.split("%")[0]))
    except ValueError:
        return host.rstrip(".").lower().split(".")[-1] in {"localhost", "local", "internal"}
