"""One file from one web address, a piece at a time, and never longer, larger or further than allowed.

`fetch` makes a single attempt and leaves what has arrived in a `.part` file, from which the next attempt continues. It
knows nothing of what the bytes should be; the caller has to check their hash.
"""

from __future__ import annotations

import http.client
import io
import secrets
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urljoin, urlsplit

from digitlens.errors import DownloadError

_PIECE = 1 << 16  # bytes
_GOOD = {200, 206, 416}
_ELSEWHERE = {301, 302, 303, 307, 308}
_PASSING = {408, 425, 429, 500, 502, 503, 504}  # what a server says when it may think otherwise in a moment
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class RefusedError(DownloadError):
    """An address that will not give the file, neither now nor on the next attempt."""


class BrokenOffError(DownloadError):
    """An attempt that failed where another may not. `wait`: the seconds that the server asked for, if it did."""

    def __init__(self, said: str, wait: float | None = None) -> None:
        super().__init__(said)
        self.wait = wait


class OtherPieceError(BrokenOffError):
    """The server sent another piece than it was asked for: what has arrived is not to be trusted."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long, how often and how far: the bounds of a download. The clock, too, is one of them."""

    silence: float = 20.0  # seconds without a byte after which a connection is given up
    slowest: float = 1024.0  # bytes a second; slower than this for `silence` seconds is as good as silent
    deadline: float = 1800.0  # seconds for everything together, waiting included
    attempts: int = 4  # at one mirror, for one file
    first_wait: float = 0.5  # seconds; doubles with every attempt, half to one and a half times as chance has it
    longest_wait: float = 15.0  # seconds; a server that asks for more is left for the next mirror
    redirects: int = 5
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = time.sleep
    chance: Callable[[], float] = (
        secrets.SystemRandom().random
    )  # 0..1, so that those who failed together do not all come back together


def fetch(
    url: str,
    part: Path,
    limit: int,
    patience: Patience,
    until: float,
    progress: Callable[[int, int | None], object] = lambda done, total: None,
) -> None:
    """Bring the body of `url` into the file `part`, going on where that leaves off; `until` as `patience.now` counts.

    `progress` is called with the bytes there are and the bytes there will be, if the server says. Raises RefusedError
    or BrokenOffError, which say in a few words why; OSError only where `part` cannot be written.
    """
    have = part.stat().st_size if part.exists() else 0
    response = _answer(url, {"Range": f"bytes={have}-"} if have else {}, patience, until)
    with response:
        if have and response.status == 416:
            return  # there is nothing beyond what we have
        begin, total = _extent(response, have)
        if total is not None and total > limit:
            raise RefusedError(f"offers {total:,} bytes where at most {limit:,} are wanted")
        with part.open("ab" if begin else "wb") as file:
            for done in _copied(response, file, begin, limit):
                progress(done, total)


def check_address(url: str, origin: str | None = None) -> None:
    """RefusedError unless an address is https; plain http only on this machine, and only coming from this machine.

    >>> check_address("https://example.org/mnist/")
    >>> check_address("http://127.0.0.1:8000/", origin="https://example.org/mnist/")
    Traceback (most recent call last):
    digitlens.digits.sources.fetch.RefusedError: leads to 'http://127.0.0.1:8000/', which is not https
    """
    address = urlsplit(url)
    near = address.hostname in _LOOPBACK and (origin is None or urlsplit(origin).hostname in _LOOPBACK)
    if address.scheme != "https" and not (address.scheme == "http" and near):
        raise RefusedError(f"leads to '{_plain(url)}', which is not https")


def _answer(url: str, extra: Mapping[str, str], patience: Patience, until: float) -> http.client.HTTPResponse:
    """The server's answer, redirects followed, if it is a good one (200, 206 or 416)."""
    headers = {"User-Agent": "digitlens", "Accept-Encoding": "identity", **extra}
    origin = None
    for _ in range(patience.redirects + 1):
        response = _asked(url, origin, headers, patience, until)
        if response.status in _GOOD:
            return response
        with response:  # its body is not worth reading
            said = _plain(f"{response.status} {response.reason}")
            if response.status in _PASSING:
                raise BrokenOffError(said, _seconds(response.headers.get("Retry-After", "")))
            if response.status not in _ELSEWHERE or "Location" not in response.headers:
                raise RefusedError(said)
            origin, url = url, _joined(url, response.headers["Location"])
    raise RefusedError(f"redirects more than {patience.redirects} times")


def _joined(url: str, location: str) -> str:
    """Where a redirect leads, which may be told from where we are."""
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise RefusedError(f"leads to '{_plain(location)}', which is no address") from error


