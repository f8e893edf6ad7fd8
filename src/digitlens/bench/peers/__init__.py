"""Who takes part: one file an engine, each written the way its own users would write it to be fast.

The order is that of the table before anything is measured; a name with `digitlens-` in front is one of our own.
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
LEARNERS = tuple(name for name in MODULES if name != "onnxruntime")  # that one only reads
READERS = tuple(MODULES)
DISTRIBUTIONS = {  # what it is called where it is installed from
    "jax": ("jax", "jaxlib"),
    "pytorch": ("torch",),
    "scikit-learn": ("scikit-learn",),
    "onnxruntime": ("onnx", "onnxruntime"),
}
NOT_COMPILED = "not compiled here; the plain engine serves"


def own_engines() -> tuple[str, ...]:
    """Those of ours that can run here, the one that Digitlens chooses first.

    The kernel comes a second time where the processor has more than AVX2, so that figures of machines with AVX2 alone
    can be told from these.
    """
    sets = native.instruction_sets()
    return (*([COMPILED] if sets else []), *([COMPILED_AVX2] if "AVX2" in sets[1:] else []), PLAIN)


def peer(name: str) -> Peer:
    """The engine called `name`; its library is imported only when it is given work. UsageError for unknown names."""
    if name not in MODULES:
        raise UsageError(f"an engine of the bench is one of {', '.join(MODULES)}, got {name!r}")
    return cast("Peer", import_module(f"digitlens.bench.peers.{MODULES[name]}"))
