"""Indexes on Milvus, for an installation that has outgrown one machine.

Each index is a collection of its own, which all processes share. The dense one compares vectors,
the lexical one ranks texts by the BM25 function of Milvus with its jieba analyser. Scores of the
lexical one therefore differ from those of `kb.lexical`, as the words do; cosines are the same.

`pymilvus` is the extra `milvus`. Milvus Lite, which it starts for the name of a file, is for
trials and tests: one process, small collections, no password.
"""
