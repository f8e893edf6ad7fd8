"""DIGITS: images and labels: where they come from, and how a picture is prepared for a network."""
