"""LangChain's stock retrieval-augmented chain beside Zhida: same model, same encoder, same passages, same run."""
