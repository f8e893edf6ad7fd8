"""The engines of the bench: one file for each, written as its own users would write it to be fast.

A name that begins with `digitlens-` is one of our own engines.
"""

from __future__ import annotations

from importlib import import_module
from typing import cast

from digitlens.bench.task import Peer
from digitlens.errors import UsageError
from digitlens.kernel import native

OWN = "digitlens-"
COMPILED, COMPILED_AVX2, PLAIN = "digitlens-compiled", "digitlens-compiled-avx2", "digitlens-plain"
MODULES = {
    COMPILED: "digitlens_compiled",
    COMPILED_AVX2: "digitlens_compiled_avx2",
    PLAIN: "digitlens_plain",
    "numpy": "numpy_page",
    "jax": "jax_scan",
    "pytorch": "pytorch_eager",
    "scikit-learn": "sklearn_mlp",
    "onnxruntime": "onnx_session",
}
LEARNERS = tuple(name for name in MODULES if name != "onnxruntime")  # onnxruntime only reads
READERS = tuple(MODULES)
DISTRIBUTIONS = {  # the packages of each library on PyPI
    "jax": ("jax", "jaxlib"),
    "pytorch": ("torch",),
    "scikit-learn": ("scikit-learn",),
    "onnxruntime": ("onnx", "onnxruntime"),
}
NOT_COMPILED = "not compiled here; the plain engine serves"


def own_engines() -> tuple[str, ...]:
    """Our engines that can run here; first the one that Digitlens uses.

    If the processor has more than AVX2, the kernel is also measured on AVX2, for comparison with machines that have
    only that.
    """
    sets = native.instruction_sets()
    return (*([COMPILED] if sets else []), *([COMPILED_AVX2] if "AVX2" in sets[1:] else []), PLAIN)


def peer(name: str) -> Peer:
    """The engine called `name`. Its library is imported when it is used. Raises UsageError for unknown names."""
    if name not in MODULES:
        raise UsageError(f"an engine of the bench is one of {', '.join(MODULES)}, got {name!r}")
    return cast("Peer", import_module(f"digitlens.bench.peers.{MODULES[name]}"))
