"""DIGITS: where they come from, and how a picture becomes 784 numbers."""
