"""THE NETWORK: the blackboard. Pure mathematics on NumPy arrays: no files, no clock, no printing, no global randomness."""
