"""READING: what a user gets for a picture."""
