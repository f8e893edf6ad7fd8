"""The network of the talk, 784-16-16-10 on raw pixels, trained as well as we know how.

Against video.py everything but the size is another: tanh, which lets a neuron count against as well as for; softmax and
cross-entropy; Adam with a little weight decay; and images drawn anew every epoch, gently, so that 13,002 numbers cannot
learn them by heart.
"""

from digitlens.learning.recipe import Recipe

VIDEO_BEST = Recipe(
    name="video-best",
    activation="tanh",
    output="softmax",
    initialisation="glorot",
    cost="cross_entropy",
    optimiser="adam",
    learning_rate=0.003,
    schedule="cosine",
    mini_batch=64,
    epochs=300,
    weight_decay=0.003,
    augmentation="gentle",
)
