"""What visitors train: their runs, the queue before the engine, and what is seen of a run."""
