"""Doctests in the sources: a module whose optional library is not installed has nothing that could run."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("sklearn") else ["digitlens/sklearn.py"]
