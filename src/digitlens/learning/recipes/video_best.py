"""The network of the talk, 784-16-16-10 on raw pixels, trained as well as we know how.

Against video.py the size and the sigmoid stay. The outputs are a softmax with cross-entropy; it is learned by Adam with
weight decay; and images are drawn anew every epoch, moderately, so that 13,002 numbers cannot learn them by heart.
"""

from digitlens.learning.recipe import Recipe

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
