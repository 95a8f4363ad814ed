"""Scripts that print figures. Run one with `python -m eval.benchmarks.NAME`; none of them is a test."""
