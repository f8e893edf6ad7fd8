"""The doors that the user opens: a public address before the server, pages that may frame it, a token of one's own.

Without them the server answers to its own name alone, and no other site may show it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from digitlens.errors import FileError, UsageError
from digitlens.files.bounded import read_bounded
from digitlens.files.naming import printable, shown

NO_TOKEN = "none"  # noqa: S105 - what --token says instead of one
MAX_TOKEN_FILE = 4096  # bytes
PORTS = {"http": 80, "https": 443}

_TOKEN = re.compile(r"[A-Za-z0-9_~.-]{8,200}")  # what a cookie and an address hold as it is
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?|\[[0-9a-f:.]+\])", re.IGNORECASE)
_PATH = re.compile(r"(?:/[A-Za-z0-9._~@-]+)*")


@dataclass(frozen=True, slots=True)
class Public:
    """The address at which a proxy, a tunnel or a container shows the server to others."""

    scheme: str  # "http" or "https"
    authority: str  # as in the Host header: "hub.example.org", "localhost:8000"
    path: str = ""  # of the folder, without a slash at its end: "/user/alice/proxy/8484"

    @property
    def origin(self) -> str:
        """As in the Origin header of its pages."""
        return f"{self.scheme}://{self.authority}"

    @property
    def url(self) -> str:
        """The address for a browser."""
        return f"{self.origin}{self.path}/"

    def within(self, path: str) -> str | None:
        """A request's path without the folder, where a proxy has left it in; None for the folder without its slash.

        >>> public = Public("https", "hub.example.org", "/lens")
        >>> public.within("/lens/api/networks"), public.within("/api/networks"), public.within("/lens")
        ('/api/networks', '/api/networks', None)
        """
        if not self.path or not (path + "/").startswith(self.path + "/"):
            return path
        return path[len(self.path) :] or None


def public_url(text: str) -> Public:
    """The value of --public-url. Raises UsageError for what is no address of a folder.

    >>> public_url("https://hub.example.org:443/user/alice/proxy/8484/")
    Public(scheme='https', authority='hub.example.org', path='/user/alice/proxy/8484')
    """
    parts = _split("--public-url", text)
    path = parts.path.rstrip("/")
    if parts.query or parts.fragment or not _PATH.fullmatch(path) or {".", ".."} & set(path.split("/")):
        raise UsageError(
            f"--public-url wants https://host/path or http://host/path, got {_cited(text)}; "
            "copy the address of the page from the browser, up to its last slash"
        )
    return Public(parts.scheme, _authority(parts), path)


def origin(text: str) -> str:
    """A value of --embed: the origin of pages that may frame ours. Raises UsageError for anything but one origin.

    >>> origin("https://Slides.example.org/")
    'https://slides.example.org'
    """
    parts = _split("--embed", text)
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise UsageError(f"--embed wants an origin, https://host, without a path, got {_cited(text)}")
    return f"{parts.scheme}://{_authority(parts)}"


def token(text: str) -> str:
    """The value of --token: the token itself, or @FILE for the one that a file holds. "": none.

    Raises UsageError for one that is too short or has other characters than letters, digits and _ ~ . -, FileError.
    """
    if text == NO_TOKEN:
        return ""
    where = "--token"
    if text.startswith("@"):
        path = Path(text[1:])
        where = f"--token: {shown(path)}"
        data = bytes(read_bounded(path, MAX_TOKEN_FILE))
        text = data.decode("utf-8", "replace").strip()
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise FileError(f"{where} can be read by others on this machine; chmod 600 {shown(path)}")
    if not _TOKEN.fullmatch(text):
        raise UsageError(
            f"{where}: wanted 8 to 200 letters, digits, _ ~ . or -, got {len(text)} characters; make one with "
            '`python -c "import secrets; print(secrets.token_urlsafe(16))"`'
        )
    return text


def frame_ancestors(origins: Iterable[str]) -> str:
    """Who may frame the page, as a policy says it."""
    return " ".join(origins) or "'none'"


def _split(option: str, text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        good = (
            re.fullmatch(r"[!-~]+", text)
            and parts.scheme in PORTS
            and _HOST.fullmatch(_host(parts))
            and parts.username is None
        )
        good = good and (parts.port is None or parts.port > 0)
    except ValueError:  # a port that is none, brackets that do not fit
        good = False
    if not good:
        raise UsageError(f"{option} wants an address with http:// or https:// and a host, got {_cited(text)}")
    return parts


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    return f"[{host}]" if ":" in host else host


def _authority(parts: SplitResult) -> str:
    host = _host(parts)
    return host if parts.port in (None, PORTS[parts.scheme]) else f"{host}:{parts.port}"


def _cited(text: str) -> str:
    return repr(printable(text)[:100])
