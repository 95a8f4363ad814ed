"""Runtimes and in-tree weights: the text encoder and the language model."""
