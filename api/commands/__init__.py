"""The commands of `zhida`, one module for each group. What a command needs is imported when it runs."""
