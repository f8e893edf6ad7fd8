"""FIGURES: matplotlib pictures from plain arrays; each takes an Axes or makes one, and returns it."""
