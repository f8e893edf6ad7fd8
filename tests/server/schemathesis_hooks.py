"""What schemathesis cannot make up by itself: pictures of every kind, and the name of a visitor who has a run.

It is loaded by schemathesis, as the module that SCHEMATHESIS_HOOKS names.
"""

from __future__ import annotations

import io
import os
from typing import Any

import numpy as np
import schemathesis
from hypothesis import strategies as st
from PIL import Image
from schemathesis import openapi

KINDS = ("PNG", "JPEG", "WebP", "BMP", "GIF")


@st.composite
def pictures(draw: st.DrawFn, kinds: tuple[str, ...] = KINDS) -> bytes:
    """A small picture of grey noise, as a file."""
    rows, columns = draw(st.integers(1, 60)), draw(st.integers(1, 60))
    grey = np.random.default_rng(draw(st.integers(0, 2**16))).random((rows, columns)) ** draw(st.integers(1, 9))
    file = io.BytesIO()
    Image.fromarray((grey * 255).astype(np.uint8)).save(file, draw(st.sampled_from(kinds)))
    return file.getvalue()


for kind in KINDS:
    openapi.media_type(f"image/{kind.lower()}", pictures((kind,)))
openapi.media_type("application/octet-stream", pictures())


@schemathesis.hook("map_path_parameters")
def a_visitor_who_has_a_run(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    if path_parameters and path_parameters.get("record") in ("latest", "0", "1"):
        path_parameters["visitor"] = os.environ["VISITOR_WITH_A_RUN"]
    return path_parameters
