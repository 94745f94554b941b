"""Is this checkpoint worse than the last? A verdict with an exit code, from two runs."""
