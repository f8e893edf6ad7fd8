"""JAX: an epoch is one compiled function, lax.scan over the mini-batches, with gradients by jax.grad.

The order is drawn outside and the mini-batches are gathered inside, which is faster than gathering the whole epoch
first. The first epoch includes compiling; it is reported, but not counted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from digitlens.bench.task import Floats, Learner, Work


def learner(work: Work) -> Learner:
    """One call for each epoch; the weights stay in JAX and are not copied."""
    import jax
    import jax.numpy as jnp
    from jax.flatten_util import ravel_pytree

    x_all, y_all, task = jnp.asarray(work.pixels), jnp.asarray(work.targets), work.task
    layers: Any = [(jnp.asarray(W), jnp.asarray(b)) for W, b in work.first_layers()]
    whole_again: Callable[[Any], Any] = lambda layers: layers  # noqa: E731 - mypy wants its type
    if task.optimiser == "adam":  # a little faster if all parameters are in one vector
        layers, whole_again = ravel_pytree(layers)
    start, step = (_adam if task.optimiser == "adam" else _descent)(task.learning_rate)
    state = layers, start(layers)
    rng = np.random.default_rng(0)
    whole = len(work.images) // task.mini_batch * task.mini_batch  # scan needs mini-batches of equal size
    through = _forward(task.activation)

    def forward(x: Any, layers: Any) -> Any:
        return through(x, whole_again(layers))

    def cost(layers: Any, x: Any, y: Any) -> Any:
        return ((forward(x, layers) - y) ** 2).sum(axis=1).mean()

    def scan(state: Any, order: Any, x_all: Any, y_all: Any) -> Any:
        def mini_batch(state: Any, which: Any) -> Any:
            layers, memory = state
            gradient = jax.grad(cost)(layers, x_all[which], y_all[which])
            return step(layers, gradient, memory), None

        return jax.lax.scan(mini_batch, state, order)[0]

    compiled = jax.jit(scan)

    def epoch() -> None:
        nonlocal state
        order = rng.permutation(len(work.images))[:whole].reshape(-1, task.mini_batch)
        state = jax.block_until_ready(compiled(state, order, x_all, y_all))

    def outputs(images: Floats) -> Any:
        return np.asarray(forward(jnp.asarray(images), state[0]))

    return Learner(epoch, outputs)


def one_picture(work: Work) -> Callable[[], object]:
    """One compiled call for one picture."""
    import jax
    import jax.numpy as jnp

    layers = [(jnp.asarray(W), jnp.asarray(b)) for W, b in work.first_layers()]
    image = jnp.asarray(work.pixels[:1])
    compiled = jax.jit(_forward(work.task.activation))
    return lambda: jax.block_until_ready(compiled(image, layers))


def _forward(activation: str) -> Callable[[Any, Any], Any]:
    from jax import nn

    hidden = nn.relu if activation == "relu" else nn.sigmoid

    def forward(a: Any, layers: Any) -> Any:
        for W, b in layers[:-1]:
            a = hidden(a @ W.T + b)
        W, b = layers[-1]
        return nn.sigmoid(a @ W.T + b)

    return forward


def _descent(rate: float) -> tuple[Callable[..., Any], Callable[..., Any]]:
    import jax

    def step(layers: Any, gradient: Any, memory: Any) -> Any:
        return jax.tree.map(lambda w, g: w - rate * g, layers, gradient), memory

    return lambda layers: (), step


def _adam(rate: float) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """As in optax: a pure pair of start and step; the weights are one vector."""
    import jax.numpy as jnp

    keep, keep_squares, epsilon = 0.9, 0.999, 1e-8

    def start(weights: Any) -> Any:
        return jnp.zeros_like(weights), jnp.zeros_like(weights), jnp.zeros((), jnp.int32)

    def step(weights: Any, gradient: Any, memory: Any) -> Any:
        mean, squares, t = memory
        t = t + 1
        mean = keep * mean + (1 - keep) * gradient
        squares = keep_squares * squares + (1 - keep_squares) * gradient * gradient
        unbiased, unbiased_squares = mean / (1 - keep**t), squares / (1 - keep_squares**t)
        return weights - rate * unbiased / (jnp.sqrt(unbiased_squares) + epsilon), (mean, squares, t)

    return start, step
