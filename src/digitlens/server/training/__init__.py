"""TRAINING for visitors: their runs and comparisons, the queue for the cores, and the frames that pages see."""
