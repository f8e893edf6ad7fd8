"""Where the app is to be found: which address and port it listens at, and what people type to get there."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
from dataclasses import dataclass

from digitlens.errors import DigitlensError, UsageError
from digitlens.files.naming import shown, why

FIRST = 8484  # the port tried first; the next ones follow
TRIED = 100  # ports in a row, before the system is asked for any that is free
BACKLOG = 128  # connections that may wait until they are accepted


class ServingError(DigitlensError):
    """The app cannot listen where it was asked to: a busy port, an address that is not this machine's."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the app listens. Only this machine reaches a loopback address; everywhere else a token is asked for."""

    host: str  # the number bound: "127.0.0.1", "::1", "192.168.1.5", "0.0.0.0"
    port: int
    named: str = ""  # as the user wrote it, if that is another word: "localhost"
    token: str = ""  # what a browser or program must show; empty: nothing

    @property
    def loopback(self) -> bool:
        """Whether nobody but this machine reaches it."""
        return ipaddress.ip_address(self.host.partition("%")[0]).is_loopback

    @property
    def everywhere(self) -> bool:
        """Whether it listens at every address of this machine."""
        return ipaddress.ip_address(self.host.partition("%")[0]).is_unspecified

    @property
    def hosts(self) -> frozenset[str]:
        """What the Host header may say, to the letter."""
        names = {"localhost", "127.0.0.1", "::1", self.host, self.named.lower() or self.host}
        return frozenset(authority(name, self.port) for name in names)

    @property
    def url(self) -> str:
        """The address for a browser on this machine, without the token."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.named or self.host)  # noqa: S104
        return f"http://{authority(host, self.port)}/"

    def link(self, host: str = "") -> str:
        """The address with the token, if there is one; for another machine with the `host` that it reaches us at."""
        url = f"http://{authority(host, self.port)}/" if host else self.url
        return f"{url}?token={self.token}" if self.token else url

    def others(self) -> list[str]:
        """The links that other machines may open; none for a loopback address."""
        if self.loopback:
            return []
        hosts = _own_addresses(self.host) if self.everywhere else [self.named or self.host]
        return [self.link(host) for host in hosts]


def authority(host: str, port: int) -> str:
    """A host and port as they stand in an address and in the Host header.

    >>> authority("127.0.0.1", 8484), authority("::1", 8484), authority("localhost", 80)
    ('127.0.0.1:8484', '[::1]:8484', 'localhost')
    """
    name = f"[{host}]" if ":" in host else host
    return name if port == 80 else f"{name}:{port}"


def listen(host: str = "127.0.0.1", port: int | None = None) -> tuple[socket.socket, str]:
    """A listening socket and the number of its address. port: None the next free one from 8484, 0 any.

    Raises UsageError for a host that is none of this machine's, ServingError for a port that cannot be had.
    """
    try:
        family, _, _, _, place = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except (OSError, ValueError) as error:  # ValueError: a NUL, or a name too long to ask for
        raise UsageError(f"--host {shown(host)}: {why(error)}; give an address of this machine") from error
    ports = [port] if port is not None else [*range(FIRST, FIRST + TRIED), 0]
    for number in ports:
        try:
            return _bound(family, (place[0], number, *place[2:])), str(place[0])
        except PermissionError as error:
            if port is not None:
                raise ServingError(f"port {port} may not be used here ({why(error)}); try --port {FIRST}") from error
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
        f"port {port} is busy: another program listens there, perhaps a digitlens app that still runs; "
        "stop it, or leave --port out and the next free one is taken"
    )


def _bound(family: int, place: tuple[object, ...]) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # named, or asyncio lets answers dawdle
    try:
        if os.name == "nt":  # where SO_REUSEADDR would let two programs share a port
            listener.setsockopt(socket.SOL_SOCKET, getattr(socket, "SO_EXCLUSIVEADDRUSE", ~socket.SO_REUSEADDR), 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # right after the last app has ended
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
    """The address at which the network sees this machine; nothing is sent to find it out."""
    with contextlib.suppress(OSError):
        family, far = (socket.AF_INET6, "2001:db8::1") if ":" in host else (socket.AF_INET, "192.0.2.1")
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((far, 9))
            return [str(probe.getsockname()[0])]
    return []
