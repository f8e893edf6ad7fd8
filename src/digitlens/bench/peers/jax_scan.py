"""JAX: the whole epoch is one compiled function, lax.scan over the mini-batches, gradients by jax.grad.

The order is drawn outside and the mini-batches are gathered inside, which is faster than gathering the whole epoch
first. Compiling happens in the first epoch, which is not counted but reported.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from digitlens.bench.work import Floats, Learner, Work


def learner(work: Work) -> Learner:
    """One call an epoch; the weights stay on JAX's side and are handed over, not copied."""
    import jax
    import jax.numpy as jnp

    x_all, y_all = jnp.asarray(work.pixels), jnp.asarray(work.targets)
    layers: Any = [(jnp.asarray(W), jnp.asarray(b)) for W, b in work.first_layers()]
    rng = np.random.default_rng(work.seed)
    whole = len(work.images) // work.mini_batch * work.mini_batch  # scan wants mini-batches of one size

    def cost(layers: Any, x: Any, y: Any) -> Any:
        return ((_forward(x, layers) - y) ** 2).sum(axis=1).mean()

    def scan(layers: Any, order: Any, x_all: Any, y_all: Any) -> Any:
        def step(layers: Any, which: Any) -> Any:
            gradient = jax.grad(cost)(layers, x_all[which], y_all[which])
            return jax.tree.map(lambda w, g: w - work.learning_rate * g, layers, gradient), None

        return jax.lax.scan(step, layers, order)[0]

    compiled = jax.jit(scan)

    def epoch() -> None:
        nonlocal layers
        order = rng.permutation(len(work.images))[:whole].reshape(-1, work.mini_batch)
        layers = jax.block_until_ready(compiled(layers, order, x_all, y_all))

    def outputs(images: Floats) -> Any:
        return np.asarray(_forward(jnp.asarray(images), layers))

    return Learner(epoch, outputs)


def one_picture(work: Work) -> Callable[[], object]:
    """One compiled call for one picture."""
    import jax
    import jax.numpy as jnp

    layers = [(jnp.asarray(W), jnp.asarray(b)) for W, b in work.first_layers()]
    image = jnp.asarray(work.pixels[:1])
    compiled = jax.jit(_forward)
    return lambda: jax.block_until_ready(compiled(image, layers))


def _forward(a: Any, layers: Any) -> Any:
    from jax.nn import sigmoid

    for W, b in layers:
        a = sigmoid(a @ W.T + b)
    return a
