"""The doors that a user opens, each by itself: every route, and every Host and Origin that must stay outside it.

A public address lets in its own name and pages, and nothing else; a site that may frame the page may do nothing but
that; a token of one's own is as good as one of ours.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.server.http.test_guard import ADDRESSES, TOKEN, Ask, asking, let_in, opened_wrongly, refused_wrongly
from tests.server.serving import Site, running

from digitlens.errors import DigitlensError
from digitlens.server.http.address import Address
from digitlens.server.http.doors import Public, origin, public_url, token

HUB = "https://hub.example.org/user/alice/proxy/8484/"
FRAMED = "https://slides.example.org"


@pytest.fixture(scope="module")
def hub() -> Iterator[Site]:
    """Behind a proxy, without a token: as if the proxy asked for one."""
    with running(public=public_url(HUB)) as site:
        yield site


@pytest.fixture(scope="module")
def framed() -> Iterator[Site]:
    with running(embed=(origin(FRAMED), "http://localhost:9000")) as site:
        yield site


@pytest.fixture(scope="module")
def locked() -> Iterator[Site]:
    with running(token=TOKEN, public=public_url(HUB)) as site:
        yield site


def outside(ask: Ask, site: Site) -> list[str]:
    """What an address answers although it must not: names and pages near the public ones."""
    port = site.address.port
    hosts = ["hub.example.org:443", "hub.example.org:80", f"hub.example.org:{port}", "HUB.example.org", "example.org"]
    hosts += ["hub.example.org.evil.com", "evil.com", "xhub.example.org", "hub.example.org.", "alice@hub.example.org"]
    origins = [
        "http://hub.example.org",
        "https://hub.example.org:8484",
        "https://hub.example.org/",
        "https://example.org",
    ]
    origins += ["https://hub.example.org.evil.com", "https://HUB.example.org", f"https://127.0.0.1:{port}", "null"]
    wrong = [f"Host {host}" for host in hosts if ask(host=host).status != 403]
    for host in ("", "hub.example.org"):
        wrong += [f"Origin {one} at {host}" for one in origins if ask(("Origin", one), host=host).status != 403]
    return wrong


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_the_public_name_and_its_pages_are_let_in_and_none_beside_them(hub: Site, method: str, path: str) -> None:
    ask, port = asking(hub, method, path), hub.address.port
    for host in ("hub.example.org", f"127.0.0.1:{port}"):  # a proxy passes the name on, or puts ours in its place
        for page in ("https://hub.example.org", f"http://127.0.0.1:{port}"):
            assert let_in(ask(("Origin", page), host=host)), (host, page)
    assert outside(ask, hub) == []
    assert refused_wrongly(ask, hub) == []


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_the_public_folder_may_be_left_in_the_path(hub: Site, method: str, path: str) -> None:
    assert let_in(asking(hub, method, f"/user/alice/proxy/8484{path}")(host="hub.example.org"))
    for other in ("/user/bob/proxy/8484", "/user/alice/proxy/84841", "/user/alice/proxy/8484/.."):
        assert asking(hub, method, other + path)(host="hub.example.org").status in (403, 404, 405), other


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_without_the_door_the_public_name_is_a_foreign_one(framed: Site, method: str, path: str) -> None:
    ask = asking(framed, method, path)
    assert ask(host="hub.example.org").status == 403
    assert ask(("Origin", "https://hub.example.org")).status == 403


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_a_site_that_may_frame_the_page_may_not_ask_it_for_anything(framed: Site, method: str, path: str) -> None:
    ask = asking(framed, method, path)
    assert let_in(ask())
    assert [one for one in (FRAMED, "http://localhost:9000") if ask(("Origin", one)).status != 403] == []
    assert refused_wrongly(ask, framed) == []


def test_the_page_says_who_may_frame_it(framed: Site, hub: Site) -> None:
    headers = framed.ask("GET", "/").headers
    assert f"frame-ancestors {FRAMED} http://localhost:9000" in headers["content-security-policy"]
    assert "x-frame-options" not in headers
    headers = hub.ask("GET", "/").headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_a_public_address_with_a_token_opens_for_that_alone(locked: Site, method: str, path: str) -> None:
    for before in ("", "/user/alice/proxy/8484"):
        ask = asking(locked, method, before + path)
        assert opened_wrongly(lambda *headers, ask=ask: ask(*headers, host="hub.example.org")) == []
        assert let_in(ask(("Authorization", f"Bearer {TOKEN}"), host="hub.example.org"))
    assert outside(asking(locked, method, path), locked) == []


def test_the_link_sets_a_cookie_for_the_public_folder_alone(locked: Site) -> None:
    assert locked.address.link() == f"{HUB}?token={TOKEN}"
    cookie = locked.ask("GET", f"/?token={TOKEN}", host="hub.example.org").headers["set-cookie"]
    assert cookie.endswith("; HttpOnly; SameSite=Strict; Path=/user/alice/proxy/8484/; Secure")
    assert locked.ask("GET", f"/?token={TOKEN}").headers["set-cookie"].endswith("; SameSite=Strict; Path=/")
    policy = locked.ask("GET", f"/?token={TOKEN}", host="hub.example.org").headers["content-security-policy"]
    assert "connect-src 'self' wss://hub.example.org;" in policy


def test_a_cookie_in_a_frame_of_another_site_is_for_that_site_alone() -> None:
    with running(token=TOKEN, public=public_url(HUB), embed=(FRAMED,)) as site:
        cookie = site.ask("GET", f"/?token={TOKEN}", host="hub.example.org").headers["set-cookie"]
        assert cookie.endswith("; SameSite=None; Path=/user/alice/proxy/8484/; Secure; Partitioned")


def test_the_folder_without_its_slash_leads_to_the_folder(hub: Site) -> None:
    answer = hub.ask("GET", "/user/alice/proxy/8484", host="hub.example.org")
    assert (answer.status, answer.headers["location"]) == (308, "/user/alice/proxy/8484/")


NO_ADDRESSES = """
hub.example.org ftp://hub.example.org https:// https://x/?y https://x/#y //x/ https://x:99999/ https://x:0/ https://a@x/
https://x/../y https://x//y https://x/%2e https://[::1/ https://x;y/ javascript:alert(1) https://*/ https://x/é
https://-x/
"""


@pytest.mark.parametrize("text", [*NO_ADDRESSES.split(), "", "https://a b/", "https://x/a\nb"])
def test_what_is_no_address_is_refused_with_what_was_wanted(text: str) -> None:
    for parse in (public_url, origin):
        with pytest.raises(DigitlensError, match="wants") as error:
            parse(text)
        assert error.value.exit_code == 2
        assert "\n" not in str(error.value)


def test_addresses_are_taken_as_browsers_write_them() -> None:
    assert public_url("http://LOCALHOST:8000") == Public("http", "localhost:8000", "")
    assert public_url("http://[::1]:8000/a/").url == "http://[::1]:8000/a/"
    assert public_url("https://x.y:443/").origin == "https://x.y"
    assert origin("http://localhost:80/") == "http://localhost"
    assert Address("127.0.0.1", 8484, public=public_url("https://x.y/z")).link() == "https://x.y/z/"
    with pytest.raises(DigitlensError, match="without a path"):
        origin("https://x.y/z")


def test_a_token_comes_as_itself_or_from_a_file(tmp_path: Path) -> None:
    assert token(TOKEN) == TOKEN
    assert token("none") == ""
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    file.chmod(0o600)
    assert token(f"@{file}") == TOKEN
    for wrong in ("", "short", "with space in it", "semi;colon-in-it", "x" * 201, "umläute-sind-keine"):
        with pytest.raises(DigitlensError, match="8 to 200") as error:
            token(wrong)
        assert not wrong or wrong not in str(error.value)  # it may be nearly the right one
    with pytest.raises(DigitlensError):
        token(f"@{tmp_path / 'nothing'}")
    if os.name == "posix":
        file.chmod(0o644)
        with pytest.raises(DigitlensError, match="chmod 600"):
            token(f"@{file}")
