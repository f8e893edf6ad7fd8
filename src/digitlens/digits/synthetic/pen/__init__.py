"""Pen digits: digits written by a model of a pen. Deterministic for a seed, and no download."""
