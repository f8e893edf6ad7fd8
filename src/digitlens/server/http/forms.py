"""Forms with files, as a browser's FormData and `curl -F` send them: multipart/form-data (RFC 7578), taken apart."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import Message

from starlette.exceptions import HTTPException

MOST_FILES = 256  # in one form
MAX_HEAD = 1_000  # bytes of the lines before a file
MAX_NAME = 255  # characters of the name of a file
MAX_BOUNDARY = 70  # bytes, says RFC 2046

_CURL = "curl: -F picture=@seven.png"


@dataclass(frozen=True, slots=True)
class SentFile:
    """One file of a form."""

    name: str  # as its sender calls it
    data: bytes


def is_form(content_type: str) -> bool:
    """Whether a body of this type is a form with files.

    >>> is_form("Multipart/Form-Data; boundary=x"), is_form("image/png")
    (True, False)
    """
    return content_type.partition(";")[0].strip().lower() == "multipart/form-data"


def files_in(content_type: str, body: bytes) -> list[SentFile]:
    r"""The files of a form in their order, whatever its fields are called.

    content_type: the header of that name, which holds the boundary.
    Raises HTTPException 400 for what is no such form or has no file; 413 for too many files.

    >>> part = b'--x\r\nContent-Disposition: form-data; name="a"; filename="7.png"\r\n\r\nbytes\r\n'
    >>> files_in("multipart/form-data; boundary=x", part + b"--x--")
    [SentFile(name='7.png', data=b'bytes')]
    """
    boundary = _parameter("Content-Type", content_type, "boundary")
    if not boundary or not boundary.isascii() or len(boundary) > MAX_BOUNDARY:
        raise _unreadable(f"its Content-Type wants a boundary of 1 to {MAX_BOUNDARY} characters")
    _, *parts = (b"\r\n" + body).split(b"\r\n--" + boundary.encode(), MOST_FILES + 2)
    if len(parts) > MOST_FILES + 1:
        raise HTTPException(413, f"a form may have at most {MOST_FILES:,} files; send the others in another one")
    if not parts or not parts.pop().startswith(b"--"):
        raise _unreadable("it ends before its last boundary")
    if not parts:
        raise HTTPException(400, f"wanted a form with files, got an empty one; {_CURL}")
    found = [_field(part) for part in parts]
    files = [one for one in found if isinstance(one, SentFile)]
    if not files:
        raise HTTPException(400, f"wanted a form with a file, got {str(found[0])[:40]!r}, which is none; {_CURL}")
    return files


def _field(part: bytes) -> SentFile | str:
    """One part of a form: the rest of the boundary's line, headers, an empty line, and the bytes of the file.

    A field that is no file, as the button that sent the form may be, comes back as its name.
    """
    end = part.find(b"\r\n\r\n", 0, MAX_HEAD)
    line, *headers = part[: max(end, 0)].decode("utf-8", "replace").split("\r\n")
    if end < 0 or line.strip(" \t"):
        raise _unreadable(f"each file wants a header of at most {MAX_HEAD:,} bytes and an empty line before it")
    about = {name.strip().lower(): value for name, _, value in (header.partition(":") for header in headers)}
    disposition = about.get("content-disposition", "")
    name = _parameter("Content-Disposition", disposition, "filename")
    if name is None:
        return _parameter("Content-Disposition", disposition, "name") or ""
    return SentFile(name[:MAX_NAME], part[end + 4 :])


def _parameter(header: str, value: str, name: str) -> str | None:
    """A parameter of a header: `boundary` of "multipart/form-data; boundary=x"; None if it has no such one."""
    message = Message()
    message[header] = value.replace("\r", " ").replace("\n", " ")
    found = message.get_param(name, header=header)
    return found[2] if isinstance(found, tuple) else found  # (charset, language, value), says RFC 2231


def _unreadable(why: str) -> HTTPException:
    return HTTPException(400, f"the form cannot be read: {why}; send the files again")
