"""THE KERNEL: the network's arithmetic in native code, for speed. What it computes is defined in network/."""
