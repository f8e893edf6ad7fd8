"""Synthetic images: pen digits, non-digits, distortions, disturbances."""
