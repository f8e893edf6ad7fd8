"""The network of the talk, trained as well as plain gradient descent can: this is what `digitlens train` does.

784-16-16-10, sigmoid everywhere, quadratic cost, raw pixels, 13,002 weights and biases. Against the talk's own way (see
talk.py) only the start and the pace differ: weights from N(0, 1/n_before) instead of N(0, 1), so that no neuron starts
asleep; mini-batches of 32; and a learning rate that falls to 0 in a straight line.
"""

from digitlens.learning.recipe import Recipe

VIDEO = Recipe(name="video")
