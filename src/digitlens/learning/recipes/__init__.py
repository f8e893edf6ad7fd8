"""The recipes that have names."""
