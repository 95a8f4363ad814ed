"""The knowledge base: documents, versions, passages and Q&A pairs in SQL, and the indexes derived from them."""
