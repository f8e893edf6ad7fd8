"""The page in one file: Read, Neuron and Learn with a network, to be opened from a disk or a mail."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Sequence

from digitlens.bundles import FILE, WEB, bundle
from digitlens.digits.sources.examples import example_files
from digitlens.exports.site import DESCRIPTION, TITLE, listed, policy
from digitlens.storage.offered import Offered


def one_file(networks: Sequence[Offered]) -> bytes:
    """The HTML file, in the same bytes for the same networks. The first network is the one to begin with.

    It loads nothing and asks nobody: its Content-Security-Policy allows the one script that it holds, by its hash.
    """
    script = bundle(FILE).decode()
    assert "</script" not in script  # esbuild writes <\\/script
    style = (WEB / "hosts/page.css").read_text(encoding="utf-8")
    content = {
        "offered": listed(networks),
        "networks": [_text(one.data) for one in networks],
        "examples": [_text(path.read_bytes()) for path in example_files()],
    }
    rules = {
        "script-src": _source(script),
        "style-src": _source(style),
        "img-src": "blob: data:",
        "connect-src": "'none'",
        "worker-src": "'none'",
    }
    values = json.dumps(content, allow_nan=False).replace("<", "\\u003c")
    title = html.escape(f"{networks[0].name}: {TITLE}", quote=False)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{html.escape(policy(rules), quote=False)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<title>{title}</title>
<meta name="description" content="{DESCRIPTION}">
<style>{style}</style>
</head>
<body>
<main></main>
<noscript>Digitlens computes in your browser, and needs JavaScript for that.</noscript>
<script type="application/json" id="digitlens-file">{values}</script>
<script type="module">{script}</script>
</body>
</html>
""".encode()


def _source(text: str) -> str:
    """The name of an inline script or style in a policy."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
