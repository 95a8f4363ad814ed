"""Suites, measures and benchmarks: how well the same code that serves customers does."""
