"""THE NETWORK: the blackboard. Pure mathematics on arrays: no files, no clock, no printing, no global randomness."""
