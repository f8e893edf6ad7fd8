"""The address and port at which the app listens, and the links that open it."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass

from digitlens.errors import DigitlensError, UsageError
from digitlens.files.naming import shown, why
from digitlens.server.http.doors import Public

FIRST = 8484  # the port tried first; the next ones follow
TRIED = 100  # ports that are tried in order, before the system chooses a free one
BACKLOG = 128  # connections that may wait to be accepted


class ServingError(DigitlensError):
    """The app cannot listen at the address: the port is busy, or the address is not one of this machine."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the app listens. A loopback address is reached only from this machine; any other needs a token."""

    host: str  # the IP address: "127.0.0.1", "::1", "192.168.1.5", "0.0.0.0"
    port: int
    named: str = ""  # the name that the user gave, if any: "localhost"
    token: str = ""  # that a browser or program must send; empty: none is needed
    public: Public | None = None  # where a proxy shows it, if the user says so
    embed: tuple[str, ...] = ()  # the origins of pages that may frame it

    @property
    def loopback(self) -> bool:
        """Whether only this machine reaches it."""
        return ipaddress.ip_address(self.host.partition("%")[0]).is_loopback

    @property
    def everywhere(self) -> bool:
        """Whether it listens at every address of this machine."""
        return ipaddress.ip_address(self.host.partition("%")[0]).is_unspecified

    @property
    def hosts(self) -> frozenset[str]:
        """The values that the Host header may have."""
        names = {"localhost", "127.0.0.1", "::1", self.host, self.named.lower() or self.host}
        public = {self.public.authority} if self.public else set()
        return frozenset({authority(name, self.port) for name in names} | public)

    def origins_of(self, hosts: Iterable[str]) -> frozenset[str]:
        """The values that the Origin header may have: of the pages under these names, some of `hosts`."""
        public = self.public
        return frozenset(public.origin if public and host == public.authority else f"http://{host}" for host in hosts)

    def is_public(self, host: str) -> bool:
        """Whether this Host header names the public address."""
        return self.public is not None and host == self.public.authority

    def sockets(self, host: str) -> list[str]:
        """Where a page that was asked for by this Host header opens its WebSocket."""
        public = [f"{self.public.scheme.replace('http', 'ws')}://{self.public.authority}"] if self.public else []
        return public if self.is_public(host) else [f"ws://{host}", *public]

    def cookie(self, host: str) -> str:
        """The attributes of a cookie for this Host header."""
        public = self.public if self.is_public(host) else None
        path = f"{public.path}/" if public else "/"
        if public is None or public.scheme != "https":
            return f"SameSite=Strict; Path={path}"
        if self.embed:  # a frame of another site gets a cookie only so, and one for this site alone
            return f"SameSite=None; Path={path}; Secure; Partitioned"
        return f"SameSite=Strict; Path={path}; Secure"

    @property
    def url(self) -> str:
        """The address for a browser on this machine, without the token."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.named or self.host)  # noqa: S104
        return f"http://{authority(host, self.port)}/"

    def link(self, host: str = "") -> str:
        """The address with the token, if there is one. host: the host name or IP address for another machine."""
        url = f"http://{authority(host, self.port)}/" if host else self.public.url if self.public else self.url
        return f"{url}?token={self.token}" if self.token else url

    def others(self) -> list[str]:
        """The links that other machines may open; none for a loopback address."""
        if self.loopback:
            return []
        hosts = _own_addresses(self.host) if self.everywhere else [self.named or self.host]
        return [self.link(host) for host in hosts]


def authority(host: str, port: int) -> str:
    """A host and port as in a URL and in the Host header.

    >>> authority("127.0.0.1", 8484), authority("::1", 8484), authority("localhost", 80)
    ('127.0.0.1:8484', '[::1]:8484', 'localhost')
    """
    name = f"[{host}]" if ":" in host else host
    return name if port == 80 else f"{name}:{port}"


def listen(host: str = "127.0.0.1", port: int | None = None) -> tuple[socket.socket, str]:
    """A listening socket, and its IP address. port: None: the first free one from 8484; 0: any free one.

    Raises UsageError for a host that is not an address of this machine, ServingError for a port that cannot be used.
    """
    try:
        family, _, _, _, place = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except (OSError, ValueError) as error:  # ValueError: a NUL, or a name that is too long
        raise UsageError(f"--host {shown(host)}: {why(error)}; give an address of this machine") from error
    ports = [port] if port is not None else [*range(FIRST, FIRST + TRIED), 0]
    for number in ports:
        try:
            return _bound(family, (place[0], number, *place[2:])), str(place[0])
        except PermissionError as error:
            if port is not None:
                raise ServingError(f"port {port} is not allowed ({why(error)}); try --port {FIRST}") from error
        except OverflowError as error:
            raise UsageError(f"--port: 0 to 65535, got {number}") from error
        except OSError as error:
            if _busy(error):
                continue
            raise UsageError(
                f"--host {shown(host)} is not an address of this machine ({why(error)}); "
                "0.0.0.0 is all of them, 127.0.0.1 this machine alone"
            ) from error
    raise ServingError(
        f"port {port} is busy: another program uses it, perhaps another digitlens app; "
        "stop that program, or leave --port out to use the next free port"
    )


def _bound(family: int, place: tuple[object, ...]) -> socket.socket:
    listener = socket.socket(
        family, socket.SOCK_STREAM, socket.IPPROTO_TCP
    )  # TCP is named, because asyncio sets TCP_NODELAY only then
    try:
        if os.name == "nt":  # on Windows, SO_REUSEADDR would let two programs share a port
            listener.setsockopt(socket.SOL_SOCKET, getattr(socket, "SO_EXCLUSIVEADDRUSE", ~socket.SO_REUSEADDR), 1)
        else:
            listener.setsockopt(
                socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
            )  # allows a restart right after another app has ended
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(place)
        listener.listen(BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


def _busy(error: OSError) -> bool:
    import errno

    return error.errno in (errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", errno.EADDRINUSE))


def _own_addresses(host: str) -> list[str]:
    """The IP address of this machine in its network. Nothing is sent to find it."""
    with contextlib.suppress(OSError):
        family, far = (socket.AF_INET6, "2001:db8::1") if ":" in host else (socket.AF_INET, "192.0.2.1")
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((far, 9))
            return [str(probe.getsockname()[0])]
    return []
