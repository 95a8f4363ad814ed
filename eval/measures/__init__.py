"""Measures: one to a module, each a pure function from a ranking and grades to a number per case."""
