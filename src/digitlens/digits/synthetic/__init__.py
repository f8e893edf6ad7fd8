"""Images of our own making: pen digits, pictures that are no digits, distortions."""
