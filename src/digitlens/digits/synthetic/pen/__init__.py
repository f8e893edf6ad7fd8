"""Digits written by a pen model: deterministic from a seed, always there, no download."""
