"""The table of hand-over rules with its history, and the packages that people get."""
