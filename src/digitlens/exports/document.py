"""The HTML document around the page of a host without a server of ours: its head, its policy, and its place."""

from __future__ import annotations

import html
from collections.abc import Mapping

POLICY = {
    "default-src": "'none'",
    "script-src": "'self' 'wasm-unsafe-eval'",
    "style-src": "'self'",
    "img-src": "'self' blob: data:",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
}
TITLE = "Digitlens: a neural network that reads handwritten digits"
DESCRIPTION = "Draw a digit, watch the network think, and take it apart down to the arithmetic."


def document(head: str, body: str, title: str = TITLE, rules: Mapping[str, str] | None = None) -> str:
    """The document.

    head, body: what belongs to this host, as HTML that ends without a newline. title: as text. rules: directives of
    the Content-Security-Policy that are other ones than those of POLICY.
    """
    policy = "; ".join(f"{name} {value}" for name, value in (POLICY | dict(rules or {})).items())
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{html.escape(policy, quote=False)}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<title>{html.escape(title, quote=False)}</title>
<meta name="description" content="{DESCRIPTION}">
{head}
</head>
<body>
<main></main>
<noscript>Digitlens computes in your browser, and needs JavaScript for that.</noscript>
{body}
</body>
</html>
"""
