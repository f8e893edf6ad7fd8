"""A photo or scan of many digits: from paper to numbers."""
