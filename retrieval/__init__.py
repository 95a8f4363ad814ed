"""From a question to ranked passages: hybrid search, fusion, and the confidence that they answer it."""
