"""LEARNING: a run is a generator of records. Faces print; learning does not."""
