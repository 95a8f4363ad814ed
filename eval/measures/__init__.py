"""Measures: one to a module, each a pure function with its source and its edge cases in words."""
