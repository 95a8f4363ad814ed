"""The assistant: retrieve, decide, answer with citations, or hand over to a person."""
