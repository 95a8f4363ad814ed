"""Service levels: working time and clocks, as pure functions."""
