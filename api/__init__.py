"""The HTTP API, its client, the command line, and the composition root."""
