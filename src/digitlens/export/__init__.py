"""The page without a server: as a static site, and as one file."""
