"""BENCH: how fast Digitlens is, compared with the other libraries that are installed, in one interleaved run."""
