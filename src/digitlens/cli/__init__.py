"""THE COMMAND LINE: one file a command. Every import that is heavy happens inside its command."""
