"""Bytes that survive: atomic writing and locks."""
