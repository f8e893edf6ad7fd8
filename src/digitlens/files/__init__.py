"""FILES: atomic writing, bounded reading, locks, append-only journals."""
