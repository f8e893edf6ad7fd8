"""The talk's own way: everything from N(0, 1), mini-batches of ten, thirty epochs at one pace.

Its learning rate is quoted as 3.0 for a cost with ½ in front; ours has none, so the same steps need 1.5.
"""

from digitlens.learning.recipe import Recipe

TALK = Recipe(
    name="talk",
    initialisation="standard_normal",
    mini_batch=10,
    epochs=30,
    learning_rate=1.5,
    schedule="constant",
)
