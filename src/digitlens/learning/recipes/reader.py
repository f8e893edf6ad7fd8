"""The network that reads what people really write: as accurate as a plain one of at most 1.5 MB is made here.

784-512-512-10 behind straightening, all digits brought to one size. It learns from MNIST in three pens and from pen
digits in the ways of writing of other countries, each picture drawn anew every epoch; its weights are a running mean,
kept in sixteen bits.
"""

from digitlens.learning.recipe import Recipe

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
