"""HOW FAST? Digitlens beside whatever else is installed, in one run, interleaved."""
