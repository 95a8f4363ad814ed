"""Zhida beside what a user would pick instead: the same passages, questions and encoder, in the same run.

    python -m eval.benchmarks.peers --data SUITE… [--only NAME…] [--out RUN.json]

Each peer is a process in an environment of its own, made from `requirements/NAME.txt`; the parent
hands it a job as files of JSON lines and reads its answers from another (`protocol`). A peer's
process imports the encoder (`models.onnx_encoder`) and its adapter here, nothing else of Zhida.

What is the same for all:

- the passages: an entry that the encoder can't read whole is split by Zhida's splitter, once, and
  every system is given these pieces with their title in front, as Zhida indexes them itself;
- the encoder with its prefixes, on as many threads as the machine has cores;
- the words: jieba in its search mode, lower case (`words`), wherever a library takes a tokenizer;
- what is asked for: the first `k` passages, an entry ranking where its best passage does;
- how deep a hybrid reads each side before it joins them (`protocol.CANDIDATES`).

Each library is set up as its documentation says; every adapter cites the page. The rows of WeKnora
and RAGFlow are our own code after a description of their rules, and are named so.
"""
