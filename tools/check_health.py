"""Whether the app on this machine is well: exit code 0 or 1, for the health check of a container.

    python tools/check_health.py [PORT]

Where the app has made its own token, its answer to a request without it is 401: then it serves, and says no more.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path

PORT = 8484


def main(port: str = str(PORT)) -> None:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/api/health")
    if token := token_of_this_app():
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=4) as answer:
            well = json.load(answer)["status"] == "ok"
    except urllib.error.HTTPError as error:
        well = error.code == 401 and not token
    except OSError:
        well = False
    sys.exit(0 if well else 1)


def token_of_this_app() -> str:
    """What DIGITLENS_TOKEN says; empty where the app has made one of its own, or asks for none."""
    token = os.environ.get("DIGITLENS_TOKEN", "")
    if token.startswith("@"):
        token = Path(token[1:]).read_text(encoding="utf-8").strip()
    return "" if token == "none" else token


if __name__ == "__main__":
    main(*sys.argv[1:])