def _asked(
    url: str, origin: str | None, headers: dict[str, str], patience: Patience, until: float
) -> http.client.HTTPResponse:
    """Whatever the server answers at one address."""
    left = until - patience.now()
    if left <= 0:
        raise BrokenOffError("the time is up")
    try:
        check_address(url, origin)
        request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the address has just been checked
        response: http.client.HTTPResponse = _opener(patience, until).open(request, timeout=min(left, patience.silence))
    except (http.client.InvalidURL, ValueError) as error:
        raise RefusedError(f"leads to '{_plain(url)}', which is no address") from error
    except (OSError, http.client.HTTPException) as error:
        raise BrokenOffError(_in_words(error)) from error
    return response


def _extent(response: http.client.HTTPResponse, have: int) -> tuple[int, int | None]:
    """Where in the file this body begins, and how long the file will be, if the server says."""
    length = response.length
    if response.status == 200:  # the whole file, even if we asked for the rest
        return 0, length
    said = response.headers.get("Content-Range", "")
    begin, _, total = said.removeprefix("bytes ").partition("/")
    if begin.partition("-")[0] != str(have):
        raise OtherPieceError(f"was asked for byte {have:,} and on, and sent '{_plain(said)}'")
    if total.isdecimal():
        return have, int(total)
    return have, None if length is None else have + length


def _copied(response: http.client.HTTPResponse, file: IO[bytes], begin: int, limit: int) -> Iterator[int]:
    """Bring the body into the file as it comes; how many bytes the file holds, after every piece."""
    done = begin
    expected = response.length
    while True:
        try:
            piece = response.read1(_PIECE)
        except (OSError, http.client.HTTPException, ValueError) as error:  # ValueError: a chunk's size that is none
            raise BrokenOffError(f"{_in_words(error)}, after {done:,} bytes") from error
        if not piece:
            break
        done += len(piece)
        if done > limit:
            raise RefusedError(f"sends more than the {limit:,} bytes wanted")
        file.write(piece)
        yield done
    if expected is not None and done - begin < expected:
        raise BrokenOffError(f"the connection ended after {done:,} of {begin + expected:,} bytes")


class _TimedSocket(io.RawIOBase):
    """A socket's incoming bytes, as long as they come fast enough and there is time: headers, chunk sizes and all."""

    def __init__(self, sock: socket.socket, raw: io.RawIOBase, patience: Patience, until: float) -> None:
        self._sock, self._raw, self._patience, self._until = sock, raw, patience, until
        self._came, self._since = 0, patience.now()  # bytes, and since when

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        now = self._patience.now()
        passed = now - self._since
        if now >= self._until:
            raise TimeoutError("the time is up")
        if passed > self._patience.silence:
            if self._came < self._patience.slowest * passed:
                raise TimeoutError(f"stalled at {self._came / passed:,.0f} bytes a second")
            self._came, self._since = 0, now
        self._sock.settimeout(min(self._patience.silence, self._until - now))
        got = self._raw.readinto(buffer)
        self._came += got or 0
        return got

    def close(self) -> None:
        self._raw.close()
        super().close()


def _opener(patience: Patience, until: float) -> urllib.request.OpenerDirector:
    """Opens http and https, through a proxy where the environment names one, and nothing else (no file:, no ftp:)."""

    class Timed(http.client.HTTPResponse):
        def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
            super().__init__(sock, *args, **kwargs)
            self.fp: Any = io.BufferedReader(_TimedSocket(sock, self.fp.detach(), patience, until))

    class Http(http.client.HTTPConnection):
        response_class = Timed

    class Https(http.client.HTTPSConnection):
        response_class = Timed

    class HttpHandler(urllib.request.HTTPHandler):
        def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
            return self.do_open(Http, req)

    class HttpsHandler(urllib.request.HTTPSHandler):
        def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
            return self.do_open(Https, req)

    opener = urllib.request.OpenerDirector()
    for handler in (urllib.request.ProxyHandler(), HttpHandler(), HttpsHandler()):
        opener.add_handler(handler)
    return opener


def _seconds(said: str) -> float | None:
    """Retry-After as seconds; None for a date, which our ordinary waiting serves as well."""
    return float(said) if said.isdecimal() and len(said) <= 9 else None


def _in_words(error: Exception) -> str:
    """What went wrong with a connection."""
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, OSError) and reason.strerror:
        return _plain(reason.strerror)
    return _plain(str(reason) or type(reason).__name__)


def _plain(said: str) -> str:
    """One short line of what a server said: it must not reach the terminal as it is."""
    return "".join(c if c.isprintable() else "?" for c in said[:120]).strip()
