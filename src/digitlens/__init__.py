"""A neural network that reads handwritten digits, with nothing hidden in its hidden layers."""
