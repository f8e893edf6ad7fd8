"""The recipes that have names; each is reproduced by `digitlens train --recipe NAME`."""

from __future__ import annotations

from typing import Any

from digitlens.errors import RecipeError
from digitlens.learning.recipe import Recipe

VIDEO = Recipe(name="video")
"""The network of the talk, trained as well as plain gradient descent can: this is what `digitlens train` does.

784-16-16-10, sigmoid everywhere, quadratic cost, raw pixels, 13,002 weights and biases. Against the talk's own way (see
TALK) only the start and the pace differ: weights from N(0, 1/n_before) instead of N(0, 1), so that no neuron starts
asleep; mini-batches of 32; and a learning rate that falls to 0 in a straight line.
"""

TALK = Recipe(
    name="talk",
    initialisation="standard_normal",
    mini_batch=10,
    epochs=30,
    learning_rate=1.5,
    schedule="constant",
)
"""The talk's own way: everything from N(0, 1), mini-batches of ten, thirty epochs at one pace.

Its learning rate is quoted as 3.0 for a cost with ½ in front; ours has none, so the same steps need 1.5.
"""

VIDEO_BEST = Recipe(
    name="video-best",
    output="softmax",
    initialisation="glorot",
    cost="cross_entropy",
    optimiser="adam",
    learning_rate=0.006,
    schedule="cosine",
    mini_batch=128,
    epochs=300,
    weight_decay=0.01,
    augmentation="moderate",
)
"""The network of the talk, 784-16-16-10 on raw pixels, trained as well as we know how.

Against VIDEO the size and the sigmoid stay. The outputs are a softmax with cross-entropy; it is learned by Adam with
weight decay; and every epoch distorts the images moderately, in another way, so that 13,002 numbers cannot learn them
by heart.
"""

STRAIGHT = VIDEO_BEST.changed(name="straight", preparation=("straighten", "resize"), augmentation="gentle")
"""784-16-16-10 behind straightening: slant and size of the handwriting are taken out before the network sees it.

Trained as VIDEO_BEST is, but images are distorted gently: moderately read no more of the held-out ones.
"""

READER = Recipe(
    name="reader",
    data="mnist+pen",
    hidden=(512, 512),
    activation="relu",
    output="softmax",
    initialisation="he",
    cost="cross_entropy",
    optimiser="adam",
    learning_rate=0.001,
    schedule="cosine",
    mini_batch=128,
    epochs=120,
    averaging=0.999,
    augmentation="unsteady",
    preparation=("straighten", "resize"),
    stored="float16",
)
"""The network that reads what people really write: as accurate as a plain one of at most 1.5 MB is made here.

784-512-512-10 behind straightening, all digits brought to one size. It learns from MNIST in three pens and from pen
digits in the ways of writing of other countries, each picture distorted in another way every epoch; its weights are a
running mean, kept in sixteen bits.
"""

RECIPES = {recipe.name: recipe for recipe in (VIDEO, TALK, VIDEO_BEST, STRAIGHT, READER)}


def named(name: str, **changes: Any) -> Recipe:
    """The recipe called `name`, with some fields changed. Raises RecipeError for unknown names, fields and values.

    >>> named("talk", epochs=3).epochs
    3
    """
    if name not in RECIPES:
        raise RecipeError(f"recipe: one of {', '.join(RECIPES)}, got {name!r:.80}")
    return RECIPES[name].changed(**changes)
