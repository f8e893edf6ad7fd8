"""KERNEL: the network's arithmetic in native code, for speed. network/ defines what it computes."""
